using System.Runtime.InteropServices;
using DynamicSampling.Api.Ingest;

namespace DynamicSampling.Api.Storage;

/// <summary>
/// What the counts of one project and minute say together that came of several sources: a function of the sums of each, and of nothing else.
/// docs/algorithms.md says why.
/// </summary>
internal static class CombinedCounts
{
    /// <summary>Who knows best, if several have counted: those that see each root trace, then whoever posts, then those that count requests.</summary>
    private static readonly long[] BestFirst =
    [
        (long)VolumeSource.Reports, (long)VolumeSource.XRay, (long)VolumeSource.Posted, (long)VolumeSource.HttpMetrics, (long)VolumeSource.SpanMetrics,
    ];

    /// <param name="counts">What came in: at most one sum of each source for a transaction.</param>
    /// <param name="other">The id of <see cref="Tasks.Sampling.Names.OtherTransactions"/>; null when the project has none.</param>
    /// <returns>One count a transaction. Their total is the true one, if there is any traffic by it.</returns>
    public static List<TransactionCount> Of(IReadOnlyList<TransactionCount> counts, long? other)
    {
        var bySource = counts.ToLookup(count => count.Kind);
        var estimated = bySource[VolumeKind.Estimated].ToDictionary(count => count.Transaction);
        // Nothing counted is no claim that there was nothing: a release can be announced that way.
        var best = Array.Find(BestFirst, source => bySource[source].Sum(count => count.Total) > 0);
        if (best == VolumeKind.Estimated)
        {
            return
            [
                .. estimated.Values,
                .. BestFirst.SelectMany(source => bySource[source]).Where(count => !estimated.ContainsKey(count.Transaction)).DistinctBy(count => count.Transaction),
            ];
        }

        var exact = bySource[best].ToDictionary(count => count.Transaction);

        var keptIsKnown = exact.Values.Any(count => count.Kept > 0);
        List<TransactionCount> combined =
        [
            .. exact.Values.Where(count => count.Transaction != other)
                .Select(count => keptIsKnown ? count : count with { Kept = Math.Min(count.Total, estimated.GetValueOrDefault(count.Transaction).Kept) }),
        ];
        if (other is { } id && exact.TryGetValue(id, out var unnamed))
        {
            combined.AddRange(Divide(
                unnamed,
                [.. estimated.Values.Where(count => count.Total > 0 && (count.Transaction == id || !exact.ContainsKey(count.Transaction)))],
                keptIsKnown));
        }

        return combined;
    }

    /// <summary>Divides what names no transaction among the transactions that only estimates know.</summary>
    private static IEnumerable<TransactionCount> Divide(TransactionCount unnamed, List<TransactionCount> estimated, bool keptIsKnown)
    {
        if (estimated.Count == 0)
            return [unnamed];
        if (unnamed.Total <= 0)
            return [];
        var sum = estimated.Sum(count => count.Total);
        var shares = estimated.ConvertAll(count => new Share(count.Transaction, unnamed.Total * (count.Total / sum), count.Kept));
        var kept = DivideKept(shares, keptIsKnown ? unnamed.Kept : Math.Min(unnamed.Total, estimated.Sum(count => count.Kept)));
        // Alone, it has the true count.
        var kind = shares.Count == 1 && shares[0].Transaction == unnamed.Transaction ? unnamed.Kind : VolumeKind.Shared;
        return shares.Zip(kept, (share, mine) => new TransactionCount(share.Transaction, kind, share.Total, mine));
    }

    /// <summary>
    /// Divides <paramref name="kept"/> as the estimates were kept, none above its total: who comes to the limit first leaves the rest to
    /// the others. Sorts <paramref name="shares"/> to that end.
    /// </summary>
    private static double[] DivideKept(List<Share> shares, double kept)
    {
        // By division those without a weight come last. They share what is left as their totals are.
        shares.Sort((a, b) => (a.Total / a.Weight).CompareTo(b.Total / b.Weight) is var order and not 0 ? order : a.Transaction.CompareTo(b.Transaction));
        var (weights, totals) = (new double[shares.Count + 1], new double[shares.Count + 1]);
        for (var i = shares.Count - 1; i >= 0; i--)
            (weights[i], totals[i]) = (weights[i + 1] + shares[i].Weight, totals[i + 1] + shares[i].Total);
        var divided = new double[shares.Count];
        for (var i = 0; i < divided.Length; i++)
        {
            var part = weights[i] > 0 ? shares[i].Weight / weights[i] : totals[i] > 0 ? shares[i].Total / totals[i] : 0;
            divided[i] = Math.Min(shares[i].Total, kept * part);
            kept = Math.Max(0, kept - divided[i]);
        }

        return divided;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Share(long Transaction, double Total, double Weight);
}
