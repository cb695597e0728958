using System.Text.Json.Serialization;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>The share of traces to keep, and who says so.</summary>
/// <param name="Rate">0 to 1.</param>
/// <param name="Source">Where it comes from.</param>
public sealed record TargetRate(double Rate, TargetSource Source)
{
    /// <summary>The target of an organization: its own setting, else the default.</summary>
    public static TargetRate Of(OrganizationSettings? settings, SamplingOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return settings?.TargetSampleRate is { } rate
            ? new(rate, TargetSource.Setting)
            : new(options.DefaultTargetSampleRate, TargetSource.Default);
    }
}

/// <summary>Where a target comes from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TargetSource>))]
public enum TargetSource
{
    /// <summary>The service's default.</summary>
    [JsonStringEnumMemberName("default")]
    Default,

    /// <summary>The organization's own setting.</summary>
    [JsonStringEnumMemberName("setting")]
    Setting,
}
