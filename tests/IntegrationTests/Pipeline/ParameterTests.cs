using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Pipeline;

/// <summary>What a handler is given, and requests that never get that far.</summary>
public sealed class ParameterTests
{
    [Fact]
    public async Task Token_InEveryParameter_IsTheRuns()
    {
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapGet("/", (CancellationToken first, TaskContext task, HttpContext http, CancellationToken second) =>
                first == task.CancellationToken && second == task.CancellationToken && first != http.RequestAborted
                    && first.CanBeCanceled).WithTaskContext("a"));

        Assert.Equal("true", await host.GetTextAsync("/"));
    }

    [Theory]
    [InlineData("/record")]
    [InlineData("/class")]
    [InlineData("/struct")]
    public async Task Token_InAsParameters_IsTheRuns(string path)
    {
        await using var host = await PipelineHost.StartAsync(app =>
        {
            var group = app.MapGroup("").WithTaskContext("a");
            group.MapGet("/record", ([AsParameters] RecordParameters parameters) => parameters.Cancellation == parameters.Task.CancellationToken);
            group.MapGet("/class", ([AsParameters] ClassParameters parameters) => parameters.Cancellation == parameters.Task.CancellationToken);
            group.MapGet("/struct", ([AsParameters] StructParameters parameters) => parameters.Cancellation == parameters.Task.CancellationToken);
        });

        Assert.Equal("true", await host.GetTextAsync(path));
    }

    [Fact]
    public async Task Context_InAScopedService_IsTheHandlers()
    {
        await using var host = await PipelineHost.StartAsync(
            app => app.MapGet("/", (Repository repository, TaskContext task, HttpContext http) =>
                ReferenceEquals(repository.Task, task) && ReferenceEquals(task, http.RequestServices.GetRequiredService<TaskContext>()))
                .WithTaskContext("a"),
            services: services => services.AddScoped<Repository>());

        Assert.Equal("true", await host.GetTextAsync("/"));
    }

    [Fact]
    public async Task Context_OfTwoRequests_IsNotShared()
    {
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapGet("/", (TaskContext task) => task.Run("fetch", fetch =>
            {
                fetch.AddRows(1);
                return fetch.NumRowsTotal;
            })).WithTaskContext("a"));

        Assert.Equal("1", await host.GetTextAsync("/"));
        Assert.Equal("1", await host.GetTextAsync("/"));
        Assert.Equal(2, (await host.ListRunsAsync()).Count);
    }

    [Fact]
    public async Task Context_WithoutWithTaskContext_SaysWhatIsMissing()
    {
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", (TaskContext task) => task.Name));

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.GetAsync("/"));

        Assert.Contains("Add .WithTaskContext() to the endpoint", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/route/seven")]
    [InlineData("/query?count=seven")]
    [InlineData("/query")]
    public async Task Binding_ThatFails_IsABadRequestAndNoRun(string path)
    {
        await using var host = await PipelineHost.StartAsync(app =>
        {
            var group = app.MapGroup("").WithTaskContext("a");
            group.MapGet("/route/{count}", (int count) => count);
            group.MapGet("/query", ([FromQuery] int count) => count);
        });
        using var metrics = new MetricRecorder(host);

        using var response = await host.GetAsync(path);

        Assert.Equal(400, (int)response.StatusCode);
        Assert.Empty(await host.ListRunsAsync());
        Assert.Empty(metrics.Of("dynamic_sampling.task.starts"));
    }

    [Theory]
    [InlineData("{\"name\":", "application/json", 400)]
    [InlineData("{\"name\":7}", "application/json", 400)]
    [InlineData("", "application/json", 400)]
    [InlineData("{\"name\":\"x\"}", "text/plain", 415)]
    public async Task Body_ThatIsNoSuchJson_IsRefusedAndNoRun(string body, string contentType, int expected)
    {
        await using var host = await PipelineHost.StartAsync(app => app.MapPost("/", (Named named) => named.Name).WithTaskContext("a"));

        using var content = new StringContent(body, System.Text.Encoding.UTF8, contentType);
        using var response = await host.Client.PostAsync(new Uri("/", UriKind.Relative), content);

        Assert.Equal(expected, (int)response.StatusCode);
        Assert.Empty(await host.ListRunsAsync());
    }

    private sealed record Named(string Name);

    private sealed record RecordParameters(TaskContext Task, CancellationToken Cancellation);

    private sealed class ClassParameters
    {
        public required TaskContext Task { get; init; }

        public CancellationToken Cancellation { get; set; }
    }

    private record struct StructParameters(TaskContext Task, CancellationToken Cancellation);

    private sealed class Repository(TaskContext task)
    {
        public TaskContext Task => task;
    }
}
