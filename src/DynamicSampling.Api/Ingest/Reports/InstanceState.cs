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

    public static ClientStatus StatusOf(StoredInstance instance, DateTimeOffset now)
    {
        if (now.ToUnixTimeMilliseconds() - instance.LastReportAt > Silence.TotalMilliseconds)
            return ClientStatus.Unknown;
        if (instance.Deviations >= DeviationsToIgnore)
            return ClientStatus.Ignoring;
        return instance.LastReportAt - instance.CurrentAt > Patience.TotalMilliseconds ? ClientStatus.Stale : ClientStatus.Obeying;
    }

    /// <summary>The worst of those that still report; null when none does.</summary>
    public static ClientStatus? Together(IReadOnlyCollection<ClientStatus> instances) =>
        instances.Contains(ClientStatus.Ignoring) ? ClientStatus.Ignoring
        : instances.Contains(ClientStatus.Stale) ? ClientStatus.Stale
        : instances.Contains(ClientStatus.Obeying) ? ClientStatus.Obeying
        : null;

    public static string Describe(ClientStatus status) => status switch
    {
        ClientStatus.Ignoring => "What it kept is not what its rates say: does another sampler decide before it?",
        ClientStatus.Stale => "It follows rates of earlier: it cannot fetch the current ones. Its own log and metrics say why.",
        ClientStatus.Obeying => "It follows the current rates, and its counts are exact.",
        _ => "It has not reported for minutes: it has stopped, or cannot reach this service.",
    };

    public static string Describe(IReadOnlyCollection<ClientStatus> instances)
    {
        var obeying = instances.Count(status => status == ClientStatus.Obeying);
        var silent = instances.Count(status => status == ClientStatus.Unknown);
        return $"Processes that report what they count: {instances.Count}; that follow the current rates: {obeying}"
            + (silent > 0 ? $"; silent for minutes: {silent}." : ".");
    }
}
