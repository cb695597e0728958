using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Models;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>What one organization wants; members that are null follow the service's settings.</summary>
public sealed record OrganizationSettings
{
    /// <summary>Whether there is one target for the organization, or one per project.</summary>
    public SamplingMode Mode { get; init; } = SamplingMode.Organization;

    /// <summary>The share of traces to keep, 0 to 1.</summary>
    public double? TargetSampleRate { get; init; }

    /// <summary>Rates by the monthly volume, which is estimated from the last day. Used when there is no <c>targetSampleRate</c>.</summary>
    public IReadOnlyList<VolumeTier>? Tiers { get; init; }

    /// <summary>Traces to keep in a month. Used when there is neither a <c>targetSampleRate</c> nor <c>tiers</c>.</summary>
    public double? MonthlyBudget { get; init; }

    /// <summary>No rate but 0 is served below this, 0 to 1.</summary>
    public double? MinimumSampleRate { get; init; }

    /// <summary>How far transactions are balanced, from 0 (one rate for all) to 1.</summary>
    public double? Intensity { get; init; }

    /// <summary>Biases that are switched on or off.</summary>
    public BiasSettings? Biases { get; init; }

    /// <summary>Projects and transactions that are always kept, or never above some rate.</summary>
    public IReadOnlyList<Pin>? Pins { get; init; }
}

/// <summary>How an organization's target is meant.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SamplingMode>))]
public enum SamplingMode
{
    /// <summary>One target for the whole organization; projects are balanced.</summary>
    [JsonStringEnumMemberName("organization")]
    Organization,

    /// <summary>The target holds for each project by itself; nothing is balanced between projects.</summary>
    [JsonStringEnumMemberName("project")]
    Project,
}
