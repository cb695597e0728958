using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Pipeline;

/// <summary>Applications that have source-generated JSON only, and know nothing of the library's types.</summary>
public sealed partial class SourceGeneratedJsonTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Failure_IsStillProblemDetailsWithTheTask(bool withProblemDetailsService)
    {
        await using var host = await PipelineHost.StartAsync(
            app => app.MapGet("/",
                string (TaskContext task) => task.Run("fetch", string (_) => throw new FormatException("x"))).WithTaskContext("report"),
            services: services =>
            {
                SourceGeneratedOnly(services);
                if (withProblemDetailsService)
                    services.AddProblemDetails();
            });

        using var response = await host.GetAsync("/");

        var problem = await response.ReadProblemAsync(500);
        Assert.Equal("failed", problem.GetProperty("task").GetProperty("status").GetString());
        Assert.Equal(1, problem.GetProperty("task").GetProperty("taskData").GetProperty("fetch").GetProperty("calls").GetInt64());
    }

    [Fact]
    public async Task Run_AndAListOfRuns_CanBeServed()
    {
        await using var host = await PipelineHost.StartAsync(
            app =>
            {
                app.MapGet("/", (TaskContext task) => task.Result = "kept").WithTaskContext("report");
                app.MapGet("/run", async (IRunStore store) => (await store.ListAsync(new(), CancellationToken.None))[0]);
                app.MapGet("/runs", async (IRunStore store) => await store.ListAsync(new(), CancellationToken.None));
                app.MapGet("/ok", async (IRunStore store) => TypedResults.Ok(await store.ListAsync(new(), CancellationToken.None)));
            },
            services: SourceGeneratedOnly);
        await host.GetTextAsync("/");

        using var run = await host.GetAsync("/run");
        using var runs = await host.GetAsync("/runs");
        using var ok = await host.GetAsync("/ok");

        Assert.Equal("kept", (await run.ReadJsonAsync()).GetProperty("result").GetString());
        Assert.Equal("kept", (await runs.ReadJsonAsync())[0].GetProperty("result").GetString());
        Assert.Equal("kept", (await ok.ReadJsonAsync())[0].GetProperty("result").GetString());
    }

    [Fact]
    public async Task Resolver_SetAfterTheLibraryWasAdded_DoesNotDropTheLibrarysTypes()
    {
        await using var host = await PipelineHost.StartBareAsync(
            app => app.MapGet("/", string () => throw new FormatException("x")).WithTaskContext("report"),
            services =>
            {
                services.AddDynamicSamplingTasks();
                SourceGeneratedOnly(services);
            });

        using var response = await host.GetAsync("/");

        await response.ReadProblemAsync(500);
    }

    // What the build property JsonSerializerIsReflectionEnabledByDefault=false does, in a process where it is true.
    private static void SourceGeneratedOnly(IServiceCollection services) =>
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolver = OwnContext.Default);

    [JsonSerializable(typeof(string))]
    private sealed partial class OwnContext : JsonSerializerContext;
}
