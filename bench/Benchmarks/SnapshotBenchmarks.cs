using System.Globalization;
using BenchmarkDotNet.Attributes;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Benchmarks;

/// <summary>What reading a run's statistics costs: the pipeline does it once at a run's start and once at its end.</summary>
[MemoryDiagnoser]
public class SnapshotBenchmarks
{
    private readonly TaskContext _context = new("snapshot_benchmarks", TaskBudget.Longest);

    [GlobalSetup]
    public void Setup()
    {
        for (var i = 0; i < 10; i++)
        {
            _context.Run("function_" + i.ToString(CultureInfo.InvariantCulture), static function =>
            {
                function.AddRows(100);
                function.AddDbCalls();
            });
        }
    }

    [Benchmark]
    public TaskSnapshot TenFunctions() => _context.Snapshot();

    [GlobalCleanup]
    public void Cleanup() => _context.Dispose();
}
