using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tests;
using Microsoft.AspNetCore.Builder;

namespace DynamicSampling.IntegrationTests.Pipeline;

/// <summary>Server-Timing and Content-Location.</summary>
public sealed class HeaderTests
{
    [Fact]
    public async Task ServerTiming_OfTwoFunctions_HasOneEntryEachInMilliseconds()
    {
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", (TaskContext task, ManualTimeProvider clock) =>
        {
            task.Run("fetch", _ => clock.Advance(0.0125));
            task.Run("sum", _ => clock.Advance(TimeSpan.FromTicks(12_340)));
            task.Run("fetch", _ => clock.Advance(2));
        }).WithTaskContext("report"));

        using var response = await host.GetAsync("/");

        Assert.Equal("fetch;dur=2012.5, sum;dur=1.234", response.Header("Server-Timing"));
    }

    [Theory]
    [InlineData("späte abfrage", "sp%C3%A4te%20abfrage")]
    [InlineData("100%", "100%25")]
    [InlineData("a,b;c=\"d\"", "a%2Cb%3Bc%3D%22d%22")]
    [InlineData("line\r\nbreak", "line%0D%0Abreak")]
    [InlineData("日本", "%E6%97%A5%E6%9C%AC")]
    [InlineData("!#$&'*+-.^_`|~09azAZ", "!#$&'*+-.^_`|~09azAZ")]
    public async Task ServerTiming_OfAnOddName_IsAToken(string name, string expected)
    {
        // A real server, because it refuses header values that are not allowed.
        await using var host = await PipelineHost.StartAsync(
            app => app.MapGet("/", (TaskContext task) => task.Run(name, static _ => { })).WithTaskContext("report"), kestrel: true);

        using var response = await host.GetAsync("/");

        Assert.Equal(expected + ";dur=0", response.Header("Server-Timing"));
    }

    [Fact]
    public async Task ServerTiming_OfANameThatIsNoValidText_IsATokenToo()
    {
        await using var host = await PipelineHost.StartAsync(
            app => app.MapGet("/", (TaskContext task) => task.Run("lone \ud800", static _ => { })).WithTaskContext("report"), kestrel: true);

        using var response = await host.GetAsync("/");

        Assert.Equal("lone%20%EF%BF%BD;dur=0", response.Header("Server-Timing"));
    }

    [Fact]
    public async Task ServerTiming_WithoutFunctions_IsAbsent()
    {
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", () => "done").WithTaskContext("report"));

        using var response = await host.GetAsync("/");

        Assert.Null(response.Header("Server-Timing"));
    }

    [Fact]
    public async Task ServerTiming_OfMoreThan64Functions_EndsWithOther()
    {
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", (TaskContext task, ManualTimeProvider clock) =>
        {
            for (var index = 0; index < 70; index++)
                task.Run($"f{index}", _ => clock.Advance(0.001));
        }).WithTaskContext("report"));

        using var response = await host.GetAsync("/");

        var entries = response.Header("Server-Timing")!.Split(", ");
        Assert.Equal(65, entries.Length);
        Assert.Equal("f63;dur=1", entries[63]);
        Assert.Equal("__other__;dur=6", entries[64]);
    }

    [Fact]
    public async Task ContentLocation_WithRunPathAndPathBase_NamesTheRun()
    {
        await using var host = await PipelineHost.StartAsync(
            app =>
            {
                app.UsePathBase("/büro");
                app.UseRouting();
                app.MapGet("/", () => "done").WithTaskContext("report");
            },
            options => options.RunPath = "/runs/{id}");

        using var below = await host.GetAsync("/b%C3%BCro/");
        var first = await host.SingleRunAsync();
        using var atRoot = await host.GetAsync("/");
        var second = (await host.ListRunsAsync()).Single(run => run.Id != first.Id);

        Assert.Equal($"/b%C3%BCro/runs/{first.Id}", below.Header("Content-Location"));
        Assert.Equal($"/runs/{second.Id}", atRoot.Header("Content-Location"));
    }

    [Fact]
    public async Task ContentLocation_WithoutRunPath_IsAbsent()
    {
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", () => "done").WithTaskContext("report"));

        using var response = await host.GetAsync("/");

        Assert.Null(response.Header("Content-Location"));
    }

    [Fact]
    public async Task Headers_OfAFailure_AreThereToo()
    {
        await using var host = await PipelineHost.StartAsync(
            app => app.MapGet("/", string (TaskContext task, ManualTimeProvider clock) => task.Run("fetch", string (_) =>
            {
                clock.Advance(0.5);
                throw new InvalidOperationException("boom");
            })).WithTaskContext("report"),
            options => options.RunPath = "/runs/{id}");

        using var response = await host.GetAsync("/");

        Assert.Equal(500, (int)response.StatusCode);
        Assert.Equal("fetch;dur=500", response.Header("Server-Timing"));
        Assert.Equal($"/runs/{(await host.SingleRunAsync()).Id}", response.Header("Content-Location"));
    }

    [Fact]
    public async Task Headers_WhenTheHandlerHasStartedTheResponse_AreLeftOut()
    {
        await using var host = await PipelineHost.StartAsync(
            app => app.MapGet("/", async (TaskContext task, Microsoft.AspNetCore.Http.HttpResponse response) =>
            {
                await response.StartAsync();
                task.Run("fetch", static _ => { });
            }).WithTaskContext("report"),
            options => options.RunPath = "/runs/{id}");

        using var response = await host.GetAsync("/");

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Null(response.Header("Server-Timing"));
        Assert.Null(response.Header("Content-Location"));
    }
}
