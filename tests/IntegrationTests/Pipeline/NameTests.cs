using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace DynamicSampling.IntegrationTests.Pipeline;

/// <summary>Where a task's name comes from.</summary>
public sealed class NameTests
{
    [Theory]
    [InlineData("/method", "dynamic_sampling.tasks.build_report")]
    [InlineData("/instance", "dynamic_sampling.tasks.build_instance_report")]
    [InlineData("/local", "dynamic_sampling.tasks.build_local_report")]
    [InlineData("/static-local", "dynamic_sampling.tasks.build_static_report_async")]
    [InlineData("/given", "dynamic_sampling.tasks.monthly_report")]
    [InlineData("/given-pascal", "dynamic_sampling.tasks.monthly_report")]
    [InlineData("/dotted", "Billing.Tasks.MonthlyReport")]
    public async Task Task_IsNamedAfterItsHandlerOrAsGiven(string path, string expected)
    {
        await using var host = await PipelineHost.StartAsync(app =>
        {
            var captured = "x";
            string BuildLocalReport(TaskContext task) => task.Name + captured[1..];
            static Task<string> BuildStaticReportAsync(TaskContext task) => Task.FromResult(task.Name);

            app.MapGet("/method", BuildReport).WithTaskContext();
            app.MapGet("/instance", new Reports().BuildInstanceReport).WithTaskContext();
            app.MapGet("/local", BuildLocalReport).WithTaskContext();
            app.MapGet("/static-local", BuildStaticReportAsync).WithTaskContext();
            app.MapGet("/given", BuildReport).WithTaskContext("monthly_report");
            app.MapGet("/given-pascal", (TaskContext task) => task.Name).WithTaskContext("MonthlyReport");
            app.MapGet("/dotted", (TaskContext task) => task.Name).WithTaskContext("Billing.Tasks.MonthlyReport");
        });

        Assert.Equal(expected, await host.GetTextAsync(path));
    }

    [Fact]
    public async Task Lambda_WithoutAName_FailsAtStartAndSaysHowToNameIt()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => PipelineHost.StartAsync(app => app.MapGet("/nameless", () => "x").WithTaskContext()));

        Assert.Contains("HTTP: GET /nameless", failure.Message, StringComparison.Ordinal);
        Assert.Contains(".WithTaskContext(\"build_report\")", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lambda_WithMetricsOnly_NeedsANameToo() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => PipelineHost.StartAsync(app => app.MapGet("/", () => "x").WithTaskMetrics()));

    [Fact]
    public async Task Lambda_ThatOptsOut_NeedsNoName()
    {
        await using var host = await PipelineHost.StartAsync(app => app.MapGroup("").WithTaskContext().MapGet("/", () => "x").DisableTaskContext());

        Assert.Equal("x", await host.GetTextAsync("/"));
    }

    [Fact]
    public async Task RequestDelegate_WithAName_IsATaskToo()
    {
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", WriteRaw).WithTaskContext("raw"));

        Assert.Equal("raw", await host.GetTextAsync("/"));
        Assert.Equal("raw", (await host.SingleRunAsync()).Task);
    }

    [Fact]
    public async Task RequestDelegate_WithoutAName_FailsAtStart()
    {
        // The framework keeps no method for these.
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => PipelineHost.StartAsync(app => app.MapGet("/raw", WriteRaw).WithTaskContext()));

        Assert.Contains("HTTP: GET /raw", failure.Message, StringComparison.Ordinal);
    }

    private static string BuildReport(TaskContext task) => task.Name;

    private static Task WriteRaw(HttpContext http) => http.Response.WriteAsync("raw");

    private sealed class Reports
    {
        private readonly string _suffix = "";

        public string BuildInstanceReport(TaskContext task) => task.Name + _suffix;
    }
}
