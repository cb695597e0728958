using System.Runtime.InteropServices;

namespace DynamicSampling.Api.Ingest.Otlp.Metrics;

/// <summary>The last point of a series that was taken.</summary>
/// <param name="Time">Until when it counted, in nanoseconds since the Unix epoch.</param>
/// <param name="Count">Its count, if it was cumulative.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SeriesState(long Time, double Count)
{
    /// <summary>A cumulative series is counted from its start when that is not longer ago: from then on it has been seen, or it would be known.</summary>
    public static readonly TimeSpan WholeWithin = TimeSpan.FromMinutes(10);

    /// <summary>What a point adds to what was counted of its series.</summary>
    /// <param name="point">The point.</param>
    /// <param name="last">The last one that was taken; null when none is known.</param>
    /// <param name="now">The time.</param>
    public static PointVerdict Judge(in SeriesPoint point, SeriesState? last, DateTimeOffset now)
    {
        if (last is not { } known)
        {
            if (!point.IsCumulative)
                return new(PointOutcome.Counted, point.Count, point.Start);
            var newest = (now - WholeWithin - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
            return point.Start > 0 && point.Start >= newest
                ? new(PointOutcome.Counted, point.Count, point.Start)
                : new(PointOutcome.Baseline);
        }

        if (point.Time == known.Time || (point.IsCumulative && point.Time < known.Time))
            return new(PointOutcome.Repeated);
        if (!point.IsCumulative)
            return point.Time < known.Time ? new(PointProblem.OutOfOrder) : new(PointOutcome.Counted, point.Count, point.Start);
        if (point.Count >= known.Count)
            return new(PointOutcome.Counted, point.Count - known.Count, known.Time);
        // Without a start, a process that has been started again goes on with the series of the one before.
        return point.Start == 0 ? new(PointOutcome.Baseline) : new(PointProblem.Backwards);
    }
}

/// <summary>What becomes of a point.</summary>
/// <param name="Outcome">What it is.</param>
/// <param name="Count">How many requests it adds.</param>
/// <param name="From">Since when they came, in nanoseconds since the Unix epoch; 0 when that is not known.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PointVerdict(PointOutcome Outcome, double Count = 0, long From = 0)
{
    public PointVerdict(PointProblem problem)
        : this(PointOutcome.Rejected) => Problem = problem;

    /// <summary>Why it is rejected, if it is.</summary>
    public PointProblem Problem { get; }
}

/// <summary>What a point is.</summary>
internal enum PointOutcome
{
    /// <summary>It says how many requests there were since the point before it, or since the start.</summary>
    Counted,

    /// <summary>The next point will be compared with it; nobody knows since when its requests came.</summary>
    Baseline,

    /// <summary>Its requests were counted before.</summary>
    Repeated,

    /// <summary>It is not right.</summary>
    Rejected,
}
