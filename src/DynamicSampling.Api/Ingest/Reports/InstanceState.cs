using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Storage;

namespace DynamicSampling.Api.Ingest.Reports;

/// <summary>Whether processes that report do what they were told.</summary>
internal static class InstanceState
{
    /// <summary>Samplers report several times a minute.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(5);

    /// <summary>So long may new rates take to get to a sampler, and its report back.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>One report may be off by chance, two in a row are not.</summary>
    private const int DeviationsToIgnore = 2;

    /// <summary>The same for a query.</summary>
    public static InstanceLimits LimitsAt(DateTimeOffset now) =>
        new((now - Silence).ToUnixTimeMilliseconds(), DeviationsToIgnore, (long)Patience.TotalMilliseconds);

    public static ClientStatus StatusOf(StoredInstance instance, DateTimeOffset now)
    {
        var limits = LimitsAt(now);
        if (instance.LastReportAt < limits.SilentSince)
            return ClientStatus.Unknown;
        if (instance.Deviations >= limits.Deviations)
            return ClientStatus.Ignoring;
        return instance.LastReportAt - instance.CurrentAt > limits.Lag ? ClientStatus.Stale : ClientStatus.Obeying;
    }

    /// <summary>The worst of those that still report; null when none does.</summary>
    public static ClientStatus? Together(InstanceCount? instances) => instances switch
    {
        { Ignoring: > 0 } => ClientStatus.Ignoring,
        { Stale: > 0 } => ClientStatus.Stale,
        { Obeying: > 0 } => ClientStatus.Obeying,
        _ => null,
    };

    public static string Describe(ClientStatus status) => status switch
    {
        ClientStatus.Ignoring => "What it kept is not what its rates say: does another sampler decide before it?",
        ClientStatus.Stale => "It follows rates of earlier: it cannot fetch the current ones. Its own log and metrics say why.",
        ClientStatus.Obeying => "It follows the current rates, and its counts are exact.",
        _ => "It has not reported for minutes: it has stopped, or cannot reach this service.",
    };

    public static string Describe(InstanceCount instances) =>
        $"Processes that report what they count: {instances.Total}; that follow the current rates: {instances.Obeying}"
        + (instances.Silent > 0 ? $"; silent for minutes: {instances.Silent}." : ".");
}
