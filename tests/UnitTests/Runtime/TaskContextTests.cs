using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests.Runtime;

public sealed class TaskContextTests : IDisposable
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private readonly ManualTimeProvider _clock = new();
    private readonly HookedClock _hooked;
    private readonly LogRecorder _logs = new();
    private readonly TaskContext _task;

    public TaskContextTests()
    {
        _hooked = new(_clock);
        _task = new("BuildReport", Budget, _hooked);
    }

    public void Dispose()
    {
        _task.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public void Constructor_NewContext_RunsFromNowOn()
    {
        _clock.Advance(4);

        Assert.Equal("dynamic_sampling.tasks.build_report", _task.Name);
        Assert.Equal(Budget, _task.MaxExecution);
        Assert.Equal((TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(6), false), (_task.Elapsed, _task.Remaining, _task.IsExpired));
        Assert.False(_task.CancellationToken.IsCancellationRequested);
        Assert.Null(_task.Result);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData((24 * 86_400) + 1)]
    public void Constructor_BudgetOutOfRange_IsRefused(double seconds) => Assert.Throws<ArgumentOutOfRangeException>(
        "maxExecution", () => new TaskContext("report", TimeSpan.FromSeconds(seconds), _clock));

    [Fact]
    public void Constructor_NoName_IsRefused() => Assert.Throws<ArgumentException>(() => new TaskContext(" ", Budget, _clock));

    [Fact]
    public void Deadline_IsStrictlyAfter()
    {
        _clock.Advance(Budget);
        Assert.Equal((false, TimeSpan.Zero), (_task.IsExpired, _task.Remaining));
        Assert.False(_task.CancellationToken.IsCancellationRequested);

        _clock.Advance(Tick);
        Assert.Equal((true, TimeSpan.Zero), (_task.IsExpired, _task.Remaining));
        Assert.True(_task.CancellationToken.IsCancellationRequested);
        Assert.Equal(CancelReason.Budget, _task.CancelReason);
    }

    [Fact]
    public void Deadline_ClockStartsAtZero_IsTheSame()
    {
        var clock = new ManualTimeProvider(timestampStart: 0);
        using var task = new TaskContext("report", Budget, clock);

        clock.Advance(Budget);
        Assert.False(task.IsExpired);
        clock.Advance(Tick);
        Assert.True(task.IsExpired && task.CancellationToken.IsCancellationRequested);
    }

    [Fact]
    public void Deadline_TimerFiresEarly_IsArmedAgain()
    {
        _hooked.DueTime = due => due / 2;
        using var task = new TaskContext("report", Budget, _hooked);

        _clock.Advance(Budget);
        Assert.False(task.CancellationToken.IsCancellationRequested);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.True(task.CancellationToken.IsCancellationRequested);
    }

    [Fact]
    public void Remaining_DeadlinePassesWhileItIsRead_IsNeverNegative()
    {
        _clock.Advance(Budget);
        _hooked.AfterRead = () => _clock.Advance(5);

        Assert.Equal(TimeSpan.Zero, _task.Remaining);
    }

    [Fact]
    public void CancellationToken_CallerLeaves_IsCancelledAndTheReasonStays()
    {
        using var caller = new CancellationTokenSource();
        using var task = new TaskContext("report", Budget, _clock, caller.Token);

        caller.Cancel();
        _clock.Advance(2 * Budget);

        Assert.True(task.CancellationToken.IsCancellationRequested);
        Assert.Equal((CancelReason.Caller, caller.Token), (task.CancelReason, task.CallerToken));
    }

    [Fact]
    public void CancellationToken_CallerHasLeftBefore_IsCancelledAtOnce()
    {
        using var task = new TaskContext("report", Budget, _clock, new CancellationToken(canceled: true));

        Assert.True(task.CancellationToken.IsCancellationRequested);
        Assert.Equal(CancelReason.Caller, task.CancelReason);
    }

    [Fact]
    public void Cancel_Twice_TheFirstReasonStays()
    {
        Assert.True(_task.Cancel(CancelReason.Operator));
        Assert.False(_task.Cancel(CancelReason.Shutdown));

        Assert.Equal(CancelReason.Operator, _task.CancelReason);
        Assert.True(_task.CancellationToken.IsCancellationRequested);
    }

    [Fact]
    public async Task Cancel_CallbackThrows_IsLogged()
    {
        using var task = new TaskContext(_clock, _logs);
        task.Begin("acme.report", Guid.NewGuid(), Budget, CancellationToken.None);
        using var registration = task.CancellationToken.Register(static () => throw new InvalidDataException("callback"));

        _clock.Advance(2 * Budget);
        await _logs.WaitForAsync(9);

        Assert.IsType<InvalidDataException>(Assert.IsType<AggregateException>(_logs.Single(9).Exception).InnerException);
    }

    [Fact]
    public void Deadline_TimerFiresWhileItIsArmed_IsArmedAgain()
    {
        using var task = new TaskContext("report", Budget, new HastyClock(_clock));
        Assert.False(task.CancellationToken.IsCancellationRequested);

        _clock.Advance(2 * Budget);

        Assert.True(task.CancellationToken.IsCancellationRequested);
    }

    [Fact]
    public void AnyMember_BeforeBegin_SaysHowToBegin()
    {
        using var task = new TaskContext(_clock, _logs);
        Action[] uses =
        [
            () => _ = task.Name, () => _ = task.MaxExecution, () => _ = task.Elapsed, () => _ = task.Remaining, () => _ = task.IsExpired,
            () => _ = task.CancellationToken, () => task.GetTimer("a"), () => task.GetFunctionState("a"), () => task.Snapshot(),
            () => task.Run("a", static _ => { }), () => _ = task.RunAsync("a", static (_, _) => ValueTask.CompletedTask),
        ];

        AssertRefused(uses, ".WithTaskContext()");
        Assert.False(task.IsRunning);
    }

    [Fact]
    public async Task Functions_AfterEnd_SayToAwait()
    {
        _task.End();
        Action[] uses = [() => _task.Run("late", static _ => { }), () => _ = _task.RunAsync("late", static (_, _) => ValueTask.CompletedTask)];

        AssertRefused(uses, "has ended, so late cannot start");
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var _ in _task.Iterate("late", AsyncEnumerable.Range(0, 1)))
                Assert.Fail("There is nothing to give.");
        });
    }

    [Fact]
    public void End_ClockGoesOn_NothingMoves()
    {
        _clock.Advance(3);
        _task.End();
        _clock.Advance(100);

        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(7), false), (_task.Elapsed, _task.Remaining, _task.IsExpired));
        Assert.Equal(3, _task.Snapshot().Seconds);
        Assert.False(_task.Cancel(CancelReason.Operator));
        Assert.False(_task.CancellationToken.IsCancellationRequested);
    }

    [Fact]
    public void Begin_WhileRunning_IsRefused() => AssertRefused([() => _task.Begin("acme.other", Guid.NewGuid(), Budget, default)], "scope of its own");

    [Fact]
    public void Begin_AfterEnd_StartsAfresh()
    {
        _task.Run("first", _ => _clock.Advance(2 * Budget));
        _task.Result = "first";
        var token = _task.CancellationToken;
        _task.End();
        _clock.Advance(1);

        _task.Begin("acme.second", Guid.NewGuid(), 2 * Budget, CancellationToken.None);
        _clock.Advance(2);

        Assert.Equal(("acme.second", 2 * Budget, TimeSpan.FromSeconds(2)), (_task.Name, _task.MaxExecution, _task.Elapsed));
        Assert.Equal(CancelReason.None, _task.CancelReason);
        Assert.Null(_task.Result);
        Assert.Empty(_task.Snapshot().TaskData);
        Assert.Equal((true, false), (token.IsCancellationRequested, _task.CancellationToken.IsCancellationRequested));
        _clock.Advance(2 * Budget);
        Assert.Equal(CancelReason.Budget, _task.CancelReason);
    }

    [Fact]
    public void Constructor_ExecutionContextFlowIsSuppressed_Works()
    {
        using var suppressed = ExecutionContext.SuppressFlow();
        using var task = new TaskContext("report", Budget, _clock);

        Assert.True(ExecutionContext.IsFlowSuppressed());
        _clock.Advance(2 * Budget);
        Assert.True(task.CancellationToken.IsCancellationRequested);
    }

    [Fact]
    public void Constructor_ExecutionContextFlows_DeadlineTimerDoesNotCarryIt()
    {
        Assert.False(ExecutionContext.IsFlowSuppressed());
        Assert.True(_hooked.TimerWasMadeWithoutFlow);
    }

    [Fact]
    public void Dispose_Twice_ReleasesTheDeadline()
    {
        _task.Dispose();
        _task.Dispose();
        _clock.Advance(2 * Budget);

        Assert.Equal(CancelReason.None, _task.CancelReason);
    }

    [Fact]
    public void GetFunctionState_SameName_IsTheSameAndHasTheTimerOfThatName()
    {
        var state = _task.GetFunctionState("fetch");

        Assert.Same(state, _task.GetFunctionState("fetch"));
        Assert.Same(state.Timer, _task.GetTimer("fetch"));
    }

    [Fact]
    public void GetFunctionState_ManyThreads_GetTheSame()
    {
        var seen = new FunctionState[4][];
        Threads.Run(Enumerable.Range(0, 4).Select<int, Action>(thread => () =>
            seen[thread] = [.. Enumerable.Range(0, 100).Select(index => _task.GetFunctionState($"function {index}"))]));

        Assert.All(seen, states => Assert.Equal(seen[0], states));
        Assert.Equal(65, seen[0].Distinct().Count());
    }

    [Fact]
    public void GetFunctionState_BeyondTheLimit_IsSharedAndLoggedOnce()
    {
        using var task = new TaskContext(_clock, _logs);
        task.Begin("acme.report", Guid.NewGuid(), Budget, CancellationToken.None);
        for (var index = 0; index < 70; index++)
            task.Run($"function {index}", static state => state.AddRows(2));

        Assert.Contains("64", _logs.Single(7).Message, StringComparison.Ordinal);
        Assert.Contains("function 64", _logs.Single(7).Message, StringComparison.Ordinal);
        var data = task.Snapshot().TaskData;
        Assert.Equal(65, data.Count);
        Assert.Equal((6, 12), (data["__other__"].Calls, data["__other__"].NumRowsTotal));
    }

    [Fact]
    public void Snapshot_Functions_ComeInOrderWithAllTheyDid()
    {
        _clock.Advance(1);
        _task.Run("second by name", state =>
        {
            state.AddRows(30);
            state.AddDbCalls(2);
            state.AddIterations(3);
            state.AddProjects(4);
            state.AddOrgs(5);
            state.Add("own", 6);
            _clock.Advance(2);
        });
        _task.Run("second by name", _ => _clock.Advance(1));
        using (_task.GetTimer("a timer").Start())
            _clock.Advance(8);

        var snapshot = _task.Snapshot();

        Assert.Equal((_task.Name, 10, 12, 2), (snapshot.TaskName, snapshot.MaxSeconds, snapshot.Seconds, snapshot.OverrunSeconds));
        Assert.Equal(["second by name", "a timer"], snapshot.TaskData.Keys);
        var function = snapshot.TaskData["second by name"];
        Assert.Equal(
            new()
            {
                NumRowsTotal = 30, NumDbCalls = 2, NumIterations = 3, NumProjects = 4, NumOrgs = 5, Counters = function.Counters,
                ExecutionTime = 3, Calls = 2, MaxExecutionTime = 2, FirstStart = 1, LastEnd = 4,
            },
            function);
        Assert.Equal(6, Assert.Single(function.Counters!, item => string.Equals(item.Key, "own", StringComparison.Ordinal)).Value);
        Assert.Equal(
            new() { ExecutionTime = 8, Calls = 1, MaxExecutionTime = 8, FirstStart = 4, LastEnd = 12 }, snapshot.TaskData["a timer"]);
    }

    [Fact]
    public void Snapshot_WhileATimerRuns_ChangesNothing()
    {
        var call = _task.GetTimer("fetch").Start();
        _clock.Advance(1);

        var first = _task.Snapshot();
        var second = _task.Snapshot();
        _clock.Advance(1);
        call.Dispose();
        var last = _task.Snapshot();

        Assert.Equal(first.TaskData["fetch"], second.TaskData["fetch"]);
        Assert.Equal((1, 2), (first.TaskData["fetch"].ExecutionTime, last.TaskData["fetch"].ExecutionTime));
        Assert.Equal((0, 2), (first.TaskData["fetch"].MaxExecutionTime, last.TaskData["fetch"].MaxExecutionTime));
        Assert.Equal((1, 1, 2), (first.Seconds, last.TaskData["fetch"].Calls, last.Seconds));
    }

    [Fact]
    public void Snapshot_TimerNamedOther_LosesNoTime()
    {
        using (_task.GetTimer("__other__").Start())
            _clock.Advance(1);
        for (var index = 0; index < 70; index++)
            _task.Run($"function {index}", _ => _clock.Advance(0.125));

        Assert.Equal(1 + (70 * 0.125), _task.Snapshot().TaskData.Values.Sum(function => function.ExecutionTime));
    }

    private static void AssertRefused(Action[] uses, string message) => Assert.All(
        uses, use => Assert.Contains(message, Assert.Throws<InvalidOperationException>(use).Message, StringComparison.Ordinal));

    /// <summary>The first time a timer is armed it fires at once, as a coarse timer may.</summary>
    private sealed class HastyClock(TimeProvider clock) : TimeProvider
    {
        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp() => clock.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new HastyTimer(clock.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, period), () => callback(state), dueTime);

        private sealed class HastyTimer : ITimer
        {
            private readonly ITimer _inner;
            private Action? _fire;

            public HastyTimer(ITimer inner, Action fire, TimeSpan dueTime)
            {
                _inner = inner;
                _fire = fire;
                if (dueTime != Timeout.InfiniteTimeSpan)
                    Change(dueTime, Timeout.InfiniteTimeSpan);
            }

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                if (Interlocked.Exchange(ref _fire, null) is { } fire)
                    fire();
                else
                    _inner.Change(dueTime, period);
                return true;
            }

            public void Dispose() => _inner.Dispose();

            public ValueTask DisposeAsync() => _inner.DisposeAsync();
        }
    }

    [Fact]
    public void ReportProgress_SeveralTimes_TheLatestWordCounts()
    {
        Assert.Null(_task.Progress);
        _task.ReportProgress(0, 25);
        _task.ReportProgress(7, 25);
        Assert.Equal(new TaskProgress(7, 25), _task.Progress);

        _task.ReportProgress(8);
        Assert.Equal(new TaskProgress(8, Total: null), _task.Progress);
    }

    [Theory]
    [InlineData(-1, 25L, "done")]
    [InlineData(26, 25L, "total")]
    [InlineData(0, -1L, "total")]
    public void ReportProgress_NotPossible_Throws(long done, long? total, string parameter) =>
        Assert.Throws<ArgumentOutOfRangeException>(parameter, () => _task.ReportProgress(done, total));

    [Fact]
    public void ReportProgress_FromManyThreads_NobodyReadsNumbersOfTwoReports()
    {
        _task.ReportProgress(0, 0);

        Parallel.For(0, 10_000, i =>
        {
            _task.ReportProgress(i, 2L * i);
            var seen = _task.Progress!;
            Assert.Equal(2 * seen.Done, seen.Total);
        });
    }
}
