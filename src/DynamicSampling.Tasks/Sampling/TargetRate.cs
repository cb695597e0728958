using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Models;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>The share of traces to keep, and who says so.</summary>
/// <param name="Rate">0 to 1.</param>
/// <param name="Source">Where it comes from.</param>
/// <param name="MonthlyVolume">The estimate of a month's traces behind a rate by tier or budget; else null.</param>
public sealed record TargetRate(
    double Rate, TargetSource Source, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? MonthlyVolume = null)
{
    /// <summary>
    /// The target of an organization, the first that there is: its own rate, its tiers, its monthly budget, the default. Tiers and
    /// budget need an estimate of the monthly volume.
    /// </summary>
    /// <param name="settings">The organization's settings.</param>
    /// <param name="monthlyVolume">Root traces a month, as extrapolated from the last day; null when that is not known.</param>
    /// <param name="options">The service's settings.</param>
    public static TargetRate Of(OrganizationSettings? settings, double? monthlyVolume, SamplingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return (settings, monthlyVolume) switch
        {
            ({ TargetSampleRate: { } rate }, _) => new(rate, TargetSource.Setting),
            ({ Tiers: { Count: > 0 } tiers }, { } volume) => new(SlidingWindowModel.RateOfTiers([.. tiers], volume), TargetSource.Tier, volume),
            ({ MonthlyBudget: { } budget }, { } volume) => new(SlidingWindowModel.RateOfBudget(budget, volume), TargetSource.Budget, volume),
            _ => new(options.DefaultTargetSampleRate, TargetSource.Default),
        };
    }

    /// <summary>The target that counts for a project: in <see cref="SamplingMode.Project"/> its own, else the organization's.</summary>
    /// <param name="organization">The organization's settings.</param>
    /// <param name="project">The project's settings.</param>
    /// <param name="target">The organization's target.</param>
    public static TargetRate OfProject(OrganizationSettings? organization, ProjectSettings? project, TargetRate target) =>
        organization?.Mode == SamplingMode.Project && project?.TargetSampleRate is { } own ? new(own, TargetSource.Setting) : target;

    /// <summary>Whether the target follows the volume, so that it cannot be told without it.</summary>
    public static bool FollowsVolume(OrganizationSettings? settings) =>
        settings is { TargetSampleRate: null } && (settings.Tiers is { Count: > 0 } || settings.MonthlyBudget is not null);
}

/// <summary>Where a target comes from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TargetSource>))]
public enum TargetSource
{
    /// <summary>The service's default.</summary>
    [JsonStringEnumMemberName("default")]
    Default,

    /// <summary>The organization's or the project's own setting.</summary>
    [JsonStringEnumMemberName("setting")]
    Setting,

    /// <summary>The organization's tiers and its volume.</summary>
    [JsonStringEnumMemberName("tier")]
    Tier,

    /// <summary>The organization's monthly budget and its volume.</summary>
    [JsonStringEnumMemberName("budget")]
    Budget,
}
