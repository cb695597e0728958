namespace DynamicSampling.Api.Ingest.Otlp.Metrics;

/// <summary>
/// Divides the requests of an interval among its minutes by time. Nobody knows when in it they came; but spans that arrive are looked at minute
/// by minute, and would be counted beside them in those that had none.
/// </summary>
internal readonly struct MinuteShares
{
    /// <summary>Longer intervals are counted in as many minutes before their end.</summary>
    public const int MaxMinutes = 60;

    /// <summary>So many minutes of points are counted in one request at most; beyond, each point is in fewer.</summary>
    private const int MaxCounts = 500_000;

    // What a minute gets is a multiple of one of so many parts of a request, so that all of them together are exactly the count.
    private const double Parts = 1024;

    private const long Minute = TimeSpan.NanosecondsPerTick * TimeSpan.TicksPerMinute;

    private readonly long _most;

    /// <param name="points">How many points there are.</param>
    public MinuteShares(int points) => _most = Math.Clamp(MaxCounts / Math.Max(1, points), 1, MaxMinutes) * Minute;

    /// <summary>Adds to each minute its part.</summary>
    /// <param name="from">When the interval begins, in nanoseconds since the Unix epoch; 0 when that is not known.</param>
    /// <param name="to">When it ends.</param>
    /// <param name="count">The requests.</param>
    /// <param name="add">Is given each minute since the Unix epoch and its requests.</param>
    public void Divide(long from, long to, double count, Action<long, double> add)
    {
        if (from == 0)
            from = to;
        from = Math.Max(from, to - _most);
        var length = to - from;
        if (length == 0 && count > 0)
            add(to / Minute, count);

        var given = 0d;
        for (var minute = from / Minute; minute * Minute < to; minute++)
        {
            var end = (minute + 1) * Minute;
            var until = end >= to ? count : Math.Floor(count * ((double)(end - from) / length) * Parts) / Parts;
            if (until > given)
                add(minute, until - given);
            given = until;
        }
    }
}
