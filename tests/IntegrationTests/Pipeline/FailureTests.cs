using System.Net;
using System.Net.Http.Headers;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Pipeline;

/// <summary>Handlers that throw.</summary>
public sealed class FailureTests
{
    [Fact]
    public async Task Exception_InAFunction_IsA500ThatKeepsTheTimersAndHidesTheMessage()
    {
        await using var host = await PipelineHost.StartAsync(MapFailing);

        using var response = await host.GetAsync("/");

        var text = await response.Content.ReadAsStringAsync();
        Assert.DoesNotContain("secret", text, StringComparison.Ordinal);
        var problem = await response.ReadProblemAsync(500);
        Assert.Equal("The task failed", problem.GetProperty("title").GetString());
        Assert.Equal("report failed after 2 s in function sum.", problem.GetProperty("detail").GetString());
        var task = problem.GetProperty("task");
        Assert.Equal("failed", task.GetProperty("status").GetString());
        Assert.Equal("System.InvalidOperationException", task.GetProperty("error").GetProperty("type").GetString());
        Assert.Equal("sum", task.GetProperty("error").GetProperty("function").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, task.GetProperty("error").GetProperty("message").ValueKind);
        Assert.Equal(0.5, task.GetProperty("taskData").GetProperty("fetch").GetProperty("executionTime").GetDouble());
        Assert.Equal(1.5, task.GetProperty("taskData").GetProperty("sum").GetProperty("executionTime").GetDouble());
        Assert.Null((await host.SingleRunAsync()).Error?.Message);
    }

    [Fact]
    public async Task Exception_WithShowExceptionMessages_TellsItsMessage()
    {
        await using var host = await PipelineHost.StartAsync(MapFailing, options => options.ShowExceptionMessages = true);

        using var response = await host.GetAsync("/");

        var problem = await response.ReadProblemAsync(500);
        Assert.Equal("report failed after 2 s in function sum: secret", problem.GetProperty("detail").GetString());
        Assert.Equal("secret", problem.GetProperty("task").GetProperty("error").GetProperty("message").GetString());
        Assert.Equal("secret", (await host.SingleRunAsync()).Error?.Message);
    }

    [Fact]
    public async Task Exception_OutsideEveryFunction_NamesNone()
    {
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapGet("/", string () => throw new FormatException("x")).WithTaskContext("report"));

        using var response = await host.GetAsync("/");

