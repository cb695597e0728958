using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tests.Runtime;

/// <summary>What must not allocate once it is warm. A listener to our spans would make functions allocate, so no other test runs.</summary>
[Collection(ProcessWide.Name)]
public sealed class AllocationTests : IDisposable
{
    private readonly TaskContext _task = new("report", TimeSpan.FromDays(1), new ManualTimeProvider());
    private readonly Timers _timers = new(new ManualTimeProvider());

    public void Dispose() => _task.Dispose();

    [Fact]
    public void Timer_StartAndStop_AllocateNothing() => Assert.Equal(0, Allocated(() =>
    {
        using (_timers.Start("a"))
            _timers.Start("b");
        _timers.Stop("b");
        _timers.GetElapsed("a");
        _timers.GetTimer("a").Read();
    }));

    [Fact]
    public void RunAsync_CompletedBodyWithState_AllocatesNothing() => Assert.Equal(0, Allocated(() =>
    {
        var rows = _task.RunAsync("fetch", 5L, static (rows, state, _) =>
        {
            state.AddRows(rows);
            return new ValueTask<long>(rows);
        });
        var nothing = _task.RunAsync("store", this, static (_, state, _) =>
        {
            state.AddDbCalls();
            return ValueTask.CompletedTask;
        });
        Assert.True(rows.IsCompletedSuccessfully && nothing.IsCompletedSuccessfully);
    }));

    [Fact]
    public void RunAsync_CompletedBody_AllocatesNothing() => Assert.Equal(0, Allocated(() =>
    {
        var nothing = _task.RunAsync("fetch", static (state, _) =>
        {
            state.AddIterations();
            return ValueTask.CompletedTask;
        });
        Assert.True(nothing.IsCompletedSuccessfully);
    }));

    [Fact]
    public void Run_Body_AllocatesNothing() => Assert.Equal(0, Allocated(() =>
    {
        _task.Run("sync", static state => state.AddRows(1));
        _task.Run("sync", 5, static (number, _) => number);
    }));

    [Fact]
    public void FunctionState_OwnCounter_AllocatesNothing() => Assert.Equal(0, Allocated(() => _task.GetFunctionState("fetch").Add("own")));

    [Fact]
    public void Rebalance_ManyClasses_AllocatesNothing()
    {
        ClassVolume[] classes = [.. Enumerable.Range(0, 1000).Select(index => new ClassVolume($"class {index}", index * 31 % 977))];
        var rates = new double[classes.Length];

        Assert.Equal(0, Allocated(() => FullRebalancing.Rebalance(classes, rates, 0.1, intensity: 0.8, minimum: 5, floor: 0.01), rounds: 20));
        Assert.Equal(0, Allocated(() => ProjectsModel.Rebalance(classes, rates, 0.1), rounds: 20));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(20_000.0, 40L)]
    [InlineData(1e9, 40L)]
    [InlineData(1e6, 1_000_000L)]
    public void TransactionsModel_ThirtyClasses_AllocatesNothing(double? total, long? names)
    {
        ClassVolume[] classes = [.. Enumerable.Range(0, 30).Select(index => new ClassVolume($"class {index}", index * 31 % 977))];
        var rates = new double[classes.Length];

        Assert.Equal(0, Allocated(() => TransactionsModel.Rebalance(classes, rates, 0.1, total, names, floor: 0.001)));
    }

    [Fact]
    public void RecalibrationAndSlidingWindow_AllocateNothing()
    {
        FactorClass[] classes = [.. Enumerable.Range(0, 300).Select(index => new FactorClass(index * 31 % 977, 1.0 / (index + 1), 0.01, 1))];
        VolumeTier[] tiers = [new(1000, 0.9), new(5000, 0.3)];

        Assert.Equal(0, Allocated(() => RecalibrationModel.Solve(classes, 5_000), rounds: 20));
        Assert.Equal(0, Allocated(() => RecalibrationModel.Factor(1, 1000, 10, 0.1)));
        Assert.Equal(0, Allocated(() => SlidingWindowModel.RateOfTiers(tiers, SlidingWindowModel.MonthlyVolume(10, 24, 30) ?? 0)));
    }

    [Fact]
    public void Rate_EveryKindOfRule_AllocatesNothing()
    {
        var now = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
        var document = RulesGenerator.Generate(
            new()
            {
                BaseRate = 0.1,
                Factor = 0.5,
                ImplicitRate = 0.05,
                Floor = 0.01,
                Transactions = [.. Enumerable.Range(0, 100).Select(index => new NamedRate($"transaction {index}", 0.5, index))],
                Releases = [new("2.0", null, now.AddMinutes(-5), TimeSpan.FromHours(1))],
                CustomRules = [new(0, new OrCondition([new EqCondition("trace.x", ["y"])]), 5, now, now.AddHours(1))],
                Pins = [new("pinned", 0.5)],
            },
            now);
        var fields = new TraceFields { Transaction = "Transaction 0", Release = "2.0", Others = new Dictionary<string, string?>(StringComparer.Ordinal) };

        Assert.Equal(0, Allocated(() => RulesEvaluator.Rate(document, fields, now), rounds: 100));
        Assert.Equal(0, Allocated(() => HealthChecks.IsHealthCheck("GET /a/long/path/to/no/health/check/at/all")));
    }

    // The least of several measurements: a collection in between may empty the array pool once.
    private static long Allocated(Action action, int rounds = 1000)
    {
        var least = long.MaxValue;
        for (var attempt = 0; attempt < 5 && least > 0; attempt++)
        {
            for (var round = 0; round < rounds; round++)
                action();
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var round = 0; round < rounds; round++)
                action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
