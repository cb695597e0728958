using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Endpoints;

/// <summary>
/// Settings of an organization, as they are put. Members left out keep their defaults. What GET adds (organization, stored,
/// target, settingsError) may be sent back with them and is not stored.
/// </summary>
/// <param name="Mode">One target for the organization, or one for each project by itself.</param>
/// <param name="TargetSampleRate">The share of traces to keep, 0 to 1; null for the service's default.</param>
/// <param name="MinimumSampleRate">No rate but 0 is served below this, 0 to 1; null for the service's default.</param>
/// <param name="Organization">As in the path, if it is there.</param>
/// <param name="Stored">Not read.</param>
/// <param name="Target">Not read.</param>
/// <param name="SettingsError">Not read.</param>
internal sealed record SettingsBody(
    SamplingMode Mode = SamplingMode.Organization, double? TargetSampleRate = null, double? MinimumSampleRate = null,
    string? Organization = null, bool? Stored = null, TargetRate? Target = null, string? SettingsError = null)
{
    /// <summary>What is wrong with it, or null.</summary>
    public string? Check(string organization) => this switch
    {
        { Organization: { } named } when !string.Equals(named, organization, StringComparison.Ordinal) =>
            $"organization is '{named}', but the path is about '{organization}'. Leave it out.",
        { TargetSampleRate: { } target } when !(target is >= 0 and <= 1) => $"targetSampleRate must be from 0 to 1, but is {target}.",
        { MinimumSampleRate: { } minimum } when !(minimum is >= 0 and <= 1) => $"minimumSampleRate must be from 0 to 1, but is {minimum}.",
        _ => null,
    };

    public OrganizationSettings ToSettings() => new() { Mode = Mode, TargetSampleRate = TargetSampleRate, MinimumSampleRate = MinimumSampleRate };
}

/// <summary>The settings of an organization as they take effect.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Stored">Whether it has settings of its own; otherwise all is the service's default.</param>
/// <param name="Mode">One target for the organization, or one for each project by itself.</param>
/// <param name="TargetSampleRate">The share of traces to keep, 0 to 1.</param>
/// <param name="MinimumSampleRate">No rate but 0 is served below this, 0 to 1.</param>
/// <param name="Target">The target, and where it comes from.</param>
/// <param name="SettingsError">Why the stored settings cannot be read; null when all is well.</param>
internal sealed record EffectiveSettings(
    string Organization, bool Stored, SamplingMode Mode, double TargetSampleRate, double MinimumSampleRate, TargetRate Target, string? SettingsError)
{
    public static EffectiveSettings Of(string organization, OrganizationEntry? entry, SamplingOptions defaults)
    {
        var settings = entry?.Settings;
        var target = TargetRate.Of(settings, defaults);
        return new(
            organization, settings is not null, settings?.Mode ?? SamplingMode.Organization, target.Rate,
            settings?.MinimumSampleRate ?? defaults.MinimumSampleRate, target, entry?.SettingsError);
    }
}
