using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Charts;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Dashboard;

/// <summary>Histories of volumes, as charts show them.</summary>
internal sealed class VolumeHistories(SqlVolumeHistory history, TimeProvider clock)
{
    private const int MinutesPerHour = 60;

    /// <summary>The history of an organization, or of one of its projects.</summary>
    public async Task<VolumeHistory> ReadAsync(string organization, string? project, HistoryWindow window, CancellationToken cancellationToken)
    {
        var now = MinuteWindow.MinuteOf(clock.GetUtcNow());
        if (window == HistoryWindow.Hour)
        {
            var minutes = new MinuteWindow(now - MinutesPerHour, now);
            return Fill(window, minutes.First, minutes.Last, minutes.End, await history.ReadMinutesAsync(organization, project, minutes, cancellationToken));
        }

        // With the running minute the hour has always begun.
        var last = now / MinutesPerHour;
        var first = last - (window == HistoryWindow.Day ? 24 : 7 * 24);
        return Fill(window, first, last, new MinuteWindow(now, now).End, await history.ReadHoursAsync(organization, project, first, last, cancellationToken));
    }

    private static VolumeHistory Fill(HistoryWindow window, long first, long last, DateTimeOffset end, IReadOnlyList<VolumeBucket> buckets)
    {
        var points = new VolumePoint[last - first + 1];
        Array.Fill(points, new(Total: 0, Kept: 0, IsExact: true));
        foreach (var bucket in buckets)
            points[bucket.Start - first] = new(bucket.Total, bucket.Kept, bucket.Exact == 1);
        return new(window, DateTimeOffset.UnixEpoch + (first * window.Bucket()), end, points);
    }
}
