using DynamicSampling.Api.Serving;

namespace DynamicSampling.Api.Ingest.Traffic;

/// <summary>Remembers what clients were served, to know what they obeyed when spans of theirs arrive.</summary>
internal sealed class ClientPolls(TrafficTable traffic, IngestMetrics metrics, TimeProvider clock)
{
    /// <summary>A client of a service was given rates.</summary>
    public void Polled(string organization, ReadOnlySpan<char> service, OperationRates rates)
    {
        metrics.Polled();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        while (traffic.FindOrAddPolled(organization, service) is { } found)
        {
            lock (found.Gate)
            {
                if (found.IsGone)
                    continue;
                found.Polled(now, rates);
                return;
            }
        }
    }
}