        var problem = await response.ReadProblemAsync(500);
        Assert.Equal("report failed after 0 s.", problem.GetProperty("detail").GetString());
        Assert.Equal("System.FormatException", problem.GetProperty("task").GetProperty("error").GetProperty("type").GetString());
    }

    [Fact]
    public async Task Exception_WithoutHandleExceptions_ReachesTheApplicationAsItIs()
    {
        var thrown = new InvalidOperationException("mine");
        Exception? caught = null;
        await using var host = await PipelineHost.StartAsync(
            app =>
            {
                CatchAll(app, exception => caught = exception);
                app.MapGet("/", string () => throw thrown).WithTaskContext("report");
            },
            options => options.HandleExceptions = false);

        using var response = await host.GetAsync("/");

        Assert.Equal(418, (int)response.StatusCode);
        Assert.Same(thrown, caught);
        Assert.Equal(RunStatus.Failed, (await host.SingleRunAsync()).Status);
    }

    [Fact]
    public async Task Timeout_WithoutHandleExceptions_IsStillAnswered()
    {
        await using var host = await PipelineHost.StartAsync(
            app => app.MapGet("/", (TaskContext task, ManualTimeProvider clock) =>
            {
                clock.Advance(11);
                task.Run("late", static _ => { });
            }).WithTaskContext("report", TimeSpan.FromSeconds(10)),
            options => options.HandleExceptions = false);

        using var response = await host.GetAsync("/");

        await response.ReadProblemAsync(504);
    }

    [Fact]
    public async Task BadRequest_ThrownLate_ReachesTheApplicationAsItIs()
    {
        var thrown = new BadHttpRequestException("too big", StatusCodes.Status413PayloadTooLarge);
        Exception? caught = null;
        await using var host = await PipelineHost.StartAsync(app =>
        {
            CatchAll(app, exception => caught = exception);
            app.MapGet("/", string () => throw thrown).WithTaskContext("report");
        });

        using var response = await host.GetAsync("/");

        Assert.Same(thrown, caught);
        Assert.Equal(RunStatus.Failed, (await host.SingleRunAsync()).Status);
    }

    [Fact]
    public async Task BadRequest_OfARealServerWhileTheBodyIsRead_KeepsItsStatus()
    {
        await using var host = await PipelineHost.StartAsync(
            app => app.MapPost("/", async (Stream body, TaskContext task, CancellationToken cancellationToken) =>
                await task.RunAsync("read_body", async (_, _) => await body.CopyToAsync(Stream.Null, cancellationToken)))
                .WithTaskContext("upload")
                .WithMetadata(new Microsoft.AspNetCore.Mvc.RequestSizeLimitAttribute(10)),
            kestrel: true);

        using var response = await host.PostAsync("/", new string(' ', 100));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        var run = await host.SingleRunAsync();
        Assert.Equal(RunStatus.Failed, run.Status);
        Assert.Equal("read_body", run.Error?.Function);
    }

    [Fact]
    public async Task Exception_AfterTheResponseHasStarted_ReachesTheApplicationAsItIs()
    {
        // Nothing can be answered any more; the exception that says why must not be lost to one about the status code.
        var thrown = new InvalidOperationException("mine");
        var caught = new TaskCompletionSource<Exception>();
        await using var host = await PipelineHost.StartAsync(app =>
        {
            app.Use(async (http, next) =>
            {
                try
                {
                    await next(http);
                }
                catch (Exception exception)
                {
                    caught.SetResult(exception);
                }
            });
            app.MapGet("/", async (HttpResponse response) =>
            {
                await response.StartAsync();
                throw thrown;
            }).WithTaskContext("report");
        });

        using var response = await host.GetAsync("/");

        Assert.Same(thrown, await caught.Task.WaitAsync(PipelineHost.Patience));
        Assert.Equal(RunStatus.Failed, (await host.SingleRunAsync()).Status);
    }

    [Fact]
    public async Task Problem_WithTheApplicationsProblemDetails_HasTheTaskAndWhatTheApplicationAdds()
    {
        await using var host = await PipelineHost.StartAsync(
            MapFailing,
            services: services => services.AddProblemDetails(options =>
                options.CustomizeProblemDetails = context => context.ProblemDetails.Extensions["node"] = "n1"));

        using var response = await host.GetAsync("/");

        var problem = await response.ReadProblemAsync(500);
        Assert.Equal("failed", problem.GetProperty("task").GetProperty("status").GetString());
        Assert.Equal("n1", problem.GetProperty("node").GetString());
    }

    [Fact]
    public async Task Problem_ForAClientThatAcceptsOnlyHtml_IsStillThere()
    {
        await using var host = await PipelineHost.StartAsync(MapFailing, services: services => services.AddProblemDetails());
        host.Client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("text/html"));

        using var response = await host.GetAsync("/");

        var problem = await response.ReadProblemAsync(500);
        Assert.Equal("failed", problem.GetProperty("task").GetProperty("status").GetString());
    }

    private static void MapFailing(WebApplication app) => app.MapGet("/", async (TaskContext task, ManualTimeProvider clock) =>
    {
        task.Run("fetch", _ => clock.Advance(0.5));
        await task.RunAsync("sum", async (_, _) =>
        {
            await Task.Yield();
            clock.Advance(1.5);
            throw new InvalidOperationException("secret");
        });
    }).WithTaskContext("report");

    private static void CatchAll(WebApplication app, Action<Exception> caught) => app.Use(async (http, next) =>
    {
        try
        {
            await next(http);
        }
        catch (Exception exception)
        {
            caught(exception);
            http.Response.StatusCode = StatusCodes.Status418ImATeapot;
        }
    });
}
