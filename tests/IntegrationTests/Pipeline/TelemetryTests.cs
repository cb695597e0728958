using System.Collections.Concurrent;
using System.Diagnostics;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Telemetry;
using DynamicSampling.Tests;
using Microsoft.AspNetCore.Builder;

namespace DynamicSampling.IntegrationTests.Pipeline;

/// <summary>The metrics and spans of requests.</summary>
public sealed class TelemetryTests
{
    [Fact]
    public async Task Metrics_OfARun_HaveUnitsAndBoundedAttributes()
    {
        await using var host = await PipelineHost.StartAsync(app =>
            app.MapGet("/{organization}", (string organization, TaskContext task, ManualTimeProvider clock) =>
                task.Run("fetch", fetch =>
                {
                    fetch.AddRows(30);
                    fetch.AddDbCalls(2);
                    clock.Advance(1.5);
                })).WithTaskContext("report"));
        using var metrics = new MetricRecorder(host);

        await host.GetTextAsync("/acme");

        var start = Assert.Single(metrics.Of("dynamic_sampling.task.starts"));
        Assert.Equal("{run}", start.Unit);
        Assert.Equal(new() { ["dynamic_sampling.task.name"] = "dynamic_sampling.tasks.report" }, start.Tags);
        var duration = Assert.Single(metrics.Of("dynamic_sampling.task.duration"));
        Assert.Equal("s", duration.Unit);
        Assert.Equal(1.5, duration.Value);
        Assert.Equal(
            new() { ["dynamic_sampling.task.name"] = "dynamic_sampling.tasks.report", ["dynamic_sampling.outcome"] = "completed" },
            duration.Tags);
        var function = Assert.Single(metrics.Of("dynamic_sampling.function.duration"));
        Assert.Equal(1.5, function.Value);
        Assert.Equal(
            new() { ["dynamic_sampling.task.name"] = "dynamic_sampling.tasks.report", ["dynamic_sampling.function.name"] = "fetch" },
            function.Tags);
        Assert.Equal(30, Assert.Single(metrics.Of("dynamic_sampling.function.rows")).Value);
        Assert.Equal(2, Assert.Single(metrics.Of("dynamic_sampling.function.db_calls")).Value);
        Assert.Equal([1, -1], metrics.Of("dynamic_sampling.task.active").Select(item => item.Value));
    }

    [Fact]
    public async Task Metrics_OfARunThatTimesOut_SaySo()
    {
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", (TaskContext task, ManualTimeProvider clock) =>
        {
            clock.Advance(11);
            task.Run("late", static _ => { });
        }).WithTaskContext("report", TimeSpan.FromSeconds(10)));
        using var metrics = new MetricRecorder(host);

        using var response = await host.GetAsync("/");

        var duration = Assert.Single(metrics.Of("dynamic_sampling.task.duration"));
        Assert.Equal(11, duration.Value);
        Assert.Equal("timed_out", duration.Tags["dynamic_sampling.outcome"]);
        Assert.Equal("timeout", duration.Tags["error.type"]);
    }

    [Fact]
    public async Task Spans_OfARun_AreChildrenOfTheRequest()
    {
        using var spans = new SpanRecorder();
        Activity? inHandler = null;
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", async (TaskContext task) =>
        {
            inHandler = Activity.Current;
            await task.RunAsync("fetch", async (_, _) =>
            {
                await Task.Yield();
                using var own = SpanRecorder.Source.StartActivity("query");
            });
            task.Run("sum", static _ => { });
        }).WithTaskContext("report"));
        host.Client.DefaultRequestHeaders.Add("traceparent", spans.TraceParent);

        using var response = await host.GetAsync("/");
        // The request's own span ends after its response has been sent.
        await host.App.StopAsync();

        var request = spans.Single("Microsoft.AspNetCore.Hosting.HttpRequestIn");
        var run = spans.Single("dynamic_sampling.tasks.report");
        Assert.Equal(request.SpanId, run.ParentSpanId);
        Assert.Same(run, inHandler);
        Assert.Equal("dynamic_sampling.tasks.report", run.GetTagItem("dynamic_sampling.task.name"));
        Assert.Equal("completed", run.GetTagItem("dynamic_sampling.outcome"));
        Assert.Equal((await host.SingleRunAsync()).Id.ToString(), run.GetTagItem("dynamic_sampling.run.id"));
        var fetch = spans.Single("fetch");
        Assert.Equal(run.SpanId, fetch.ParentSpanId);
        Assert.Equal("fetch", fetch.GetTagItem("dynamic_sampling.function.name"));
        Assert.Equal(fetch.SpanId, spans.Single("query").ParentSpanId);
        Assert.Equal(run.SpanId, spans.Single("sum").ParentSpanId);
    }

    [Fact]
    public async Task Span_OfARunThatFails_HasAnErrorStatus()
    {
        using var spans = new SpanRecorder();
        await using var host = await PipelineHost.StartAsync(app => app.MapGet("/", (TaskContext task) =>
            task.Run("fetch", string (_) => throw new FormatException("bad"))).WithTaskContext("report"));
        host.Client.DefaultRequestHeaders.Add("traceparent", spans.TraceParent);

        using var response = await host.GetAsync("/");

        var run = spans.Single("dynamic_sampling.tasks.report");
        Assert.Equal(ActivityStatusCode.Error, run.Status);
        Assert.Equal("failed", run.GetTagItem("dynamic_sampling.outcome"));
        Assert.Equal("System.FormatException", run.GetTagItem("error.type"));
        Assert.Equal(ActivityStatusCode.Error, spans.Single("fetch").Status);
    }

    /// <summary>Keeps the ended spans of one trace: listeners see those of every test.</summary>
    private sealed class SpanRecorder : IDisposable
    {
        public static readonly ActivitySource Source = new("DynamicSampling.IntegrationTests.Own");

        private readonly ActivityTraceId _trace = ActivityTraceId.CreateRandom();
        private readonly ConcurrentQueue<Activity> _ended = new();
        private readonly ActivityListener _listener;

        public SpanRecorder()
        {
            _listener = new()
            {
                ShouldListenTo = source => source.Name is TelemetryNames.ActivitySource or "Microsoft.AspNetCore" || ReferenceEquals(source, Source),
                Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                    options.TraceId == _trace ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
                ActivityStopped = activity =>
                {
                    if (activity.TraceId == _trace)
                        _ended.Enqueue(activity);
                },
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public string TraceParent => $"00-{_trace}-{ActivitySpanId.CreateRandom()}-01";

        public Activity Single(string operation) =>
            Assert.Single(_ended, activity => string.Equals(activity.OperationName, operation, StringComparison.Ordinal));

        public void Dispose() => _listener.Dispose();
    }
}
