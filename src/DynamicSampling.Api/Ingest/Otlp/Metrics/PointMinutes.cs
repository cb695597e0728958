namespace DynamicSampling.Api.Ingest.Otlp.Metrics;

/// <summary>In which minutes the requests of data points are counted.</summary>
/// <param name="points">How many points a request has.</param>
internal readonly struct PointMinutes(int points)
{
    /// <summary>Longer intervals are counted in as many minutes before their end.</summary>
    public const int MaxMinutes = 60;

    /// <summary>So many minutes of points are counted in one request at most; beyond, each point is in fewer.</summary>
    private const int MaxCounts = 500_000;

    private const long NanosecondsPerMillisecond = 1_000_000;

    // In milliseconds.
    private readonly long _most = Math.Clamp(MaxCounts / Math.Max(1, points), 1, MaxMinutes) * 60_000L;

    /// <summary>The minutes of an interval.</summary>
    /// <param name="from">When it begins, in nanoseconds since the Unix epoch; 0 when that is not known.</param>
    /// <param name="to">When it ends.</param>
    public IntervalMinutes Of(long from, long to)
    {
        var end = to / NanosecondsPerMillisecond;
        return new(from == 0 ? end : Math.Max(from / NanosecondsPerMillisecond, end - _most), end);
    }
}
