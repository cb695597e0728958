using System.Runtime.InteropServices;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Limits;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Ingest;

/// <summary>Counts the root spans of a request in memory, all of it or nothing.</summary>
internal sealed class TraceIngest(
    TrafficTable traffic, RepeatedSpans repeated, IngestMetrics metrics, IOptions<IngestOptions> options, IOptions<LimitsOptions> limits, TimeProvider clock,
    ILogger<TraceIngest> logger)
{
    private long _pending;

    /// <summary>How many counts wait to be stored.</summary>
    public long Pending => Interlocked.Read(ref _pending);

    /// <summary>Counts taken by a flush wait no longer.</summary>
    public void Taken(OrganizationTraffic organization, int counts) => AddPending(organization, -counts);

    /// <summary>Counts root spans.</summary>
    /// <exception cref="IngestFullException">There is no room; nothing was counted.</exception>
    public IngestResult Count(string organization, RootSpanList spans)
    {
        if (Pending >= options.Value.MaxPendingCounts)
            throw new IngestFullException("Counts pile up because they cannot be stored; the spans were not counted. Send them again later.");
        // All services first: where there is no room for one, nothing is counted.
        var services = new ServiceTraffic[spans.GroupCount];
        for (var group = 0; group < services.Length; group++)
            services[group] = Find(organization, spans.ServiceOf(group));

        // One organization that sends ever new names must not keep the counts of the others from being taken.
        if (services is [{ Home.Pending: var pending }, ..] && pending >= limits.Value.ShareOf(options.Value.MaxPendingCounts))
        {
            throw new IngestFullException(
                $"Counts of organization '{organization}' pile up, to its share (Limits:ShareOfOne) of Ingest:MaxPendingCounts; the spans were not counted. Send them again later.");
        }

        var result = default(IngestResult);
        for (var group = 0; group < services.Length; group++)
            Count(services[group], spans, group, ref result);
        metrics.Counted(result);
        return result;
    }

    private void Count(ServiceTraffic service, RootSpanList spans, int group, ref IngestResult result)
    {
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        while (true)
        {
            lock (service.Gate)
            {
                if (!service.IsGone)
                {
                    var before = service.Pending.Count;
                    var latest = 0L;
                    var all = spans.SpansOf(group);
                    for (var first = 0; first < all.Length; first += RepeatedSpans.MaxBatch)
                        latest = Math.Max(latest, Count(service, spans, all[first..Math.Min(first + RepeatedSpans.MaxBatch, all.Length)], now, ref result));

                    if (latest > 0 && spans.ReleaseOf(group) is { IsEmpty: false } release)
                        service.Pending.AddRelease(release, spans.EnvironmentOf(group), (int)(latest / 60_000));
                    AddPending(service.Home, service.Pending.Count - before);
                    return;
                }
            }

            service = Find(service.Organization, service.Service);
        }
    }

    private void AddPending(OrganizationTraffic organization, int counts)
    {
        Interlocked.Add(ref _pending, counts);
        organization.AddPending(counts);
    }

    // When the latest that was counted started; 0 for none.
    private long Count(ServiceTraffic service, RootSpanList list, ReadOnlySpan<RootSpanList.Item> spans, long now, ref IngestResult result)
    {
        var oldest = now - (long)VolumeItemParser.OldestTimestamp.TotalMilliseconds;
        var newest = now + (long)VolumeItemParser.NewestTimestamp.TotalMilliseconds;
        var seed = repeated.SeedOf(service.Organization);
        Span<ulong> fingerprints = stackalloc ulong[RepeatedSpans.MaxBatch];
        for (var i = 0; i < spans.Length; i++)
        {
            ref readonly var span = ref spans[i];
            var start = StartOf(span, now);
            // What is rejected is rejected again when it comes again.
            fingerprints[i] = span.Identity == default || start < oldest || start > newest ? 0 : RepeatedSpans.FingerprintOf(seed, span.Identity);
        }

        Span<bool> areNew = stackalloc bool[RepeatedSpans.MaxBatch];
        repeated.Add(fingerprints[..spans.Length], areNew);
        var latest = 0L;
        for (var i = 0; i < spans.Length; i++)
        {
            ref readonly var span = ref spans[i];
            var start = StartOf(span, now);
            if (start < oldest || start > newest)
            {
                result.Rejected++;
                continue;
            }

            if (!areNew[i])
            {
                result.Repeated++;
                continue;
            }

            var wasFolding = service.Pending.FoldedMinute;
            if (!service.Count(new(span.Identity, span.Probability), list.NameOf(span), start, now, options.Value.MaxTransactionsPerProject))
            {
                result.Folded++;
                if (service.Pending.FoldedMinute > wasFolding + 60)
                    Log.TransactionsFolded(logger, service.Service, service.Organization, options.Value.MaxTransactionsPerProject, Names.OtherTransactions);
            }

            result.Counted++;
            latest = Math.Max(latest, start);
        }

        return latest;
    }

    // In milliseconds since the Unix epoch.
    private static long StartOf(in RootSpanList.Item span, long now) =>
        span.StartNanoseconds == 0 ? now : (long)(span.StartNanoseconds / 1_000_000);

    private ServiceTraffic Find(string organization, ReadOnlySpan<char> service)
    {
        var found = traffic.FindOrAdd(organization, service)
            ?? throw new IngestFullException(
                $"There is no room for organization '{organization}': {options.Value.MaxServices} services are told apart (Ingest:MaxServices). Nothing was counted.");
        if (!service.SequenceEqual(found.Service))
            metrics.ServiceFolded();
        return found;
    }
}

/// <summary>What became of the root spans of a request.</summary>
[StructLayout(LayoutKind.Auto)]
internal record struct IngestResult
{
    /// <summary>Counted, folded ones among them.</summary>
    public int Counted { get; set; }

    /// <summary>Counted before, and not again.</summary>
    public int Repeated { get; set; }

    /// <summary>Too old, or in the future.</summary>
    public int Rejected { get; set; }

    /// <summary>Counted under the name for all other transactions.</summary>
    public int Folded { get; set; }
}

/// <summary>There is no room for more; the client should come again.</summary>
internal sealed class IngestFullException(string message, Exception? inner = null) : Exception(message, inner);
