using BenchmarkDotNet.Attributes;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Benchmarks;

/// <summary>What timing something under a name costs, beside the two clock readings that nobody can do without.</summary>
[MemoryDiagnoser]
public class TimerBenchmarks
{
    private readonly NamedTimer _timer = new Timers().GetTimer("work");

    [Benchmark(Baseline = true)]
    public long TwoTimestamps()
    {
        var start = TimeProvider.System.GetTimestamp();
        return TimeProvider.System.GetTimestamp() - start;
    }

    [Benchmark]
    public void StartAndDispose() => _timer.Start().Dispose();

    [Benchmark]
    public void StartAndStop()
    {
        _timer.Start();
        _timer.Stop();
    }
}
