namespace DynamicSampling.Api.Ingest;

/// <summary>In which minutes what a request has counted over intervals is stored, so that no request has more of them than can be.</summary>
/// <param name="counts">How many counts the request has.</param>
internal readonly struct BoundedMinutes(int counts)
{
    /// <summary>Longer intervals are counted in as many minutes before their end.</summary>
    public const int MaxMinutes = 60;

    /// <summary>So many minutes of counts are stored of one request at most; beyond, each count is in fewer.</summary>
    private const int MaxCounts = 500_000;

    // In milliseconds.
    private readonly long _most = Math.Clamp(MaxCounts / Math.Max(1, counts), 1, MaxMinutes) * 60_000L;

    /// <summary>The minutes of an interval.</summary>
    /// <param name="start">When it begins, in milliseconds since the Unix epoch.</param>
    /// <param name="end">When it ends.</param>
    public IntervalMinutes Of(long start, long end) => new(Math.Max(start, end - _most), end);
}
