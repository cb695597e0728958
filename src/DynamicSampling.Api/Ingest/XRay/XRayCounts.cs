using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Serving.XRay;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Ingest.XRay;

/// <summary>Stores what samplers of X-Ray have counted: true counts, made before anything was dropped.</summary>
internal sealed class XRayCounts(SqlVolumeStore store, RepeatedStatistics repeated, ClientPolls polls, TimeProvider clock)
{
    /// <summary>Clients report what they counted in the last ten seconds; most of it belongs to the minute in the middle.</summary>
    private const long HalfInterval = XRayTargets.Interval * 1000 / 2;

    /// <summary>Counts documents, all of them or none. Those of rules that there are not are left out, and those that came before.</summary>
    /// <param name="organization">The organization.</param>
    /// <param name="rules">Its rules.</param>
    /// <param name="documents">What clients have counted.</param>
    /// <param name="cancellationToken">Cancels it before anything is counted.</param>
    /// <exception cref="NoRoomException">A project of the rules is no more, and there is no room for it.</exception>
    public async Task AddAsync(string organization, XRayRules rules, IReadOnlyList<SamplingStatisticsDocument> documents, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        // The source goes here.
        var batch = new VolumeBatch();
        var added = new List<Int128>();
        var services = new HashSet<string>(StringComparer.Ordinal);
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
                services.Add(service);
                var minute = MinuteWindow.MinuteOf(DateTimeOffset.FromUnixTimeMilliseconds(document.At - HalfInterval));
                batch.Add(new(organization, service, rule.Transaction, minute), new(document.RequestCount, document.Kept));
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
        foreach (var service in services)
            polls.Polled(organization, service, rules.RatesOf(service));
    }

    /// <summary>Whether a document is from a time that is counted.</summary>
    public static bool IsTimely(SamplingStatisticsDocument document, DateTimeOffset now) =>
        document.At >= (now - VolumeItemParser.OldestTimestamp).ToUnixTimeMilliseconds() && document.At <= (now + VolumeItemParser.NewestTimestamp).ToUnixTimeMilliseconds();
}
