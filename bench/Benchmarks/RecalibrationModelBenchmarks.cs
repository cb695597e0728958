using BenchmarkDotNet.Attributes;
using DynamicSampling.Tasks.Models;

namespace DynamicSampling.Benchmarks;

/// <summary>The factor of one organization, solved over all that it is served. 1 s / mean is the organizations a second on one core.</summary>
[MemoryDiagnoser]
public class RecalibrationModelBenchmarks
{
    private FactorClass[] _classes = [];
    private double _wanted;

    [Params(300)]
    public int Classes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        // Pareto with an exponent of 1.1, at the rates that keep 1,000 traces of each; every tenth is served at 1 whatever the factor.
        var random = new Random(20_261_122);
        _classes = new FactorClass[Classes];
        for (var i = 0; i < Classes; i++)
        {
            var count = Math.Floor(1000 * Math.Pow(1 - random.NextDouble(), -1 / 1.1));
            _classes[i] = new(count, 1000 / count, i % 10 == 0 ? 1 : 0.001, 1);
        }

        _wanted = RecalibrationModel.Predicted(_classes, 1.3);
    }

    [Benchmark]
    public double Solve() => RecalibrationModel.Solve(_classes, _wanted);

    /// <summary>The checks of the arguments and one look at every class; the solution looks about 45 times.</summary>
    [Benchmark(Baseline = true)]
    public double Predicted() => RecalibrationModel.Predicted(_classes, 1.3);
}
