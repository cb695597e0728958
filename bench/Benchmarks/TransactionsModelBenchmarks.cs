using System.Globalization;
using BenchmarkDotNet.Attributes;
using DynamicSampling.Tasks.Models;

namespace DynamicSampling.Benchmarks;

/// <summary>
/// The transactions model of one project beside its floor, as for <see cref="ProjectsModelBenchmarks"/>: a sort and a set of the ids.
/// One operation is one project: 1 s / mean is the projects a second on one core. Every method leaves its input as it was.
/// </summary>
[MemoryDiagnoser]
public class TransactionsModelBenchmarks
{
    private const int Explicit = 30;

    private ClassVolume[] _classes = [];
    private double[] _rates = [];
    private (double Count, string Id)[] _pairs = [];
    private double[] _counts = [];
    private string[] _ids = [];
    private double _total;

    [GlobalSetup]
    public void Setup()
    {
        // The 30 largest of 1,000 names, Pareto with an exponent of 1.1, in no order: both sides can spend, the longest way.
        var random = new Random(20_261_122);
        double[] counts = [.. Enumerable.Range(0, 1_000).Select(_ => Math.Floor(1000 * Math.Pow(1 - random.NextDouble(), -1 / 1.1)))];
        _total = counts.Sum();
        _counts = [.. counts.OrderDescending().Take(Explicit)];
        random.Shuffle(_counts);
        _ids = [.. Enumerable.Range(0, Explicit).Select(i => "GET /api/orders/" + i.ToString("00", CultureInfo.InvariantCulture))];
        _classes = [.. _ids.Zip(_counts, static (id, count) => new ClassVolume(id, count))];
        _pairs = [.. _counts.Zip(_ids)];
        _rates = new double[Explicit];
    }

    [Benchmark]
    public double Rebalance() => TransactionsModel.Rebalance(_classes, _rates, 0.1, _total, names: 1_000);

    /// <summary>The floor: the order that a user would ask for, with ties decided by the id.</summary>
    [Benchmark(Baseline = true)]
    public int SortPairsAndSet()
    {
        var pairs = ((double Count, string Id)[])_pairs.Clone();
        Array.Sort(pairs, static (left, right) =>
            left.Count.CompareTo(right.Count) is not 0 and var order ? order : string.CompareOrdinal(left.Id, right.Id));
        return new HashSet<string>(_ids, StringComparer.Ordinal).Count;
    }

    /// <summary>The same with the cheapest sort that a user would write: ties in any order.</summary>
    [Benchmark]
    public int SortKeysAndSet()
    {
        var counts = (double[])_counts.Clone();
        var ids = (string[])_ids.Clone();
        Array.Sort(counts, ids);
        return new HashSet<string>(_ids, StringComparer.Ordinal).Count;
    }
}
