using System.Diagnostics.Metrics;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Telemetry;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.Tests.Telemetry;

public sealed class TaskMetricsTests : IAsyncDisposable
{
    private const string TaskName = "dynamic_sampling.tasks.report";
    private static readonly TaskRunOptions Report = new("report") { MaxExecution = TimeSpan.FromSeconds(10) };

    private readonly TaskHost _host = new();
    private readonly MeterRecorder _meters;

    public TaskMetricsTests()
    {
        _ = _host.Runner;
        _meters = new(_host.Meters);
    }

    public async ValueTask DisposeAsync()
    {
        _meters.Dispose();
        await _host.DisposeAsync();
    }

    [Theory]
    [InlineData("dynamic_sampling.task.starts", "{run}", typeof(Counter<long>))]
    [InlineData("dynamic_sampling.task.active", "{run}", typeof(UpDownCounter<long>))]
    [InlineData("dynamic_sampling.task.overdue", "{run}", typeof(ObservableUpDownCounter<int>))]
    [InlineData("dynamic_sampling.task.duration", "s", typeof(Histogram<double>))]
    [InlineData("dynamic_sampling.function.duration", "s", typeof(Histogram<double>))]
    [InlineData("dynamic_sampling.function.rows", "{row}", typeof(Counter<long>))]
    [InlineData("dynamic_sampling.function.db_calls", "{call}", typeof(Counter<long>))]
    public void Instrument_Name_HasUnitAndKind(string name, string unit, Type kind)
    {
        var instrument = _meters.Instruments[name];

        Assert.Equal((unit, kind, "DynamicSampling.Tasks"), (instrument.Unit, instrument.GetType(), instrument.Meter.Name));
        Assert.NotEmpty(instrument.Description!);
        if (instrument is Histogram<double> histogram)
        {
            var buckets = histogram.Advice!.HistogramBucketBoundaries!;
            Assert.Equal((0.005, 600), (buckets[0], buckets[^1]));
            Assert.Equal(buckets.Order(), buckets);
        }
    }

    [Fact]
    public void Instruments_AreTheDocumentedSeven() => Assert.Equal(7, _meters.Instruments.Count);

    [Fact]
    public async Task Run_Completed_IsMeasured()
    {
        await _host.Runner.RunAsync(Report with { Organization = "acme" }, (_, task) =>
        {
            Assert.Equal(1, _meters.Of(TelemetryNames.TaskActive).Sum(item => item.Value));
            for (var call = 0; call < 2; call++)
            {
                task.Run("fetch", state =>
                {
                    state.AddRows(15);
                    state.AddDbCalls();
                    _host.Clock.Advance(1.25);
                });
            }

            task.Run("idle", static _ => { });
            return Task.CompletedTask;
        });

        Assert.Equal((1, TaskName), OnlyWithTask(TelemetryNames.TaskStarts));
        Assert.Equal([1, -1], _meters.Of(TelemetryNames.TaskActive).Select(item => item.Value));
        Assert.All(_meters.Of(TelemetryNames.TaskActive), item => Assert.Equal(Tags((TelemetryNames.TaskName, TaskName)), item.Tags));
        var duration = Assert.Single(_meters.Of(TelemetryNames.TaskDuration));
        Assert.Equal(2.5, duration.Value);
        Assert.Equal(Tags((TelemetryNames.TaskName, TaskName), (TelemetryNames.Outcome, "completed")), duration.Tags);
        var fetch = Tags((TelemetryNames.TaskName, TaskName), (TelemetryNames.FunctionName, "fetch"));
        Assert.Equal([2.5, 0], _meters.Of(TelemetryNames.FunctionDuration).Select(item => item.Value));
        Assert.Equal(fetch, _meters.Of(TelemetryNames.FunctionDuration)[0].Tags);
        var rows = Assert.Single(_meters.Of(TelemetryNames.FunctionRows));
        var calls = Assert.Single(_meters.Of(TelemetryNames.FunctionDbCalls));
        Assert.Equal((30, 2), (rows.Value, calls.Value));
        Assert.Equal(fetch, rows.Tags);
        Assert.Equal(fetch, calls.Tags);
    }

    [Fact]
    public async Task Run_Failed_HasOutcomeAndErrorType()
    {
        await _host.Runner.RunAsync(Report, static (_, _) => throw new InvalidDataException());

        AssertOutcome("failed", "System.IO.InvalidDataException");
    }

    [Fact]
    public async Task Run_TimedOut_HasOutcomeAndErrorType()
    {
        await RunLateAsync();

        AssertOutcome("timed_out", "timeout");
    }

