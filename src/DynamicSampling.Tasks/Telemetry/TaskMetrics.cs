using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace DynamicSampling.Tasks.Telemetry;

/// <summary>The metrics. Its methods say what happened; attributes come from bounded sets only, so never an organization.</summary>
internal sealed class TaskMetrics
{
    private const int MaxFunctionNames = 1000;

    // 5 ms to 10 minutes: from a quick endpoint to the longest budget that makes sense.
    private static readonly InstrumentAdvice<double> Buckets = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 420, 600],
    };

    private readonly ConcurrentDictionary<string, string> _functionNames = new(StringComparer.Ordinal);
    private readonly Counter<long> _starts;
    private readonly UpDownCounter<long> _active;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _functionDuration;
    private readonly Counter<long> _functionRows;
    private readonly Counter<long> _functionDbCalls;
    private int _functionNameCount;

    public TaskMetrics(IMeterFactory meters)
    {
        // The factory owns the meter and disposes it with the host.
        var meter = meters.Create(TelemetryNames.Meter);
        _starts = meter.CreateCounter<long>(TelemetryNames.TaskStarts, "{run}", "Runs started.");
        _active = meter.CreateUpDownCounter<long>(TelemetryNames.TaskActive, "{run}", "Runs in progress.");
        _duration = meter.CreateHistogram(TelemetryNames.TaskDuration, "s", "Duration of runs.", tags: null, Buckets);
        _functionDuration = meter.CreateHistogram(TelemetryNames.FunctionDuration, "s", "Time of a function in one run.", tags: null, Buckets);
        _functionRows = meter.CreateCounter<long>(TelemetryNames.FunctionRows, "{row}", "Rows handled by a function.");
        _functionDbCalls = meter.CreateCounter<long>(TelemetryNames.FunctionDbCalls, "{call}", "Database calls made by a function.");
        meter.CreateObservableUpDownCounter(TelemetryNames.TaskOverdue, ObserveOverdue, "{run}", "Runs in progress past their budget.");
    }

    /// <summary>Counts the runs past their budget by task name; set once by the registry of runs in progress.</summary>
    public Func<IEnumerable<KeyValuePair<string, int>>>? OverdueRuns { get; set; }

    /// <returns>Whether the run was counted as active, for <see cref="RunEnded"/>: a listener may come in between.</returns>
    public bool RunStarted(string taskName)
    {
        var tag = new KeyValuePair<string, object?>(TelemetryNames.TaskName, taskName);
        if (_starts.Enabled)
            _starts.Add(1, tag);
        var isActive = _active.Enabled;
        if (isActive)
            _active.Add(1, tag);
        return isActive;
    }

    public void RunEnded(string taskName, bool wasActive, string outcome, string? errorType, double seconds)
    {
        if (wasActive)
            _active.Add(-1, new KeyValuePair<string, object?>(TelemetryNames.TaskName, taskName));
        if (!_duration.Enabled)
            return;
        var tags = new TagList { { TelemetryNames.TaskName, taskName }, { TelemetryNames.Outcome, outcome } };
        if (errorType is not null)
            tags.Add(TelemetryNames.ErrorType, errorType);
        _duration.Record(seconds, tags);
    }

    public bool FunctionsEnabled => _functionDuration.Enabled || _functionRows.Enabled || _functionDbCalls.Enabled;

    public void FunctionEnded(string taskName, string function, double seconds, long rows, long dbCalls)
    {
        var tags = new TagList { { TelemetryNames.TaskName, taskName }, { TelemetryNames.FunctionName, Bounded(function) } };
        _functionDuration.Record(seconds, tags);
        if (rows > 0)
            _functionRows.Add(rows, tags);
        if (dbCalls > 0)
            _functionDbCalls.Add(dbCalls, tags);
    }

    private string Bounded(string function)
    {
        if (_functionNames.TryGetValue(function, out var known))
            return known;
        if (Interlocked.Increment(ref _functionNameCount) > MaxFunctionNames)
        {
            Interlocked.Decrement(ref _functionNameCount);
            return TelemetryNames.Other;
        }

        return _functionNames.GetOrAdd(function, function);
    }

    private IEnumerable<Measurement<int>> ObserveOverdue()
    {
        foreach (var (taskName, count) in OverdueRuns?.Invoke() ?? [])
            yield return new(count, new KeyValuePair<string, object?>(TelemetryNames.TaskName, taskName));
    }
}
