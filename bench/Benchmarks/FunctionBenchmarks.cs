using BenchmarkDotNet.Attributes;
using DynamicSampling.Tasks.Runtime;
using Polly;

namespace DynamicSampling.Benchmarks;

/// <summary>What running a function of a task costs when its body is done at once and nobody listens to traces.</summary>
[MemoryDiagnoser]
public class FunctionBenchmarks
{
    private static readonly ResiliencePipeline Timeout = new ResiliencePipelineBuilder().AddTimeout(TimeSpan.FromSeconds(30)).Build();

    // The longest budget: the benchmark must not outlive its run.
    private readonly TaskContext _context = new("function_benchmarks", TaskBudget.Longest);

    [Benchmark(Baseline = true)]
    public long TwoTimestamps()
    {
        var start = TimeProvider.System.GetTimestamp();
        return TimeProvider.System.GetTimestamp() - start;
    }

    [Benchmark]
    public int RunAsync() =>
        _context.RunAsync("work", 1, static (state, _, _) => new ValueTask<int>(state)).GetAwaiter().GetResult();

    [Benchmark]
    public int PollyTimeout() =>
        Timeout.ExecuteAsync(static (state, _) => new ValueTask<int>(state), 1).GetAwaiter().GetResult();

    [GlobalCleanup]
    public void Cleanup() => _context.Dispose();
}
