using System.Net;
using System.Text.Json;
using DynamicSampling.Tasks.Pipeline;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Pipeline;

/// <summary>How a run's statistics come into the body of the response, and into the store.</summary>
public sealed class StatisticsTests
{
    [Fact]
    public async Task Value_ThatCarriesStatistics_GetsTheRunWithItsTimers()
    {
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapGet("/", (TaskContext task, ManualTimeProvider clock) =>
            {
                clock.Advance(0.25);
                task.Run("fetch_orders", fetch =>
                {
                    fetch.AddRows(30);
                    fetch.AddDbCalls();
                    clock.Advance(1.5);
                });
                return new Answer("done");
            }).WithTaskContext("build_report", TimeSpan.FromSeconds(10)));

        using var response = await host.GetAsync("/");

        var body = await response.ReadJsonAsync();
        Assert.Equal("done", body.GetProperty("text").GetString());
        var run = body.GetProperty("run");
        Assert.Equal("build_report", run.GetProperty("task").GetString());
        Assert.Equal("dynamic_sampling.tasks.build_report", run.GetProperty("taskName").GetString());
        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.Equal("http", run.GetProperty("trigger").GetString());
        Assert.Equal("2026-11-22T10:00:00.000Z", run.GetProperty("startedAt").GetString());
        Assert.Equal(10, run.GetProperty("maxSeconds").GetDouble());
        Assert.Equal(1.75, run.GetProperty("seconds").GetDouble());
        Assert.Equal(0, run.GetProperty("overrunSeconds").GetDouble());
        Assert.Equal(JsonValueKind.Null, run.GetProperty("error").ValueKind);
        var function = Assert.Single(run.GetProperty("taskData").EnumerateObject());
        Assert.Equal("fetch_orders", function.Name);
        Assert.Equal(30, function.Value.GetProperty("numRowsTotal").GetInt64());
        Assert.Equal(1, function.Value.GetProperty("numDbCalls").GetInt64());
        Assert.Equal(1, function.Value.GetProperty("calls").GetInt64());
        Assert.Equal(1.5, function.Value.GetProperty("executionTime").GetDouble());
        Assert.Equal(1.5, function.Value.GetProperty("maxExecutionTime").GetDouble());
        Assert.Equal(0.25, function.Value.GetProperty("firstStart").GetDouble());
        Assert.Equal(1.75, function.Value.GetProperty("lastEnd").GetDouble());
    }

    [Theory]
    [InlineData("/task")]
    [InlineData("/value-task")]
    [InlineData("/ok")]
    [InlineData("/json")]
    [InlineData("/created")]
    [InlineData("/results")]
    [InlineData("/nested-results")]
    [InlineData("/result-interface")]
    public async Task Result_ThatHoldsACarrier_GetsTheRun(string path)
    {
        await using var host = await PipelineHost.StartAsync(app =>
        {
            var group = app.MapGroup("").WithTaskContext("answer");
            group.MapGet("/task", () => Task.FromResult(new Answer("x")));
            group.MapGet("/value-task", () => ValueTask.FromResult(new Answer("x")));
            group.MapGet("/ok", () => TypedResults.Ok(new Answer("x")));
            group.MapGet("/json", () => TypedResults.Json(new Answer("x")));
            group.MapGet("/created", () => TypedResults.Created("/x", new Answer("x")));
            group.MapGet("/results", Results<Ok<Answer>, NotFound> () => TypedResults.Ok(new Answer("x")));
            group.MapGet("/nested-results", async Task<IResult> () =>
            {
                await Task.Yield();
                Results<Ok<Answer>, NotFound> inner = TypedResults.Ok(new Answer("x"));
                return new Nested(inner);
            });
            group.MapGet("/result-interface", IResult () => Results.Ok(new Answer("x")));
        });

        using var response = await host.GetAsync(path);

        var run = (await response.ReadJsonAsync()).GetProperty("run");
        Assert.Equal((await host.SingleRunAsync()).Id, run.GetProperty("id").GetGuid());
        Assert.Equal("completed", run.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Result_ThatIsACarrierItself_GetsTheRunBeforeItWrites()
    {
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", () => new CarrierResult()).WithTaskContext("answer"));

        var text = await host.GetTextAsync("/");

        Assert.Equal($"run {(await host.SingleRunAsync()).Id}", text);
    }

    [Fact]
    public async Task Result_OfAnotherBranch_IsLeftAlone()
    {
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapGet("/", Results<Ok<Answer>, NotFound> () => TypedResults.NotFound()).WithTaskContext("answer"));

        using var response = await host.GetAsync("/");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(RunStatus.Completed, (await host.SingleRunAsync()).Status);
    }

    [Fact]
    public async Task Value_ThatCarriesNothing_KeepsItsShape()
    {
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", () => new { Text = "done" }).WithTaskContext("answer"));

        Assert.Equal("""{"text":"done"}""", await host.GetTextAsync("/"));
    }

    [Fact]
    public async Task Store_DuringARun_HasItRunningAndThenCompletedWithItsResult()
    {
        var gate = new Gate();
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", async (TaskContext task) =>
        {
            task.Result = new Answer("first half");
            await gate.PassIgnoringTokensAsync();
            return "done";
        }).WithTaskContext("answer"));

        var pending = host.GetTextAsync("/");
        await gate.Entered;
        var before = await host.SingleRunAsync();
        gate.Open();
        await pending;
        var after = await host.SingleRunAsync();

        Assert.Equal(RunStatus.Running, before.Status);
        Assert.Equal(before.Id, after.Id);
        Assert.Equal(RunStatus.Completed, after.Status);
        Assert.Equal("first half", Assert.IsType<Answer>(after.Result).Text);
        Assert.Empty(host.Registry.ToList());
    }

    [Fact]
    public async Task Store_ThatThrows_DoesNotAffectTheRun()
    {
        await using var host = await PipelineHost.StartAsync(
            app => app.MapGet("/", () => new Answer("done")).WithTaskContext("answer"),
            services: services => services.AddSingleton<IRunStore, BrokenStore>());

        using var response = await host.GetAsync("/");

        Assert.Equal("completed", (await response.ReadJsonAsync()).GetProperty("run").GetProperty("status").GetString());
        Assert.Empty(host.Registry.ToList());
    }

    private sealed record Answer(string Text) : ITaskStatsCarrier
    {
        public TaskRun? Run { get; set; }
    }

    private sealed class CarrierResult : IResult, ITaskStatsCarrier
    {
        public TaskRun? Run { get; set; }

        public Task ExecuteAsync(HttpContext httpContext) => httpContext.Response.WriteAsync($"run {Run?.Id}");
    }

    private sealed class Nested(IResult inner) : IResult, INestedHttpResult
    {
        public IResult Result => inner;

        public Task ExecuteAsync(HttpContext httpContext) => inner.ExecuteAsync(httpContext);
    }

    private sealed class BrokenStore : IRunStore
    {
        public ValueTask SaveAsync(TaskRun run, CancellationToken cancellationToken) => throw new InvalidOperationException("disk full");

        public ValueTask<TaskRun?> FindAsync(Guid id, CancellationToken cancellationToken) => throw new InvalidOperationException("disk full");

        public ValueTask<IReadOnlyList<TaskRun>> ListAsync(RunQuery query, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("disk full");
    }
}
