using System.Globalization;
using BenchmarkDotNet.Attributes;
using DynamicSampling.Tasks.Models;

namespace DynamicSampling.Benchmarks;

/// <summary>
/// The projects model beside its floor: what anybody has to do who orders projects by volume and makes sure that none comes
/// twice, a sort and a set of the ids. Every method leaves its input as it was.
/// </summary>
[MemoryDiagnoser]
public class ProjectsModelBenchmarks
{
    private ClassVolume[] _projects = [];
    private double[] _rates = [];
    private (double Count, string Id)[] _pairs = [];
    private double[] _counts = [];
    private string[] _ids = [];

    [Params(100, 10_000, 1_000_000)]
    public int Projects { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        // Pareto with an exponent of 1.1: a few projects have most of the traces. From 1,000 on, so that ties are not the rule.
        var random = new Random(20_261_122);
        _counts = new double[Projects];
        _ids = new string[Projects];
        for (var i = 0; i < Projects; i++)
        {
            _counts[i] = Math.Floor(1000 * Math.Pow(1 - random.NextDouble(), -1 / 1.1));
            _ids[i] = "project-" + i.ToString("000000", CultureInfo.InvariantCulture);
        }

        _projects = [.. _ids.Zip(_counts, static (id, count) => new ClassVolume(id, count))];
        _pairs = [.. _counts.Zip(_ids)];
        _rates = new double[Projects];
    }

    [Benchmark]
    public double Rebalance()
    {
        ProjectsModel.Rebalance(_projects, _rates, 0.1);
        return _rates[0];
    }

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