    // A duration of 0 for what never ran would pull the histogram down just when things are slow.
    [Fact]
    public async Task Run_FunctionRefused_IsNotMeasured()
    {
        await RunLateAsync();

        Assert.Empty(_meters.Of(TelemetryNames.FunctionDuration));
    }

    [Theory]
    [InlineData(false, "canceled")]
    [InlineData(true, "shutdown")]
    public async Task Run_Canceled_HasOutcomeAndErrorType(bool shutdown, string errorType)
    {
        await _host.Runner.RunAsync(Report, (_, task) =>
        {
            if (shutdown)
                _host.Registry.Shutdown();
            else
                _host.Registry.Cancel(_host.Registry.ToList()[0].Id);
            return Task.FromCanceled(task.CancellationToken);
        });

        AssertOutcome("canceled", errorType);
    }

    [Fact]
    public async Task Overdue_RunsPastTheirBudget_AreCountedByTask()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var runs = new List<ActiveRun>();
        foreach (var options in new[] { Report, Report, Report with { Name = "other" }, new TaskRunOptions("patient") })
            runs.Add(_host.Runner.Start(options, (_, _) => gate.Task));
        _host.Clock.Advance(10);
        Assert.Empty(_meters.Observe(TelemetryNames.TaskOverdue));

        _host.Clock.Advance(0.001);
        var overdue = _meters.Observe(TelemetryNames.TaskOverdue).ToDictionary(item => (string)item.Tags.Single().Value!, item => item.Value);
        Assert.Equal(new() { [TaskName] = 2, ["dynamic_sampling.tasks.other"] = 1 }, overdue);

        gate.SetResult();
        await Task.WhenAll(runs.Select(run => run.Completion));
        Assert.Empty(_meters.Observe(TelemetryNames.TaskOverdue));
    }

    [Fact]
    public async Task Active_ListenerComesDuringTheRun_NeverGoesBelowZero()
    {
        await using var host = new TaskHost();
        MeterRecorder? meters = null;
        await host.Runner.RunAsync(Report, (_, _) =>
        {
            meters = new(host.Meters);
            return Task.CompletedTask;
        });

        using (meters)
            Assert.InRange(meters!.Of(TelemetryNames.TaskActive).Sum(item => item.Value), 0, 0);
    }

    [Fact]
    public void FunctionEnded_ManyFunctionNames_AreBounded()
    {
        var metrics = _host.Services.GetRequiredService<TaskMetrics>();
        for (var index = 0; index < 1_100; index++)
            metrics.FunctionEnded(TaskName, $"function {index}", 1, 0, 0);
        metrics.FunctionEnded(TaskName, "function 0", 1, 0, 0);

        var names = _meters.Of(TelemetryNames.FunctionDuration).Select(item => (string)item.Tags[TelemetryNames.FunctionName]!).ToList();
        Assert.Equal(1_001, names.Distinct(StringComparer.Ordinal).Count());
        Assert.Equal((100, "function 999", "function 0"), (names.Count(name => name == "__other__"), names[999], names[^1]));
    }

    [Fact]
    public async Task Run_AnotherHost_IsNotMeasuredHere()
    {
        await using var other = new TaskHost();
        await other.Runner.RunAsync(Report, static (_, _) => Task.CompletedTask);

        Assert.Empty(_meters.Of(TelemetryNames.TaskStarts));
    }

    private Task<TaskRun> RunLateAsync() => _host.Runner.RunAsync(Report, (_, task) =>
    {
        _host.Clock.Advance(11);
        task.Run("late", static _ => { });
        return Task.CompletedTask;
    });

    private void AssertOutcome(string outcome, string errorType)
    {
        Assert.Equal(
            Tags((TelemetryNames.TaskName, TaskName), (TelemetryNames.Outcome, outcome), (TelemetryNames.ErrorType, errorType)),
            Assert.Single(_meters.Of(TelemetryNames.TaskDuration)).Tags);
        Assert.Equal(0, _meters.Of(TelemetryNames.TaskActive).Sum(item => item.Value));
    }

    private (double Value, object? Task) OnlyWithTask(string instrument)
    {
        var only = Assert.Single(_meters.Of(instrument));
        return (only.Value, Assert.Single(only.Tags).Value);
    }

    private static Dictionary<string, object?> Tags(params (string Name, string Value)[] tags) =>
        tags.ToDictionary(tag => tag.Name, object? (tag) => tag.Value, StringComparer.Ordinal);
}
