using DynamicSampling.Tasks.Pipeline;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DynamicSampling.IntegrationTests.Pipeline;

/// <summary>Services, options, and what an endpoint tells about itself.</summary>
public sealed class RegistrationTests
{
    [Theory]
    [InlineData("runs/{id}")]
    [InlineData("/runs")]
    [InlineData("/runs/{ID}")]
    [InlineData("/läufe/{id}")]
    [InlineData("/all runs/{id}")]
    [InlineData("/runs/{id}\n")]
    public async Task RunPath_ThatIsNoPathWithAnId_FailsAtStart(string runPath)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            PipelineHost.StartAsync(app => app.MapGet("/", () => "x"), options => options.RunPath = runPath));

        Assert.Contains("RunPath must start with / and contain {id}", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_OutOfRange_FailAtStartAndNameWhatIsWrong()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => PipelineHost.StartAsync(
            app => app.MapGet("/", () => "x"),
            options =>
            {
                options.DefaultMaxExecution = TimeSpan.FromDays(25);
                options.MaxStoredRuns = 0;
            }));

        Assert.Contains("DefaultMaxExecution", failure.Message, StringComparison.Ordinal);
        Assert.Contains("MaxStoredRuns", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_ThatAreMissing_AreNamed()
    {
        await using var host = await PipelineHost.StartBareAsync(app => app.MapGet("/", () => "x").WithTaskContext("a"));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.GetAsync("/"));

        Assert.Contains("AddDynamicSamplingTasks()", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_AddedTwice_WorkOnceWithBothConfigurations()
    {
        await using var host = await PipelineHost.StartAsync(
            app => app.MapGet("/", (TaskContext task) => task.MaxExecution.TotalSeconds).WithTaskContext("a"),
            options => options.RunPath = "/runs/{id}",
            services => services.AddDynamicSamplingTasks(options => options.DefaultMaxExecution = TimeSpan.FromSeconds(5)));

        using var response = await host.GetAsync("/");

        Assert.Equal("5", await response.Content.ReadAsStringAsync());
        Assert.NotNull(response.Header("Content-Location"));
        Assert.NotNull(await host.SingleRunAsync());
    }

    [Fact]
    public async Task Store_OfTheOptions_ForgetsTheOldest()
    {
        await using var host = await PipelineHost.StartAsync(
            app => app.MapGet("/{name}", (string name, TaskContext task) =>
                task.Result = name).WithTaskContext("a"), options => options.MaxStoredRuns = 2);

        foreach (var name in (string[])["one", "two", "three"])
        {
            await host.GetTextAsync("/" + name);
            host.Clock.Advance(0.001);
        }

        Assert.Equal(["three", "two"], (await host.ListRunsAsync()).Select(run => run.Result));
    }

    [Fact]
    public async Task Runner_InTheSameHost_SharesStoreAndRegistryWithTheEndpoints()
    {
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", () => "x").WithTaskContext("nightly"));

        var ended = await host.App.Services.GetRequiredService<TaskRunner>().RunAsync(
            new("nightly"), static (_, task) => task.RunAsync("sweep", static (_, _) => Task.CompletedTask).AsTask());
        host.Clock.Advance(0.001);
        await host.GetTextAsync("/");

        Assert.Equal([RunTrigger.Http, RunTrigger.Schedule], (await host.ListRunsAsync()).Select(run => run.Trigger));
        Assert.Equal(1, ended.TaskData["sweep"].Calls);
    }

    [Fact]
    public async Task Endpoint_WithTaskContext_TellsOpenApiOfItsProblems()
    {
        await using var host = await PipelineHost.StartAsync(app =>
        {
            app.MapGet("/plain", () => "x").WithTaskContext("a");
            app.MapGet("/exclusive", () => "x").WithTaskContext("b").WithTaskContext("b").WithExclusiveTask();
        });

        var plain = ProblemsOf(host, "/plain");
        var exclusive = ProblemsOf(host, "/exclusive");

        Assert.Equal([409, 500, 503, 504], plain.Select(known => known.StatusCode));
        Assert.Equal([409, 500, 503, 504], exclusive.Select(known => known.StatusCode));
        Assert.All(plain, known =>
        {
            Assert.Equal(typeof(TaskProblemDetails), known.Type);
            Assert.Equal(["application/problem+json"], known.ContentTypes);
        });
    }

    [Fact]
    public async Task Endpoint_ThatDescribesAStatusItself_IsNotOverruled()
    {
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", () => "x").Produces<string>(504).WithTaskContext("a"));

        Assert.Equal(typeof(string), ProblemsOf(host, "/").Single(known => known.StatusCode == 504).Type);
    }

    [Fact]
    public async Task Endpoint_ThatOptsOut_DoesNotTellOfProblemsItCannotHave()
    {
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapGroup("").WithTaskContext("a").MapGet("/", () => "x").DisableTaskContext());

        Assert.Empty(ProblemsOf(host, "/"));
    }

    private static IReadOnlyList<IProducesResponseTypeMetadata> ProblemsOf(PipelineHost host, string pattern) =>
    [
        .. host.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Single(endpoint => string.Equals(endpoint.RoutePattern.RawText, pattern, StringComparison.Ordinal))
            .Metadata.OfType<IProducesResponseTypeMetadata>().Where(known => known.StatusCode >= 400).OrderBy(known => known.StatusCode),
    ];
}
