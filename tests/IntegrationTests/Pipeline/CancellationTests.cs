using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Pipeline;

/// <summary>Who cancels decides what is answered and recorded.</summary>
public sealed class CancellationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_ThatLeaves_LeavesACanceledRunInTheStore(bool kestrel)
    {
        var gate = new Gate();
        var seen = new TaskCompletionSource<(int Status, OperationCanceledException Exception, CancellationToken Aborted)>();
        await using var host = await PipelineHost.StartAsync(
            app =>
            {
                app.Use(async (http, next) =>
                {
                    try
                    {
                        await next(http);
                    }
                    catch (OperationCanceledException exception)
                    {
                        seen.SetResult((http.Response.StatusCode, exception, http.RequestAborted));
                        throw;
                    }
                });
                app.MapGet("/", async (TaskContext task, CancellationToken cancellationToken) =>
                    await task.RunAsync("wait", async (_, _) => await gate.PassAsync(cancellationToken))).WithTaskContext("report");
            },
            kestrel: kestrel);
        using var leaving = new CancellationTokenSource();

        var pending = host.Client.GetAsync(new Uri("/", UriKind.Relative), leaving.Token);
        await gate.Entered;
        var run = Assert.Single(host.Registry.ToList());
        host.Clock.Advance(3);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);
        var ended = await run.Completion.WaitAsync(PipelineHost.Patience);
        var (status, exception, aborted) = await seen.Task.WaitAsync(PipelineHost.Patience);

        Assert.Equal(RunStatus.Canceled, ended.Status);
        Assert.Equal("canceled", ended.Error?.Type);
        Assert.Equal("wait", ended.Error?.Function);
        Assert.Equal(3, ended.TaskData["wait"].ExecutionTime);
        Assert.Equal(ended, await host.SingleRunAsync());
        Assert.Empty(host.Registry.ToList());
        Assert.Equal(StatusCodes.Status499ClientClosedRequest, status);
        Assert.Equal(aborted, exception.CancellationToken);
    }

    [Fact]
    public async Task Client_ThatLeavesAHandlerThatFinishes_LeavesACompletedRun()
    {
        var gate = new Gate();
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapGet("/", async (CancellationToken cancellationToken) =>
            {
                try
                {
                    await gate.PassAsync(cancellationToken);
                }
                catch (OperationCanceledException)
                {
                    // It has what it needs, and finishes.
                }

                return "done";
            }).WithTaskContext("report"));
        using var leaving = new CancellationTokenSource();

        var pending = host.Client.GetAsync(new Uri("/", UriKind.Relative), leaving.Token);
        await gate.Entered;
        var run = Assert.Single(host.Registry.ToList());
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => pending);

        Assert.Equal(RunStatus.Completed, (await run.Completion.WaitAsync(PipelineHost.Patience)).Status);
    }

    [Fact]
    public async Task Operator_WhoCancels_IsAnsweredWithTheRun()
    {
        var gate = new Gate();
        await using var host = await PipelineHost.StartAsync(app => app.MapPost("/", async (TaskContext task, CancellationToken cancellationToken) =>
            await task.RunAsync("wait", async (_, _) => await gate.PassAsync(cancellationToken))).WithTaskContext("report"));

        var pending = host.PostAsync("/", "");
        await gate.Entered;
        host.Clock.Advance(1.5);
        var id = Assert.Single(host.Registry.ToList()).Id;
        Assert.True(host.Registry.Cancel(id));
        using var response = await pending;

        var problem = await response.ReadProblemAsync(409);
        Assert.Equal("The run was canceled", problem.GetProperty("title").GetString());
        Assert.Equal("report was canceled on request after 1.5 s in function wait.", problem.GetProperty("detail").GetString());
        Assert.Equal(id, problem.GetProperty("runId").GetGuid());
        var task = problem.GetProperty("task");
        Assert.Equal("canceled", task.GetProperty("status").GetString());
        Assert.Equal("canceled", task.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal(1.5, task.GetProperty("taskData").GetProperty("wait").GetProperty("executionTime").GetDouble());
        Assert.False(host.Registry.Cancel(id));
    }

    [Fact]
    public async Task Operator_WhoCancelsBeforeTheDeadline_IsTheReasonThatStays()
    {
        var gate = new Gate();
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", async (TaskContext task) =>
        {
            await gate.PassIgnoringTokensAsync();
            task.Run("next", static _ => { });
        }).WithTaskContext("report", TimeSpan.FromSeconds(10)));

        var pending = host.GetAsync("/");
        await gate.Entered;
        host.Registry.Cancel(Assert.Single(host.Registry.ToList()).Id);
        host.Clock.Advance(11);
        gate.Open();
        using var response = await pending;

        var problem = await response.ReadProblemAsync(409);
        Assert.Equal("report was canceled on request after 11 s in function next.", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Shutdown_WhileARequestWaits_AnswersItWith503()
    {
        var gate = new Gate();
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", async (TaskContext task, CancellationToken cancellationToken) =>
            await task.RunAsync("wait", async (_, _) => await gate.PassAsync(cancellationToken))).WithTaskContext("report"));

        var pending = host.GetAsync("/");
        await gate.Entered;
        await host.App.StopAsync();
        using var response = await pending;

        var problem = await response.ReadProblemAsync(503);
        Assert.Equal("The service is stopping", problem.GetProperty("title").GetString());
        Assert.Equal("canceled", problem.GetProperty("task").GetProperty("status").GetString());
        Assert.Equal("shutdown", problem.GetProperty("task").GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("wait", problem.GetProperty("task").GetProperty("error").GetProperty("function").GetString());
        Assert.Equal("shutdown", (await host.SingleRunAsync()).Error?.Type);
    }

    [Fact]
    public async Task Shutdown_OfARealServer_AnswersTheWaitingRequestBeforeItCloses()
    {
        var gate = new Gate();
        await using var host = await PipelineHost.StartAsync(
            app => app.MapGet("/",
                (CancellationToken cancellationToken) => gate.PassAsync(cancellationToken)).WithTaskContext("report"), kestrel: true);

        var pending = host.GetAsync("/");
        await gate.Entered;
        await host.App.StopAsync();
        using var response = await pending;

        await response.ReadProblemAsync(503);
    }

    [Fact]
    public async Task Exception_OfATokenThatNobodyCancelled_IsAFailure()
    {
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapGet("/", string () => throw new OperationCanceledException("a library's own")).WithTaskContext("report"));

        using var response = await host.GetAsync("/");

        var problem = await response.ReadProblemAsync(500);
        Assert.Equal("System.OperationCanceledException", problem.GetProperty("task").GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task RequestTimeout_OfTheFramework_StillAnswersAsItsPolicySays()
    {
        var gate = new Gate();
        await using var host = await PipelineHost.StartAsync(
            app =>
            {
                app.UseRequestTimeouts();
                app.MapGet("/", (CancellationToken cancellationToken) => gate.PassAsync(cancellationToken))
                    .WithTaskContext("report")
                    .WithRequestTimeout(new RequestTimeoutPolicy { Timeout = TimeSpan.FromMilliseconds(1), TimeoutStatusCode = 418 });
            },
            services: services => services.AddRequestTimeouts());

        using var response = await host.GetAsync("/");

        Assert.Equal(418, (int)response.StatusCode);
        Assert.Equal(RunStatus.Canceled, (await host.SingleRunAsync()).Status);
    }
}
