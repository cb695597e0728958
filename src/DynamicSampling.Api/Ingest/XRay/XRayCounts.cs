using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Serving.XRay;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Ingest.XRay;

/// <summary>Stores what samplers of X-Ray have counted: true counts, made before anything was dropped.</summary>
internal sealed class XRayCounts(SqlVolumeStore store, RepeatedStatistics repeated, ClientPolls polls, TrafficTable traffic, TimeProvider clock)
{
    /// <summary>Documents say when a client stopped counting, and not when it began. They come at this interval, in milliseconds.</summary>
    private const long Interval = XRayTargets.Interval * 1000;

    /// <summary>Counts documents, all of them or none. Those of rules that there are not are left out, and those that came before.</summary>
    /// <param name="organization">The organization.</param>
    /// <param name="rules">Its rules.</param>
    /// <param name="documents">What clients have counted.</param>
    /// <param name="cancellationToken">Cancels it before anything is counted.</param>
    /// <exception cref="NoRoomException">A project of the rules is no more, and there is no room for it.</exception>
    public async Task AddAsync(string organization, XRayRules rules, IReadOnlyList<SamplingStatisticsDocument> documents, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var batch = new VolumeBatch { Source = VolumeSource.XRay };
        var added = new List<Int128>();
        var services = new Dictionary<string, long>(StringComparer.Ordinal);
        try
        {
            foreach (var document in documents)
            {
                // Requests of the default rule may be of any service; they are estimated from their spans.
                if (document.RequestCount == 0 || rules.Find(document.RuleName) is not { Service: { } service } rule || !IsTimely(document, now))
                    continue;
                var hash = RepeatedStatistics.HashOf(organization, document);
                if (!repeated.TryAdd(hash))
                    continue;
                added.Add(hash);
                services[service] = Math.Max(services.GetValueOrDefault(service), document.At);
                foreach (var (minute, share) in new IntervalMinutes(document.At - Interval, document.At))
                    batch.Add(new(organization, service, rule.Transaction, minute), new(document.RequestCount * share, document.Kept * share));
            }

            if (batch.Counts.Count > 0)
                await store.AddAsync(batch, idempotencyKey: null, cancellationToken);
        }
        catch
        {
            repeated.Forget(added);
            throw;
        }

        // Fetching rules does not say who asks. Who has counted for a service is one of its clients, and obeys what it gets now.
        foreach (var (service, until) in services)
        {
            polls.Polled(organization, service, rules.RatesOf(service));
            traffic.Reported(organization, service, now.ToUnixTimeMilliseconds(), until);
        }
    }

    /// <summary>Whether a document is from a time that is counted.</summary>
    public static bool IsTimely(SamplingStatisticsDocument document, DateTimeOffset now) =>
        document.At >= (now - VolumeItemParser.OldestTimestamp).ToUnixTimeMilliseconds() && document.At <= (now + VolumeItemParser.NewestTimestamp).ToUnixTimeMilliseconds();
}
