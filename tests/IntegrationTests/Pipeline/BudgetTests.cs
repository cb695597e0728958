using DynamicSampling.Tasks.Pipeline;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tests;
using Microsoft.AspNetCore.Builder;

namespace DynamicSampling.IntegrationTests.Pipeline;

/// <summary>What happens at the end of the time budget, and who sets it.</summary>
public sealed class BudgetTests
{
    [Fact]
    public async Task Handler_ThatLoopsOnItsToken_IsCancelledAtTheBudget()
    {
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapGet("/", async (TaskContext task, ManualTimeProvider clock, CancellationToken cancellationToken) =>
            {
                task.Run("fetch", _ => clock.Advance(2));
                await task.RunAsync("loop", async (loop, _) =>
                {
                    while (true)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        loop.AddIterations();
                        clock.Advance(3);
                        await Task.Yield();
                    }
                });
            }).WithTaskContext("build_report", TimeSpan.FromSeconds(10)));

        using var response = await host.GetAsync("/");

        var problem = await response.ReadProblemAsync(504);
        Assert.Equal("The task ran out of its time budget", problem.GetProperty("title").GetString());
        Assert.Equal("build_report was stopped after 11 s in function loop; its budget is 10 s.", problem.GetProperty("detail").GetString());
        var task = problem.GetProperty("task");
        Assert.Equal(problem.GetProperty("runId").GetGuid(), task.GetProperty("id").GetGuid());
        Assert.Equal("timed_out", task.GetProperty("status").GetString());
        Assert.Equal(11, task.GetProperty("seconds").GetDouble());
        Assert.Equal(1, task.GetProperty("overrunSeconds").GetDouble());
        Assert.Equal("timeout", task.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("loop", task.GetProperty("error").GetProperty("function").GetString());
        var functions = task.GetProperty("taskData");
        Assert.Equal(2, functions.GetProperty("fetch").GetProperty("executionTime").GetDouble());
        Assert.Equal(9, functions.GetProperty("loop").GetProperty("executionTime").GetDouble());
        Assert.Equal(3, functions.GetProperty("loop").GetProperty("numIterations").GetInt64());
        Assert.Equal(RunStatus.TimedOut, (await host.SingleRunAsync()).Status);
    }

    [Fact]
    public async Task Handler_ThatWaitsOnItsToken_IsWokenByTheDeadline()
    {
        var gate = new Gate();
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapGet("/",
                (CancellationToken cancellationToken) => gate.PassAsync(cancellationToken)).WithTaskContext("wait", TimeSpan.FromSeconds(10)));

        var pending = host.GetAsync("/");
        await gate.Entered;
        host.Clock.Advance(10);
        var atTheDeadline = host.Registry.ToList().Single().Snapshot();
        host.Clock.Advance(0.001);
        using var response = await pending;

        Assert.False(atTheDeadline.Overdue);
        var problem = await response.ReadProblemAsync(504);
        Assert.EndsWith("s; its budget is 10 s.", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("timed_out", problem.GetProperty("task").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Handler_ThatStartsAFunctionPastTheDeadline_TimesOutThere()
    {
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", (TaskContext task, ManualTimeProvider clock) =>
        {
            task.Run("slow", _ => clock.Advance(11));
            task.Run("too_late", static _ => { });
        }).WithTaskContext("report", TimeSpan.FromSeconds(10)));

        using var response = await host.GetAsync("/");

        var problem = await response.ReadProblemAsync(504);
        Assert.Equal("report was stopped after 11 s in function too_late; its budget is 10 s.", problem.GetProperty("detail").GetString());
        Assert.Equal(11, problem.GetProperty("task").GetProperty("taskData").GetProperty("slow").GetProperty("executionTime").GetDouble());
    }

    [Fact]
    public async Task Handler_ThatIgnoresItsToken_IsOverdueWhileItLastsAndEndsCompleted()
    {
        var gate = new Gate();
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", async (TaskContext task) =>
        {
            await task.RunAsync("stubborn", async (_, _) => await gate.PassIgnoringTokensAsync());
            return new Answer();
        }).WithTaskContext("report", TimeSpan.FromSeconds(10)));
        using var metrics = new MetricRecorder(host);

        var pending = host.GetAsync("/");
        await gate.Entered;
        host.Clock.Advance(12.5);
        var snapshot = Assert.Single(host.Registry.ToList()).Snapshot();
        metrics.Observe();
        gate.Open();
        using var response = await pending;

        Assert.Equal(RunStatus.Running, snapshot.Status);
        Assert.True(snapshot.Overdue);
        Assert.Equal(2.5, snapshot.OverrunSeconds);
        Assert.Equal(12.5, snapshot.TaskData["stubborn"].ExecutionTime);
        var overdue = Assert.Single(metrics.Of("dynamic_sampling.task.overdue"));
        Assert.Equal(1, overdue.Value);
        Assert.Equal("dynamic_sampling.tasks.report", overdue.Tags["dynamic_sampling.task.name"]);
        Assert.Equal(200, (int)response.StatusCode);
        var run = (await response.ReadJsonAsync()).GetProperty("run");
        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.Equal(2.5, run.GetProperty("overrunSeconds").GetDouble());
        Assert.False(run.GetProperty("overdue").GetBoolean());
    }

    [Fact]
    public async Task Endpoint_WithoutABudget_HasTheDefaultOfTheOptions()
    {
        await using var host = await PipelineHost.StartAsync(
            app =>
            {
                app.MapGet("/default", (TaskContext task) => task.MaxExecution.TotalSeconds).WithTaskContext("a");
                app.MapGet("/own", (TaskContext task) => task.MaxExecution.TotalSeconds).WithTaskContext("b", TimeSpan.FromSeconds(7));
            },
            options => options.DefaultMaxExecution = TimeSpan.FromSeconds(33));

        Assert.Equal("33", await host.GetTextAsync("/default"));
        Assert.Equal("7", await host.GetTextAsync("/own"));
    }

    [Fact]
    public async Task Endpoint_WithoutAnyBudget_Has420Seconds()
    {
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapGet("/", (TaskContext task) => task.MaxExecution.TotalSeconds).WithTaskContext("a"));

        Assert.Equal("420", await host.GetTextAsync("/"));
    }

    [Theory]
    [InlineData("""{"maxSeconds":2.5}""", "2.5")]
    [InlineData("""{"maxSeconds":10}""", "10")]
    [InlineData("""{"maxSeconds":11}""", "10")]
    [InlineData("""{"maxSeconds":1e300}""", "10")]
    [InlineData("""{"maxSeconds":1e-9}""", "1E-07")]
    [InlineData("""{"maxSeconds":null}""", "10")]
    [InlineData("{}", "10")]
    [InlineData("null", "10")]
    public async Task Request_ThatStatesMaxSeconds_LowersTheBudgetButNeverRaisesIt(string body, string expected)
    {
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapPost("/", (Request? request, TaskContext task) => task.MaxExecution.TotalSeconds).WithTaskContext("a", TimeSpan.FromSeconds(10)));

        using var response = await host.PostAsync("/", body);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("-1e300")]
    public async Task Request_WhoseMaxSecondsIsNoBudget_IsABadRequest(string maxSeconds)
    {
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapPost("/", (Request request) => "done").WithTaskContext("a"));

        using var response = await host.PostAsync("/", $$"""{"maxSeconds":{{maxSeconds}}}""");

        var problem = await response.ReadProblemAsync(400);
        Assert.Contains("maxSeconds", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(await host.ListRunsAsync());
    }

    [Fact]
    public async Task Request_ThatNamesAnOrganization_IsARunAboutIt()
    {
        await using var host = await PipelineHost.StartAsync(app => app.MapPost("/", (Request request) => "done").WithTaskContext("a"));

        using var response = await host.PostAsync("/", """{"organization":"acme"}""");

        Assert.Equal("acme", (await host.SingleRunAsync()).Organization);
    }

    [Fact]
    public void Budget_OutOfRange_IsRefusedWhereItIsStated()
    {
        var app = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]).Build();
        var endpoint = app.MapGet("/", () => "done");

        Assert.Throws<ArgumentOutOfRangeException>("maxExecution", () => endpoint.WithTaskContext("a", TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>("maxExecution", () => endpoint.WithTaskBudget(TimeSpan.FromDays(25)));
        Assert.Throws<ArgumentException>("name", () => endpoint.WithTaskContext(" "));
    }

    private sealed record Request(string? Organization = null, double? MaxSeconds = null) : ITaskRunRequest;

    private sealed record Answer : ITaskStatsCarrier
    {
        public TaskRun? Run { get; set; }
    }
}
