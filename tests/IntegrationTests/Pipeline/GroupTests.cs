using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DynamicSampling.IntegrationTests.Pipeline;

/// <summary>What an endpoint takes from its group, and what it overrides.</summary>
public sealed class GroupTests
{
    [Fact]
    public async Task Pipeline_AppliedByGroupsAndEndpoint_RunsOnce()
    {
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapGroup("/a").WithTaskContext("outer").MapGroup("/b").WithTaskMetrics()
                .MapGet("/c", (TaskContext task) => task.Run("fetch", _ => task.Name))
                .WithTaskContext("inner").WithTaskContext(maxExecution: TimeSpan.FromSeconds(5)).WithTaskMetrics());
        using var metrics = new MetricRecorder(host);

        var name = await host.GetTextAsync("/a/b/c");

        Assert.Equal("dynamic_sampling.tasks.inner", name);
        var run = await host.SingleRunAsync();
        Assert.Equal("inner", run.Task);
        Assert.Equal(5, run.MaxSeconds);
        Assert.Equal(1, run.TaskData["fetch"].Calls);
        var start = Assert.Single(metrics.Of("dynamic_sampling.task.starts"));
        Assert.Equal(1, start.Value);
        Assert.Single(metrics.Of("dynamic_sampling.task.duration"));
        Assert.Single(metrics.Of("dynamic_sampling.function.duration"));
    }

    [Fact]
    public async Task Budget_OfTheEndpoint_OverridesTheGroups()
    {
        await using var host = await PipelineHost.StartAsync(app =>
        {
            var group = app.MapGroup("").WithTaskContext("task", TimeSpan.FromSeconds(10));
            group.MapGet("/group", (TaskContext task) => task.MaxExecution.TotalSeconds);
            group.MapGet("/longer", (TaskContext task) => task.MaxExecution.TotalSeconds).WithTaskBudget(TimeSpan.FromSeconds(60));
            group.MapGet("/renamed", (TaskContext task) => task.MaxExecution.TotalSeconds).WithTaskContext("other");
            app.MapGroup("/budget").WithTaskBudget(TimeSpan.FromSeconds(3))
                .MapGet("", (TaskContext task) => task.MaxExecution.TotalSeconds).WithTaskContext("x");
        });

        Assert.Equal("10", await host.GetTextAsync("/group"));
        Assert.Equal("60", await host.GetTextAsync("/longer"));
        Assert.Equal("10", await host.GetTextAsync("/renamed"));
        Assert.Equal("3", await host.GetTextAsync("/budget"));
    }

    [Fact]
    public async Task DisableTaskContext_OfAnEndpoint_TakesItOut()
    {
        await using var host = await PipelineHost.StartAsync(app =>
        {
            var group = app.MapGroup("").WithTaskContext("task").WithExclusiveTask();
            group.MapGet("/out",
                (CancellationToken cancellationToken, HttpContext http) => cancellationToken == http.RequestAborted).DisableTaskContext();
            group.MapGet("/in", () => "in");
            group.MapGroup("/again").DisableTaskContext().MapGet("", () => "again").WithTaskContext("back");
        });
        using var metrics = new MetricRecorder(host);

        Assert.Equal("true", await host.GetTextAsync("/out"));
        Assert.Empty(await host.ListRunsAsync());
        Assert.Empty(metrics.Of("dynamic_sampling.task.starts"));
        await host.GetTextAsync("/in");
        await host.GetTextAsync("/again");
        Assert.Equal(["back", "task"], (await host.ListRunsAsync()).Select(run => run.Task).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Filter_OfTheApplicationInsideTheGroup_IsPartOfTheRun()
    {
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapGroup("").WithTaskContext("task").MapGet("/", () => "done").AddEndpointFilter(async (invocation, next) =>
            {
                var task = (TaskContext)invocation.HttpContext.RequestServices.GetService(typeof(TaskContext))!;
                return await task.RunAsync("filter", async (_, _) => await next(invocation));
            }));

        Assert.Equal("done", await host.GetTextAsync("/"));
        Assert.Equal(1, (await host.SingleRunAsync()).TaskData["filter"].Calls);
    }

    [Fact]
    public async Task WithTaskMetrics_Alone_OnlyCountsAndTimes()
    {
        await using var host = await PipelineHost.StartAsync(
            app => app.MapGet("/", (Tests.ManualTimeProvider clock) => clock.Advance(0.75)).WithTaskMetrics("counted"),
            options => options.RunPath = "/runs/{id}");
        using var metrics = new MetricRecorder(host);

        using var response = await host.GetAsync("/");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Null(response.Header("Content-Location"));
        Assert.Empty(await host.ListRunsAsync());
        Assert.Equal("dynamic_sampling.tasks.counted", Assert.Single(metrics.Of("dynamic_sampling.task.starts")).Tags["dynamic_sampling.task.name"]);
        var duration = Assert.Single(metrics.Of("dynamic_sampling.task.duration"));
        Assert.Equal(0.75, duration.Value);
        Assert.Equal("completed", duration.Tags["dynamic_sampling.outcome"]);
        Assert.Equal([1, -1], metrics.Of("dynamic_sampling.task.active").Select(item => item.Value));
        Assert.Empty(metrics.Of("dynamic_sampling.function.duration"));
    }

    [Fact]
    public async Task WithTaskMetrics_OfAHandlerThatThrows_PassesTheExceptionOn()
    {
        await using var host = await PipelineHost.StartAsync(
            app => app.MapGet("/", string () => throw new FormatException("x")).WithTaskMetrics("counted"));
        using var metrics = new MetricRecorder(host);

        await Assert.ThrowsAsync<FormatException>(() => host.GetAsync("/"));

        var duration = Assert.Single(metrics.Of("dynamic_sampling.task.duration"));
        Assert.Equal("failed", duration.Tags["dynamic_sampling.outcome"]);
        Assert.Equal("System.FormatException", duration.Tags["error.type"]);
        Assert.Equal([1, -1], metrics.Of("dynamic_sampling.task.active").Select(item => item.Value));
    }
}
