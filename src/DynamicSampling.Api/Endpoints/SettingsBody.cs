using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Endpoints;

/// <summary>
/// Settings of an organization, as they are put. Members left out keep their defaults. What GET adds (organization, stored,
/// target, settingsError) may be sent back with them and is not stored.
/// </summary>
/// <param name="Mode">One target for the organization, or one for each project by itself.</param>
/// <param name="TargetSampleRate">The share of traces to keep, 0 to 1; null to follow tiers, budget or the service's default.</param>
/// <param name="Tiers">Rates by monthly volume, ascending; used when there is no targetSampleRate.</param>
/// <param name="MonthlyBudget">Traces to keep in a month; used when there is neither a targetSampleRate nor tiers.</param>
/// <param name="MinimumSampleRate">No rate but 0 is served below this, 0 to 1; null for the service's default.</param>
/// <param name="Intensity">How far transactions are balanced, 0 to 1; null for the service's default.</param>
/// <param name="Biases">Biases to switch on or off; all are on by default.</param>
/// <param name="Pins">Projects and transactions that are always kept, or never above some rate.</param>
/// <param name="Organization">As in the path, if it is there.</param>
/// <param name="Stored">Not read.</param>
/// <param name="Target">Not read.</param>
/// <param name="SettingsError">Not read.</param>
internal sealed record SettingsBody(
    SamplingMode Mode = SamplingMode.Organization, double? TargetSampleRate = null, IReadOnlyList<VolumeTier>? Tiers = null,
    double? MonthlyBudget = null, double? MinimumSampleRate = null, double? Intensity = null, BiasSettings? Biases = null,
    IReadOnlyList<Pin>? Pins = null,
    string? Organization = null, bool? Stored = null, TargetRate? Target = null, string? SettingsError = null)
{
    /// <summary>What is wrong with it, or null.</summary>
    public string? Check(string organization) =>
        Organization is not null && !string.Equals(Organization, organization, StringComparison.Ordinal)
            ? $"organization is '{Organization}', but the path is about '{organization}'. Leave it out."
            : SettingsCheck.Of(ToSettings());

    public OrganizationSettings ToSettings() => new()
    {
        Mode = Mode,
        TargetSampleRate = TargetSampleRate,
        Tiers = Tiers,
        MonthlyBudget = MonthlyBudget,
        MinimumSampleRate = MinimumSampleRate,
        Intensity = Intensity,
        Biases = Biases,
        Pins = Pins is { Count: 0 } ? null : Pins,
    };
}

/// <summary>The settings of an organization as they take effect.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Stored">Whether it has settings of its own; otherwise all is the service's default.</param>
/// <param name="Mode">One target for the organization, or one for each project by itself.</param>
/// <param name="TargetSampleRate">The share of traces to keep, 0 to 1; null when it follows the volume by tiers or budget.</param>
/// <param name="Tiers">Rates by monthly volume.</param>
/// <param name="MonthlyBudget">Traces to keep in a month.</param>
/// <param name="MinimumSampleRate">No rate but 0 is served below this, 0 to 1.</param>
/// <param name="Intensity">How far transactions are balanced, 0 to 1.</param>
/// <param name="Biases">Which biases are on.</param>
/// <param name="Pins">Projects and transactions that are always kept, or never above some rate.</param>
/// <param name="Target">The target, and where it comes from. Behind one by tier or budget is the volume of the last pass.</param>
/// <param name="SettingsError">Why the stored settings cannot be read; null when all is well.</param>
internal sealed record EffectiveSettings(
    string Organization, bool Stored, SamplingMode Mode, double? TargetSampleRate, IReadOnlyList<VolumeTier>? Tiers, double? MonthlyBudget,
    double MinimumSampleRate, double Intensity, BiasSettings Biases, IReadOnlyList<Pin>? Pins, TargetRate Target, string? SettingsError)
{
    public static EffectiveSettings Of(string organization, OrganizationEntry? entry, double? monthlyVolume, SamplingOptions defaults)
    {
        var settings = entry?.Settings;
        var target = TargetRate.Of(settings, monthlyVolume, defaults);
        return new(
            organization, settings is not null, settings?.Mode ?? SamplingMode.Organization,
            // What follows the volume must stay so when the answer is sent back.
            TargetRate.FollowsVolume(settings) ? null : target.Rate,
            settings?.Tiers, settings?.MonthlyBudget, settings?.MinimumSampleRate ?? defaults.MinimumSampleRate,
            settings?.Intensity ?? defaults.Intensity, BiasSettings.Of(settings?.Biases?.Over(Bias.All) ?? Bias.All), settings?.Pins, target,
            entry?.SettingsError);
    }
}
