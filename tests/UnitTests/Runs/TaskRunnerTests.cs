using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.Tests.Runs;

public sealed class TaskRunnerTests : IAsyncDisposable
{
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(10);
    private static readonly TaskRunOptions Report = new("BuildReport") { MaxExecution = Budget };

    private readonly TaskHost _host = new();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task RunAsync_BodyEnds_Completed()
    {
        var options = Report with { Trigger = RunTrigger.Http, Organization = "acme" };
        var run = await _host.Runner.RunAsync(options, async (services, task) =>
        {
            Assert.Same(services.GetRequiredService<TaskContext>(), task);
            _host.Clock.Advance(0.5);
            await task.RunAsync("fetch", (state, _) =>
            {
                state.AddRows(30);
                _host.Clock.Advance(1);
                return Task.CompletedTask;
            });
            task.Result = "a report";
        });
        _host.Clock.Advance(100);

        Assert.Equal((RunStatus.Completed, null, "a report"), (run.Status, run.Error, run.Result));
        Assert.Equal(("build_report", "dynamic_sampling.tasks.build_report"), (run.Task, run.TaskName));
        Assert.Equal((10, 1.5, 0, false), (run.MaxSeconds, run.Seconds, run.OverrunSeconds, run.Overdue));
        Assert.Equal((RunTrigger.Http, "acme"), (run.Trigger, run.Organization));
        Assert.Equal((new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero), 7), (run.StartedAt, run.Id.Version));
        Assert.Equal(
            new() { NumRowsTotal = 30, ExecutionTime = 1, Calls = 1, MaxExecutionTime = 1, FirstStart = 0.5, LastEnd = 1.5 },
            Assert.Single(run.TaskData).Value);
        Assert.Same(run, await _host.FindAsync(run.Id));
        Assert.Empty(_host.Registry.ToList());
        Assert.Equal(LogLevel.Debug, _host.Logs.Single(1).Level);
        Assert.Equal(LogLevel.Information, _host.Logs.Single(2).Level);
    }

    [Fact]
    public void TaskRunOptions_Defaults_AreASchedulersRunOf420Seconds()
    {
        var options = new TaskRunOptions("a");

        Assert.Equal(
            (TaskBudget.Default, RunTrigger.Schedule, null, false),
            (options.MaxExecution, options.Trigger, options.Organization, options.Exclusive));
    }

    [Fact]
    public async Task RunAsync_StartsBetweenMilliseconds_StartedAtIsWhole()
    {
        _host.Clock.Advance(TimeSpan.FromTicks(12_345_678));

        var run = await _host.Runner.RunAsync(Report, static (_, _) => Task.CompletedTask);

        Assert.Equal(new DateTimeOffset(2026, 11, 22, 10, 0, 1, 234, TimeSpan.Zero), run.StartedAt);
        Assert.Equal(0, run.Seconds);
    }

    [Fact]
    public async Task RunAsync_BodyEndsLate_CompletedWithOverrun()
    {
        var run = await _host.Runner.RunAsync(Report, (_, _) =>
        {
            _host.Clock.Advance(2 * Budget);
            return Task.CompletedTask;
        });

        Assert.Equal((RunStatus.Completed, null, 20, 10), (run.Status, run.Error, run.Seconds, run.OverrunSeconds));
        Assert.Equal(LogLevel.Warning, _host.Logs.Single(3).Level);
    }

    [Fact]
    public async Task RunAsync_BodyObservesTheToken_TimedOut()
    {
        var run = await _host.Runner.RunAsync(Report, (_, task) => task.RunAsync("fetch", (_, token) =>
        {
            _host.Clock.Advance(2 * Budget);
            return Task.FromCanceled(token);
        }).AsTask());

        AssertError(run, RunStatus.TimedOut, "timeout", "budget of 10 s", "fetch");
        Assert.Contains("fetch", _host.Logs.Single(4).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_FunctionIsRefused_TimedOut()
    {
        var run = await _host.Runner.RunAsync(Report, (_, task) =>
        {
            _host.Clock.Advance(2 * Budget);
            return task.RunAsync("store", static (_, _) => Task.CompletedTask).AsTask();
        });

        AssertError(run, RunStatus.TimedOut, "timeout", "so store was not started", "store");
        Assert.Equal(10, run.OverrunSeconds);
    }

    [Fact]
    public async Task RunAsync_BodyThrows_FailedWithTheFunctionAndWithoutTheMessage()
    {
        var run = await _host.Runner.RunAsync(Report, static (_, task) => task.RunAsync("fetch", async (state, _) =>
        {
            state.AddRows(3);
            await Task.Yield();
            throw new InvalidDataException("secret");
        }).AsTask());

        Assert.Equal((RunStatus.Failed, new("System.IO.InvalidDataException", null, "fetch")), (run.Status, run.Error));
        Assert.Equal(3, run.TaskData["fetch"].NumRowsTotal);
        Assert.Equal(("secret", LogLevel.Error), (_host.Logs.Single(6).Exception!.Message, _host.Logs.Single(6).Level));
    }

    [Fact]
    public async Task RunAsync_BodyThrowsAtOnceAndMessagesAreShown_FailedWithTheMessage()
    {
        await using var host = new TaskHost(options: options => options.ShowExceptionMessages = true);

        var run = await host.Runner.RunAsync(Report, static (_, _) => throw new InvalidDataException("what happened"));

        Assert.Equal((RunStatus.Failed, new("System.IO.InvalidDataException", "what happened", null)), (run.Status, run.Error));
    }

    [Fact]
    public async Task RunAsync_OperatorCancels_Canceled()
    {
        var run = await _host.Runner.RunAsync(Report, (_, task) =>
        {
            Assert.True(_host.Registry.Cancel(_host.Registry.ToList().Single().Id));
            return Task.FromCanceled(task.CancellationToken);
        });

        AssertError(run, RunStatus.Canceled, "canceled", "on request", function: null);
        Assert.Contains("Operator", _host.Logs.Single(5).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_CallerLeaves_Canceled()
    {
        using var caller = new CancellationTokenSource();
        var run = await _host.Runner.RunAsync(
            Report,
            (_, task) =>
            {
                caller.Cancel();
                return task.RunAsync("fetch", static (_, _) => Task.CompletedTask).AsTask();
            },
            caller.Token);

        AssertError(run, RunStatus.Canceled, "canceled", "caller left", "fetch");
    }

    [Fact]
    public async Task RunAsync_ProcessStops_CanceledWithErrorTypeShutdown()
    {
        var run = await _host.Runner.RunAsync(Report, (_, task) =>
        {
            _host.Registry.Shutdown();
            return Task.FromCanceled(task.CancellationToken);
        });

        AssertError(run, RunStatus.Canceled, "shutdown", "stopping", function: null);
    }

    [Fact]
    public async Task RunAsync_ProcessHasBeenStopping_IsCancelledFromItsStart()
    {
        _host.Registry.Shutdown();

        var run = await _host.Runner.RunAsync(Report, static (_, task) => Task.FromCanceled(task.CancellationToken));

        AssertError(run, RunStatus.Canceled, "shutdown", "stopping", function: null);
    }

    [Fact]
    public async Task RunAsync_CallerLeavesThenBudgetEnds_TheFirstReasonDecides()
    {
        using var caller = new CancellationTokenSource();
        var run = await _host.Runner.RunAsync(
            Report,
            (_, task) =>
            {
                caller.Cancel();
                _host.Clock.Advance(2 * Budget);
                return task.RunAsync("fetch", static (_, _) => Task.CompletedTask).AsTask();
            },
            caller.Token);

        AssertError(run, RunStatus.Canceled, "canceled", "caller left", "fetch");
    }

    [Fact]
    public async Task RunAsync_CanceledButItsWorkIsDone_Completed()
    {
        var run = await _host.Runner.RunAsync(Report, (_, _) =>
        {
            _host.Registry.Cancel(_host.Registry.ToList().Single().Id);
            return Task.CompletedTask;
        });

        Assert.Equal((RunStatus.Completed, null), (run.Status, run.Error));
    }

    [Fact]
    public async Task RunAsync_SomebodyElsesTokenCancels_Failed()
    {
        var run = await _host.Runner.RunAsync(Report, static (_, _) => Task.FromCanceled(new CancellationToken(canceled: true)));

        Assert.Equal((RunStatus.Failed, "System.Threading.Tasks.TaskCanceledException"), (run.Status, run.Error?.Type));
    }

    [Fact]
    public async Task RunAsync_FailsAfterItsBudget_Failed()
    {
        var run = await _host.Runner.RunAsync(Report, (_, _) =>
        {
            _host.Clock.Advance(2 * Budget);
            throw new InvalidDataException();
        });

        Assert.Equal((RunStatus.Failed, 10), (run.Status, run.OverrunSeconds));
    }

    // A part of a task may have a shorter budget of its own; the run's is not used up when that one is.
    [Fact]
    public async Task RunAsync_BudgetOfAnotherContextIsUsedUp_Failed()
    {
        var run = await _host.Runner.RunAsync(Report, async (_, _) =>
        {
            using var part = new TaskContext("part", TimeSpan.FromSeconds(1), _host.Clock);
            _host.Clock.Advance(2);
            await part.RunAsync("fetch", static (_, _) => Task.CompletedTask);
        });

        Assert.Equal((RunStatus.Failed, typeof(TaskTimeoutException).FullName), (run.Status, run.Error?.Type));
    }

    [Fact]
    public async Task RunAsync_WrongArguments_AreRefusedAndNothingStarts()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(() => _host.Runner.RunAsync(null!, static (_, _) => Task.CompletedTask));
        await Assert.ThrowsAsync<ArgumentNullException>(() => _host.Runner.RunAsync(Report, null!));
        await Assert.ThrowsAsync<ArgumentException>(() => _host.Runner.RunAsync(new(" "), static (_, _) => Task.CompletedTask));
        Assert.Throws<ArgumentOutOfRangeException>(() => _host.Runner.Start(new("report") { MaxExecution = TimeSpan.Zero }, static (_, _) => Task.CompletedTask));
        Assert.Throws<ArgumentNullException>(() => _host.Runner.Start(Report, null!));

        Assert.Empty(_host.Registry.ToList());
        Assert.Empty(await _host.History.ListAsync(new(), CancellationToken.None));
    }

    [Fact]
    public async Task RunAsync_Scope_LastsForTheRun()
    {
        await using var host = new TaskHost(services => services.AddScoped<Resource>());
        Resource? first = null, second = null;

        await host.Runner.RunAsync(Report, (services, _) =>
        {
            first = services.GetRequiredService<Resource>();
            Assert.False(first.IsDisposed);
            return Task.CompletedTask;
        });
        var run = host.Runner.Start(Report, async (services, _) =>
        {
            second = services.GetRequiredService<Resource>();
            await Task.Yield();
            Assert.False(second.IsDisposed);
        });

        Assert.Equal(RunStatus.Completed, (await run.Completion).Status);
        Assert.True(first!.IsDisposed);
        Assert.NotSame(first, second);
    }

    [Fact]
    public async Task StartAsync_WhileItRuns_IsRecordedAndSeenAsItIs()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = _host.Runner.Start(Report, (_, task) => task.RunAsync("fetch", async (state, _) =>
        {
            state.AddRows(3);
            started.SetResult();
            await gate.Task;
        }).AsTask());
        Assert.Equal(RunStatus.Running, (await _host.FindAsync(run.Id))!.Status);
        Assert.True(_host.Registry.TryGet(run.Id, out var known));
        Assert.Same(run, known);
        await started.Task;
        _host.Clock.Advance(12);

        var running = run.Snapshot();
        Assert.Equal((RunStatus.Running, 12, 2, true), (running.Status, running.Seconds, running.OverrunSeconds, running.Overdue));
        var fetch = running.TaskData["fetch"];
        Assert.Equal((3, 12, 12), (fetch.NumRowsTotal, fetch.ExecutionTime, fetch.LastEnd));
        Assert.False(run.Completion.IsCompleted);

        gate.SetResult();
        var ended = await run.Completion;
        Assert.Equal((RunStatus.Completed, false, run.Id), (ended.Status, ended.Overdue, ended.Id));
        Assert.Same(ended, run.Snapshot());
        Assert.Same(ended, await run.Completion);
        Assert.Same(ended, await _host.FindAsync(run.Id));
        Assert.False(_host.Registry.TryGet(run.Id, out _));
    }

    [Fact]
    public async Task StartAsync_BodyThrowsAtOnce_CompletionTells()
    {
        var run = _host.Runner.Start(Report, static (_, _) => throw new InvalidDataException());

        Assert.Equal(RunStatus.Failed, (await run.Completion).Status);
    }

    [Theory]
    [InlineData("acme", "acme", true)]
    [InlineData("acme", "other", false)]
    [InlineData("acme", "ACME", false)]
    [InlineData(null, "acme", true)]
    [InlineData("acme", null, true)]
    [InlineData(null, null, true)]
    public async Task StartAsync_Exclusive_ConflictsByOrganization(string? first, string? second, bool conflicts)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var options = Report with { Exclusive = true };
        var inTheWay = _host.Runner.Start(options with { Organization = first }, (_, _) => gate.Task);
        Task Second() => _host.Runner.RunAsync(options with { Organization = second }, static (_, _) => Task.CompletedTask);

        if (conflicts)
        {
            var conflict = await Assert.ThrowsAsync<TaskConflictException>(Second);
            Assert.Equal((inTheWay.Id, RunStatus.Running, first), (conflict.Running.Id, conflict.Running.Status, conflict.Running.Organization));
            Assert.Contains(first ?? "is already running: run", conflict.Message, StringComparison.Ordinal);
            Assert.Throws<TaskConflictException>(() => _host.Runner.Start(options with { Organization = second }, (_, _) => gate.Task));
            Assert.Single(_host.Registry.ToList());
            Assert.Single(await _host.History.ListAsync(new(), CancellationToken.None));
        }
        else
        {
            await Second();
        }

        gate.SetResult();
        await inTheWay.Completion;
        await Second();
    }

    [Fact]
    public async Task StartAsync_ExclusiveBesideOthers_NoConflict()
    {
        var gate = new TaskCompletionSource();
        var exclusive = Report with { Exclusive = true };
        var runs = new[]
        {
            _host.Runner.Start(exclusive, (_, _) => gate.Task),
            _host.Runner.Start(Report, (_, _) => gate.Task),
            _host.Runner.Start(exclusive with { Name = "another" }, (_, _) => gate.Task),
        };

        Assert.Equal(3, _host.Registry.ToList().Count);
        gate.SetResult();
        Assert.All(await Task.WhenAll(runs.Select(run => run.Completion)), run => Assert.Equal(RunStatus.Completed, run.Status));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_StoreThrows_TheRunIsNotAffected(bool later)
    {
        await using var host = new TaskHost(services => services.AddSingleton<IRunStore>(new BrokenStore(later)));

        var run = await host.Runner.RunAsync(Report, static (_, _) => Task.CompletedTask);
        var started = host.Runner.Start(Report, static (_, _) => Task.CompletedTask);

        Assert.Equal((RunStatus.Completed, RunStatus.Completed), (run.Status, (await started.Completion).Status));
        Assert.Equal(4, host.Logs.Entries.Count(entry => entry is { Id: 8, Exception: InvalidDataException }));
        Assert.Empty(host.Registry.ToList());
    }

    private static void AssertError(TaskRun run, RunStatus status, string type, string message, string? function)
    {
        Assert.Equal((status, type, function), (run.Status, run.Error?.Type, run.Error?.Function));
        Assert.Contains(message, run.Error!.Message, StringComparison.Ordinal);
    }

    private sealed class Resource : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class BrokenStore(bool later) : IRunStore
    {
        public ValueTask SaveAsync(TaskRun run, CancellationToken cancellationToken) =>
            later ? ThrowLaterAsync() : throw new InvalidDataException();

        public ValueTask<TaskRun?> FindAsync(Guid id, CancellationToken cancellationToken) => throw new NotSupportedException();

        public ValueTask<IReadOnlyList<TaskRun>> ListAsync(RunQuery query, CancellationToken cancellationToken) => throw new NotSupportedException();

        private static async ValueTask ThrowLaterAsync()
        {
            await Task.Yield();
            throw new InvalidDataException();
        }
    }

    [Fact]
    public async Task RunAsync_NodeShardAndProgress_AreInTheRunMeanwhileAndAfterwards()
    {
        await using var host = new TaskHost(options: options => options.NodeName = "node-a");
        TaskRun? meanwhile = null;
        var ended = await host.Runner.RunAsync(new("report") { Shard = "3/16" }, (_, task) =>
        {
            task.ReportProgress(7, 25);
            meanwhile = host.Registry.ToList()[0].Snapshot();
            return Task.CompletedTask;
        });

        Assert.All([meanwhile!, ended], run => Assert.Equal(("node-a", "3/16", new TaskProgress(7, 25)), (run.Node, run.Shard, run.Progress)));
    }
}
