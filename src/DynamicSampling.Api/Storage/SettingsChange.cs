using System.Text.Json.Serialization;

namespace DynamicSampling.Api.Storage;

/// <summary>A change that an import makes.</summary>
/// <param name="Change">Whether it is added, changed or removed.</param>
/// <param name="Organization">The organization's name.</param>
/// <param name="Project">The project's name; null when it is about the organization's settings, or a rule for all projects.</param>
/// <param name="CustomRule">The custom rule; null when it is about settings.</param>
internal sealed record SettingsChange(SettingsChangeKind Change, string Organization, string? Project, Guid? CustomRule);

/// <summary>What happens to settings.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SettingsChangeKind>))]
internal enum SettingsChangeKind
{
    /// <summary>There were none.</summary>
    [JsonStringEnumMemberName("added")]
    Added,

    /// <summary>There were others.</summary>
    [JsonStringEnumMemberName("changed")]
    Changed,

    /// <summary>They go.</summary>
    [JsonStringEnumMemberName("removed")]
    Removed,
}
