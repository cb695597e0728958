using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests.Runtime;

public sealed class FunctionStateTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly FunctionState _state;

    public FunctionStateTests() => _state = new(new Timers(_clock).GetTimer("fetch"));

    [Fact]
    public void Counters_Counted_AddUp()
    {
        _state.AddRows(3);
        _state.AddRows(4);
        _state.AddDbCalls();
        _state.AddDbCalls(2);
        _state.AddIterations();
        _state.AddIterations(4);
        _state.AddProjects(5);
        _state.AddOrgs();
        _state.AddOrgs(6);

        Assert.Equal(
            (7, 3, 5, 5, 7),
            (_state.NumRowsTotal, _state.NumDbCalls, _state.NumIterations, _state.NumProjects, _state.NumOrgs));
    }

    [Fact]
    public void ExecutionTime_IsTheTimers()
    {
        using (_state.Timer.Start())
            _clock.Advance(1.5);

        Assert.Equal(("fetch", TimeSpan.FromSeconds(1.5)), (_state.Name, _state.ExecutionTime));
    }

    [Fact]
    public void Counters_NegativeCount_IsRefusedAndNothingCounted()
    {
        Action[] adds =
        [
            () => _state.AddRows(-1), () => _state.AddDbCalls(-1), () => _state.AddIterations(-1), () => _state.AddProjects(-1),
            () => _state.AddOrgs(-1), () => _state.Add("own", -1),
        ];

        Assert.All(adds, add => Assert.Throws<ArgumentOutOfRangeException>("count", add));
        Assert.Equal(
            (0, 0, 0, 0, 0),
            (_state.NumRowsTotal, _state.NumDbCalls, _state.NumIterations, _state.NumProjects, _state.NumOrgs));
        Assert.Equal(0, _state.ReadCounters()?.GetValueOrDefault("own") ?? 0);
    }

    [Fact]
    public void Add_OwnCounters_AreKeptByName()
    {
        Assert.Null(_state.ReadCounters());

        _state.Add("cache hits");
        _state.Add("cache misses", 2);
        _state.Add("cache hits", 4);

        Assert.Equal(new Dictionary<string, long>(StringComparer.Ordinal) { ["cache hits"] = 5, ["cache misses"] = 2 }, _state.ReadCounters());
        Assert.ThrowsAny<ArgumentException>(() => _state.Add(""));
    }

    [Fact]
    public void Add_TooManyNames_AreCountedAsOther()
    {
        for (var index = 0; index < FunctionState.MaxCounters + 3; index++)
            _state.Add($"counter {index}", 2);

        var counters = _state.ReadCounters()!;
        Assert.Equal(FunctionState.MaxCounters + 1, counters.Count);
        Assert.Equal((2, 6), (counters["counter 15"], counters["__other__"]));
    }

    [Fact]
    public void Add_OtherByName_IsNotLostWhenThereAreTooManyNames()
    {
        _state.Add("__other__", 10);
        for (var index = 0; index < FunctionState.MaxCounters; index++)
            _state.Add($"counter {index}");

        Assert.Equal(10 + FunctionState.MaxCounters, _state.ReadCounters()!.Values.Sum());
    }

    [Fact]
    public void Counters_ManyThreads_LoseNothing()
    {
        const int Rounds = 5_000;
        Threads.Run(Enumerable.Repeat(
            () =>
            {
                for (var round = 0; round < Rounds; round++)
                {
                    _state.AddRows(2);
                    _state.AddDbCalls();
                    _state.AddIterations();
                    _state.AddProjects(1);
                    _state.AddOrgs();
                    _state.Add($"own {round % 20}");
                }
            },
            4));

        const long All = 4 * Rounds;
        Assert.Equal(
            (2 * All, All, All, All, All),
            (_state.NumRowsTotal, _state.NumDbCalls, _state.NumIterations, _state.NumProjects, _state.NumOrgs));
        Assert.Equal(All, _state.ReadCounters()!.Values.Sum());
    }
}
