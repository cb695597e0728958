using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DynamicSampling.Benchmarks.Passes;
using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Benchmarks;

/// <summary>
/// The whole pass over organizations of 10 projects with 30 transactions each, from the embedded database and back into it, beside
/// its floor: the same statements with the same parameters over the same connections, every value of every row read and dropped.
/// Every iteration finds the database as it was before, and publishes every organization.
/// </summary>
[MemoryDiagnoser]
[Config(typeof(PerOrganization))]
[MinIterationCount(5)]
[MaxIterationCount(15)]
[MinWarmupCount(1)]
[MaxWarmupCount(3)]
public class PassBenchmarks
{
    private PassDatabase? _database;
    private RecordedStatements? _statements;

    [Params(100, 1_000)]
    public int Organizations { get; set; }

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _database = await PassDatabase.CreateAsync(Organizations);
        try
        {
            var (versions, rates) = _database.CountPublished();
            var expected = (versions + Organizations, rates + ((long)Organizations * PassDatabase.Projects));
            _statements = await _database.RecordAsync();
            Expect("pass", expected);
            Reset();

            // A floor that does something else is none.
            Statements();
            Expect("replay", expected);
        }
        catch
        {
            await CleanupAsync();
            throw;
        }
    }

    [IterationSetup]
    public void Reset() => _database!.Reset();

    [Benchmark]
    public TaskRun Pass() => _database!.Service.RunAsync().GetAwaiter().GetResult();

    [Benchmark(Baseline = true)]
    public long Statements() => _statements!.Execute(_database!.Source);

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }

    private void Expect(string what, (long, long) expected)
    {
        if (_database!.CountPublished() is var published && published != expected)
            throw new InvalidOperationException($"After the {what} there are {published} versions and rates, not {expected}.");
    }

    private sealed class PerOrganization : ManualConfig
    {
        public PerOrganization() => AddColumn(new AllocatedPerOrganizationColumn());
    }
}
