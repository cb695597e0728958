using System.Diagnostics;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Telemetry;

namespace DynamicSampling.Tests.Telemetry;

/// <summary>Activity listeners hear the whole process, and change the path that functions take: no other test runs meanwhile.</summary>
[Collection(ProcessWide.Name)]
public sealed class TaskActivitiesTests : IAsyncDisposable
{
    private static readonly TaskRunOptions Report = new("report") { MaxExecution = TimeSpan.FromSeconds(10) };

    private readonly TaskHost _host = new();
    private readonly List<Activity> _stopped = [];
    private readonly ActivityListener _listener;

    public TaskActivitiesTests()
    {
        _listener = new()
        {
            ShouldListenTo = static source => source.Name == "DynamicSampling.Tasks",
            Sample = static (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (_stopped)
                    _stopped.Add(activity);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task Run_Completed_IsOneSpanWithAChildForEachFunction()
    {
        var run = await _host.Runner.RunAsync(Report, async (_, task) =>
        {
            await task.RunAsync("outer", async (_, _) => await task.RunAsync("inner", static async (_, _) => { await Task.Yield(); }));
            task.Run("sync", static _ => { });
            Assert.Equal("dynamic_sampling.tasks.report", Activity.Current?.OperationName);
        });

        Assert.Equal(["inner", "outer", "sync", "dynamic_sampling.tasks.report"], _stopped.Select(span => span.OperationName));
        var root = _stopped[3];
        Assert.Equal(("outer", root.SpanId, root.SpanId), (Parent(_stopped[0]).OperationName, _stopped[1].ParentSpanId, _stopped[2].ParentSpanId));
        Assert.Null(root.ParentId);
        Assert.Equal(
            [(TelemetryNames.TaskName, run.TaskName), (TelemetryNames.RunId, run.Id.ToString()), (TelemetryNames.Outcome, "completed")], Tags(root));
        Assert.Equal([(TelemetryNames.TaskName, run.TaskName), (TelemetryNames.FunctionName, "inner")], Tags(_stopped[0]));
        Assert.All(_stopped, span => Assert.Equal(ActivityStatusCode.Unset, span.Status));
        Assert.Null(Activity.Current);
    }

    [Fact]
    public async Task Run_Failed_RunAndFunctionHaveStatusError()
    {
        await _host.Runner.RunAsync(Report, static (_, task) => task.RunAsync("fetch", async (_, _) =>
        {
            await Task.Yield();
            throw new InvalidDataException("what happened");
        }).AsTask());

        Assert.Equal(2, _stopped.Count);
        Assert.All(_stopped, span => Assert.Equal(
            (ActivityStatusCode.Error, "what happened", "System.IO.InvalidDataException"),
            (span.Status, span.StatusDescription, span.GetTagItem(TelemetryNames.ErrorType))));
        Assert.Equal("failed", _stopped[1].GetTagItem(TelemetryNames.Outcome));
    }

    [Fact]
    public async Task Run_FunctionRefused_OnlyTheRunHasASpan()
    {
        await _host.Runner.RunAsync(Report, (_, task) =>
        {
            _host.Clock.Advance(11);
            return task.RunAsync("late", static (_, _) => Task.CompletedTask).AsTask();
        });

        var span = Assert.Single(_stopped);
        Assert.Equal(
            ("timed_out", "timeout", ActivityStatusCode.Error),
            (span.GetTagItem(TelemetryNames.Outcome), span.GetTagItem(TelemetryNames.ErrorType), span.Status));
    }

    [Fact]
    public async Task StartAsync_Run_IsAChildOfWhoStartedItAndLeavesItsCallersSpanAlone()
    {
        using var source = new Activity("caller").Start();
        var run = _host.Runner.Start(Report, static (_, task) => task.RunAsync("fetch", static (_, _) => Task.CompletedTask).AsTask());
        Assert.Same(source, Activity.Current);
        await run.Completion;

        Assert.Equal(["fetch", "dynamic_sampling.tasks.report"], _stopped.Select(span => span.OperationName));
        Assert.Equal((_stopped[1].SpanId, source.SpanId), (_stopped[0].ParentSpanId, _stopped[1].ParentSpanId));
    }

    [Fact]
    public async Task Iterate_Producer_WorksInTheFunctionsSpanAndTheConsumerDoesNot()
    {
        using var task = new TaskContext("report", TimeSpan.FromSeconds(10), _host.Clock);
        List<string?> producing = [];
        async IAsyncEnumerable<int> Produce()
        {
            for (var item = 0; item < 3; item++)
            {
                producing.Add(Activity.Current?.OperationName);
                await Task.Yield();
                yield return item;
            }
        }

        using var caller = new Activity("caller").Start();
        await foreach (var _ in task.Iterate("pages", Produce()))
            Assert.Same(caller, Activity.Current);

        Assert.Equal(["pages", "pages", "pages"], producing);
        Assert.Equal((caller.SpanId, ActivityStatusCode.Unset), (Assert.Single(_stopped).ParentSpanId, _stopped[0].Status));
        Assert.Same(caller, Activity.Current);
    }

    [Fact]
    public async Task Iterate_MoreItemsAfterTheDeadline_SpanHasStatusError()
    {
        using var task = new TaskContext("report", TimeSpan.FromSeconds(10), _host.Clock);

        await Assert.ThrowsAsync<TaskTimeoutException>(async () =>
        {
            await foreach (var _ in task.Iterate("pages", AsyncEnumerable.Range(0, 5)))
                _host.Clock.Advance(6);
        });

        Assert.Equal(ActivityStatusCode.Error, Assert.Single(_stopped).Status);
    }

    [Fact]
    public async Task Functions_WithSpans_AreTimedAndNamedAllTheSame()
    {
        using var task = new TaskContext("report", TimeSpan.FromSeconds(10), _host.Clock);
        var thrown = new InvalidDataException();

        Assert.Equal(7, await task.RunAsync("a", (state, _) => { state.AddRows(1); _host.Clock.Advance(1); return Task.FromResult(7); }));
        await task.RunAsync("b", 2, async (seconds, _, _) => { await Task.Yield(); _host.Clock.Advance(seconds); });
        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidDataException>(() => task.RunAsync("c", (_, _) => throw thrown).AsTask()));
        Assert.Same(thrown, Assert.Throws<InvalidDataException>(() => task.Run("d", _ => throw thrown)));

        Assert.Equal([1, 2, 0, 0], task.Snapshot().TaskData.Values.Select(function => function.ExecutionTime));
        Assert.All(task.Snapshot().TaskData.Values, function => Assert.Equal(1, function.Calls));
        Assert.Equal("c", task.FunctionThatThrew(thrown));
        Assert.Equal([0, 0, 2, 2], _stopped.Select(span => (int)span.Status));
    }

    private Activity Parent(Activity span) => _stopped.Single(other => other.SpanId == span.ParentSpanId);

    private static IEnumerable<(string Name, string? Value)> Tags(Activity span) => span.TagObjects.Select(tag => (tag.Key, tag.Value?.ToString()));
}
