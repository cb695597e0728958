using DynamicSampling.Dashboard.Forms;
using DynamicSampling.Tasks.SamplingTasks;

namespace DynamicSampling.Dashboard.Settings;

/// <summary>What a page of settings shows.</summary>
/// <typeparam name="TView">The settings as they are.</typeparam>
/// <param name="View">The settings as they are.</param>
/// <param name="Form">The settings as they were typed.</param>
public sealed record SettingsModel<TView>(TView View, FormValues Form)
{
    /// <summary>What the settings as typed would do; null when nobody has asked.</summary>
    public SettingsEffect? Effect { get; init; }

    /// <summary>What has just been done; null for nothing.</summary>
    public string? Done { get; init; }

    /// <summary>What somebody else has stored meanwhile, against what was typed; null when nobody has.</summary>
    public IReadOnlyList<FieldDifference>? Theirs { get; init; }

    /// <summary>Why nothing was stored although every field is right; null for nothing.</summary>
    public string? Refused { get; init; }
}
