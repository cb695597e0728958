using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests.Runtime;

public sealed class TaskContextFunctionsTests : IDisposable
{
    private const string Function = "fetch";
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);

    // Every overload; the lambdas are written as users write them, so this also tests overload resolution.
    private static readonly Dictionary<string, Func<TaskContext, Func<FunctionState, Task<int>>, Task>> Ways = new(StringComparer.Ordinal)
    {
        ["async lambda with a result"] = (task, body) => task.RunAsync(Function, async (state, _) => await body(state)).AsTask(),
        ["async lambda"] = (task, body) => task.RunAsync(Function, async (state, _) => { await body(state); }).AsTask(),
        ["Task with a result"] = (task, body) => task.RunAsync(Function, (state, _) => body(state)).AsTask(),
        ["Task"] = (task, body) => task.RunAsync(Function, (state, _) => (Task)body(state)).AsTask(),
        ["ValueTask with a result"] = (task, body) => task.RunAsync(Function, (state, _) => new ValueTask<int>(body(state))).AsTask(),
        ["ValueTask"] = (task, body) => task.RunAsync(Function, (state, _) => new ValueTask(body(state))).AsTask(),
        ["state with a result"] = (task, body) => task.RunAsync(Function, body, static async (body, state, _) => await body(state)).AsTask(),
        ["state"] = (task, body) => task.RunAsync(Function, body, static async (body, state, _) => { await body(state); }).AsTask(),
    };

    private static readonly Dictionary<string, Action<TaskContext, Func<FunctionState, int>>> SyncWays = new(StringComparer.Ordinal)
    {
        ["result"] = (task, body) => Assert.Equal(7, task.Run(Function, body)),
        ["nothing"] = (task, body) => task.Run(Function, state => { body(state); }),
        ["state"] = (task, body) => Assert.Equal(7, task.Run(Function, body, static (body, state) => body(state))),
    };

    private readonly ManualTimeProvider _clock = new();
    private readonly TaskContext _task;

    public TaskContextFunctionsTests() => _task = new("report", Budget, _clock);

    public static TheoryData<string> WayNames => new(Ways.Keys);

    public static TheoryData<string> SyncWayNames => new(SyncWays.Keys);

    private FunctionSnapshot Fetch => _task.Snapshot().TaskData[Function];

    public void Dispose() => _task.Dispose();

    [Theory]
    [MemberData(nameof(WayNames))]
    public async Task RunAsync_BodyThatDoesNotWait_IsTimed(string way)
    {
        _clock.Advance(1);

        await Ways[way](_task, Work);

        AssertTimed();
    }

    [Theory]
    [MemberData(nameof(WayNames))]
    public async Task RunAsync_BodyThatWaits_IsTimedToItsEnd(string way)
    {
        _clock.Advance(1);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var pending = Ways[way](_task, async state =>
        {
            state.AddRows(3);
            await gate.Task;
            return 7;
        });
        _clock.Advance(2);
        Assert.Equal((false, true), (pending.IsCompleted, _task.GetTimer(Function).Read().IsRunning));

        gate.SetResult();
        await pending;

        AssertTimed();
    }

    [Theory]
    [MemberData(nameof(WayNames))]
    public async Task RunAsync_BodyThrowsAtOnce_IsTimedAndFaultsTheTask(string way)
    {
        _clock.Advance(1);
        var thrown = new InvalidDataException();

        var pending = Ways[way](_task, state =>
        {
            WorkSync(state);
            throw thrown;
        });

        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidDataException>(() => pending));
        AssertTimed();
        Assert.Equal(Function, _task.FunctionThatThrew(thrown));
    }

    [Theory]
    [MemberData(nameof(WayNames))]
    public async Task RunAsync_BodyFaultsLater_IsTimedAndKeepsItsState(string way)
    {
        _clock.Advance(1);
        var thrown = new InvalidDataException();
        var gate = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var pending = Ways[way](_task, state =>
        {
            state.AddRows(3);
            return gate.Task;
        });
        _clock.Advance(2);

        gate.SetException(thrown);

        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidDataException>(() => pending));
        AssertTimed();
        Assert.Equal(Function, _task.FunctionThatThrew(thrown));
    }

    [Theory]
    [MemberData(nameof(WayNames))]
    public async Task RunAsync_PastTheDeadline_IsRefused(string way)
    {
        _clock.Advance(Budget + TimeSpan.FromSeconds(1));
        var pending = Ways[way](_task, Fail);

        AssertRefusal(await Assert.ThrowsAsync<TaskTimeoutException>(() => pending));
    }

    [Theory]
    [MemberData(nameof(WayNames))]
    public async Task RunAsync_AtTheDeadline_StillStarts(string way)
    {
        _clock.Advance(Budget);
        await Ways[way](_task, Work);

        Assert.Equal((1, 2), (Fetch.Calls, Fetch.ExecutionTime));
    }

    [Theory]
    [MemberData(nameof(SyncWayNames))]
    public void Run_Body_IsTimed(string way)
    {
        _clock.Advance(1);

        SyncWays[way](_task, WorkSync);

        AssertTimed();
    }

    [Theory]
    [MemberData(nameof(SyncWayNames))]
    public void Run_BodyThrows_IsTimedAndKeepsItsState(string way)
    {
        _clock.Advance(1);
        var thrown = new InvalidDataException();

        Assert.Same(thrown, Assert.Throws<InvalidDataException>(() => SyncWays[way](_task, state =>
        {
            WorkSync(state);
            throw thrown;
        })));

        AssertTimed();
        Assert.Equal(Function, _task.FunctionThatThrew(thrown));
    }

    [Theory]
    [MemberData(nameof(SyncWayNames))]
    public void Run_PastTheDeadline_IsRefused(string way)
    {
        _clock.Advance(Budget + TimeSpan.FromSeconds(1));

        AssertRefusal(Assert.Throws<TaskTimeoutException>(() => SyncWays[way](_task, _ => throw new InvalidDataException())));
    }

    [Fact]
    public async Task RunAsync_OverloadResolution_ResultsHaveTheirTypes()
    {
        int awaited = await _task.RunAsync("a", async (_, token) => { await Task.Yield(); return token.CanBeCanceled ? 1 : 0; });
        string group = await _task.RunAsync("b", TextAsync);
        string lambda = await _task.RunAsync("c", (state, token) => TextAsync(state, token));
        int[] value = await _task.RunAsync("d", static (_, _) => ValueTask.FromResult<int[]>([1]));
        string state = await _task.RunAsync("e", 5, static async (number, state, _) => { await Task.Yield(); return state.Name + number; });
        await _task.RunAsync("f", NothingAsync);
        await _task.RunAsync("g", (state, token) => NothingAsync(state, token));
        await Assert.ThrowsAsync<InvalidDataException>(() => _task.RunAsync("h", (_, _) => throw new InvalidDataException()).AsTask());

        Assert.Equal((1, "b", "c", 1, "e5"), (awaited, group, lambda, value[0], state));
        Assert.Equal(["a", "b", "c", "d", "e", "f", "g", "h"], _task.Snapshot().TaskData.Keys);
        Assert.All(_task.Snapshot().TaskData.Values, function => Assert.Equal(1, function.Calls));

        static Task<string> TextAsync(FunctionState state, CancellationToken token) => Task.FromResult(state.Name);
        static Task NothingAsync(FunctionState state, CancellationToken token) => Task.CompletedTask;
    }

    [Fact]
    public async Task RunAsync_Body_GetsTheRunsTokenAndItsState()
    {
        await _task.RunAsync(Function, (state, token) =>
        {
            Assert.Equal(_task.CancellationToken, token);
            Assert.Same(_task.GetFunctionState(Function), state);
            return Task.CompletedTask;
        });

        Assert.Equal(1, Fetch.Calls);
    }

    [Fact]
    public async Task RunAsync_BodyFinishesLate_IsNoTimeout()
    {
        var result = await _task.RunAsync(Function, (_, _) =>
        {
            _clock.Advance(2 * Budget);
            return Task.FromResult("done");
        });

        Assert.Equal(("done", 20, 10), (result, Fetch.ExecutionTime, _task.Snapshot().OverrunSeconds));
        var refused = await Assert.ThrowsAsync<TaskTimeoutException>(() => _task.RunAsync("next", static (_, _) => Task.CompletedTask).AsTask());
        Assert.Equal(("next", _task.Name, Budget, 2 * Budget), (refused.Function, refused.TaskName, refused.MaxExecution, refused.Elapsed));
    }

    [Fact]
    public async Task RunAsync_Canceled_IsRefusedAsCanceledAlsoPastTheDeadline()
    {
        _task.Cancel(CancelReason.Operator);

        for (var attempt = 0; attempt < 2; attempt++)
        {
            var refused = await Assert.ThrowsAsync<OperationCanceledException>(() => Ways["Task"](_task, Fail));

            Assert.Equal(_task.CancellationToken, refused.CancellationToken);
            Assert.Equal(Function, _task.FunctionThatThrew(refused));
            _clock.Advance(2 * Budget);
        }

        Assert.Equal(0, Fetch.Calls);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void AnyWay_NoFunctionOrBody_IsAnArgumentError(string? name)
    {
        Assert.ThrowsAny<ArgumentException>(() => _task.Run(name!, static _ => 1));
        Assert.ThrowsAny<ArgumentException>(() => { _ = _task.RunAsync(name!, static (_, _) => Task.CompletedTask); });
        Assert.Throws<ArgumentNullException>("body", () => _task.Run("a", (Action<FunctionState>)null!));
        Assert.Throws<ArgumentNullException>("body", () => { _ = _task.RunAsync("a", (Func<FunctionState, CancellationToken, Task>)null!); });
        Func<FunctionState, CancellationToken, ValueTask<int>> missing = null!;
        Assert.Throws<ArgumentNullException>("body", () => { _ = _task.RunAsync("a", missing); });
    }

    [Fact]
    public async Task RunAsync_ManyAtOnce_CountEveryCallAndNoTimeTwice()
    {
        const int Calls = 20;
        var gates = Enumerable.Range(0, Calls)
            .Select(_ => new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var all = Task.WhenAll(gates.Select((gate, index) => Ways.Values.ElementAt(index % Ways.Count)(_task, async state =>
        {
            state.AddDbCalls();
            var rows = await gate.Task;
            state.AddRows(rows);
            return rows;
        })));
        foreach (var gate in gates)
        {
            _clock.Advance(0.1);
            gate.SetResult(5);
        }

        await all;

        Assert.Equal((Calls, Calls, 5 * Calls), (Fetch.Calls, Fetch.NumDbCalls, Fetch.NumRowsTotal));
        Assert.Equal((2, false), (Fetch.ExecutionTime, _task.GetTimer(Function).Read().IsRunning));
    }

    [Fact]
    public void Run_ManyThreads_CountEveryCall()
    {
        Threads.Run(Enumerable.Repeat(
            () =>
            {
                for (var call = 0; call < 3_000; call++)
                    _task.Run(call % 2 == 0 ? Function : "other", static state => state.AddRows(1));
            },
            4));

        Assert.Equal((6_000, 6_000), (Fetch.Calls, Fetch.NumRowsTotal));
        Assert.Equal(6_000, _task.Snapshot().TaskData["other"].Calls);
    }

    [Fact]
    public async Task FunctionThatThrew_Nested_IsTheInnermost()
    {
        var thrown = await Assert.ThrowsAsync<InvalidDataException>(() => _task.RunAsync("outer", async (_, _) =>
            await _task.RunAsync("inner", static async (_, _) =>
            {
                await Task.Yield();
                throw new InvalidDataException();
            })).AsTask());

        Assert.Equal("inner", _task.FunctionThatThrew(thrown));
    }

    [Fact]
    public async Task FunctionThatThrew_Wrapped_IsFoundThroughTheCause()
    {
        var thrown = new InvalidDataException();
        await Assert.ThrowsAsync<InvalidDataException>(() => Ways["Task"](_task, _ => throw thrown));

        Assert.Equal(Function, _task.FunctionThatThrew(new InvalidOperationException("wrapped", thrown)));
        Assert.Equal(Function, _task.FunctionThatThrew(new AggregateException(new InvalidOperationException(), thrown)));
        Assert.Null(_task.FunctionThatThrew(new InvalidDataException()));
        Assert.Equal("next", _task.FunctionThatThrew(new TaskTimeoutException("acme.report", "next", Budget, Budget)));
    }

    [Fact]
    public async Task FunctionThatThrew_TwoFunctionsFailAtOnce_NamesBoth()
    {
        Exception first = new InvalidDataException(), second = new InvalidOperationException();
        var both = Task.WhenAll(
            _task.RunAsync("first", async (_, _) => { await Task.Yield(); throw first; }).AsTask(),
            _task.RunAsync("second", async (_, _) => { await Task.Yield(); throw second; }).AsTask());

        Assert.Same(first, await Assert.ThrowsAsync<InvalidDataException>(() => both));
        Assert.Equal(("first", "second"), (_task.FunctionThatThrew(first), _task.FunctionThatThrew(second)));
    }

    [Fact]
    public void FunctionThatThrew_AnotherFunctionFailsInItsCleanUp_IsStillKnown()
    {
        var thrown = Assert.Throws<InvalidDataException>(() => _task.Run(Function, static _ => throw new InvalidDataException()));
        Assert.Throws<NotSupportedException>(() => _task.Run("clean up", static _ => throw new NotSupportedException()));

        Assert.Equal(Function, _task.FunctionThatThrew(thrown));
    }

    private static Task<int> Fail(FunctionState state) => throw new InvalidDataException("The body must not run.");

    private int WorkSync(FunctionState state)
    {
        state.AddRows(3);
        _clock.Advance(2);
        return 7;
    }

    private Task<int> Work(FunctionState state) => Task.FromResult(WorkSync(state));

    private void AssertTimed() => Assert.Equal(
        new() { NumRowsTotal = 3, ExecutionTime = 2, Calls = 1, MaxExecutionTime = 2, FirstStart = 1, LastEnd = 3 }, Fetch);

    private void AssertRefusal(TaskTimeoutException refused)
    {
        Assert.Equal((Function, _task.Name), (refused.Function, _task.Name));
        Assert.Equal(Function, _task.FunctionThatThrew(refused));
        Assert.Equal((0, 0), (Fetch.Calls, Fetch.ExecutionTime));
        Assert.True(_task.CancellationToken.IsCancellationRequested);
        Assert.Equal(CancelReason.Budget, _task.CancelReason);
    }
}
