using DynamicSampling.Dashboard.Forms;

namespace DynamicSampling.Dashboard.Settings;

/// <summary>What the page of earlier rates shows.</summary>
/// <param name="View">The versions.</param>
/// <param name="Form">What was typed.</param>
public sealed record RateVersionsModel(RateVersionsView View, FormValues Form)
{
    /// <summary>What has just been done; null for nothing.</summary>
    public string? Done { get; init; }
}
