namespace DynamicSampling.Sampler.Reports;

/// <summary>Reports that the service has not taken yet, the oldest first. When there are too many, or they get too old, the oldest are given up.</summary>
internal sealed class ReportQueue(TimeSpan reportInterval, TimeProvider clock, Action<long> dropped)
{
    public const int MaxReports = 120;
    public const int MaxOperations = 100_000;
    private readonly Gate _gate = new();
    private readonly Queue<(Report Report, long Added)> _reports = new();
    private long _sequence;
    private int _operations;

    // Long intervals must have more than one try.
    public TimeSpan MaxAge { get; } = TimeSpan.FromTicks(Math.Max(TimeSpan.TicksPerHour, 3 * reportInterval.Ticks));

    public void Add(Interval interval)
    {
        lock (_gate)
        {
            var report = new Report(++_sequence, interval);
            _reports.Enqueue((report, clock.GetTimestamp()));
            _operations += report.Operations;
            while (_reports.Count > MaxReports || (_operations > MaxOperations && _reports.Count > 1))
                Drop();
        }
    }

    /// <summary>The oldest report that is not too old.</summary>
    public Report? Peek()
    {
        lock (_gate)
        {
            while (_reports.TryPeek(out var first))
            {
                if (clock.GetElapsedTime(first.Added) <= MaxAge)
                    return first.Report;
                Drop();
            }

            return null;
        }
    }

    /// <summary>The service has taken or refused a report; it may have been given up meanwhile.</summary>
    public void Remove(Report report)
    {
        lock (_gate)
        {
            if (_reports.TryPeek(out var first) && ReferenceEquals(first.Report, report))
                _operations -= _reports.Dequeue().Report.Operations;
        }
    }

    private void Drop()
    {
        var report = _reports.Dequeue().Report;
        _operations -= report.Operations;
        dropped(report.Traces);
    }
}
