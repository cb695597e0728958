using System.Runtime.InteropServices;

namespace DynamicSampling.Dashboard.Charts;

/// <summary>What came and what was kept over time, in buckets of equal length without gaps between them.</summary>
/// <param name="Window">How far it goes back.</param>
/// <param name="Start">Where the first bucket starts.</param>
/// <param name="End">Where it ends; the last bucket may have only begun.</param>
/// <param name="Points">The buckets, oldest first. One without traffic has zeros.</param>
public sealed record VolumeHistory(HistoryWindow Window, DateTimeOffset Start, DateTimeOffset End, IReadOnlyList<VolumePoint> Points)
{
    /// <summary>How long a bucket is.</summary>
    public TimeSpan Bucket => Window.Bucket();

    public double Total => Points.Sum(point => point.Total);

    public double Kept => Points.Sum(point => point.Kept);

    public bool IsExact => Points.All(point => point.IsExact);

    /// <summary>Total and kept for each bucket, to be drawn; the bucket that has only begun as if it went on like that.</summary>
    public IReadOnlyList<TimeSeries> ToSeries() =>
    [
        new("Total", "total", SeriesShape.Area, ToPoints(point => point.Total)),
        new("Kept", "kept", SeriesShape.Area, ToPoints(point => point.Kept)),
    ];

    private IReadOnlyList<TimePoint> ToPoints(Func<VolumePoint, double> value) => [.. Points.Select((point, i) =>
    {
        var start = Start + (i * Bucket);
        return new TimePoint(start, value(point) * Math.Max(1, Bucket / (End - start)));
    })];
}

/// <summary>What came and what was kept in one bucket.</summary>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
/// <param name="IsExact">Whether every count is a true one.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct VolumePoint(double Total, double Kept, bool IsExact);

/// <summary>How far a history goes back.</summary>
public enum HistoryWindow
{
    /// <summary>60 minutes and the running one, by minute.</summary>
    Hour,

    /// <summary>24 hours and the running one, by hour.</summary>
    Day,

    /// <summary>7 days and the running hour, by hour.</summary>
    Week,
}

/// <summary>Windows as queries and people name them.</summary>
internal static class HistoryWindows
{
    public static IReadOnlyList<HistoryWindow> All { get; } = [HistoryWindow.Hour, HistoryWindow.Day, HistoryWindow.Week];

    /// <summary>The window of a query; null for none and for what is none.</summary>
    public static HistoryWindow? Parse(string? text) => All.Cast<HistoryWindow?>().FirstOrDefault(window => window!.Value.ToQuery() == text);

    public static string ToQuery(this HistoryWindow window) => window switch
    {
        HistoryWindow.Hour => "1h",
        HistoryWindow.Day => "24h",
        _ => "7d",
    };

    public static string ToText(this HistoryWindow window) => window switch
    {
        HistoryWindow.Hour => "Last hour",
        HistoryWindow.Day => "24 hours",
        _ => "7 days",
    };

    public static TimeSpan Bucket(this HistoryWindow window) => window == HistoryWindow.Hour ? TimeSpan.FromMinutes(1) : TimeSpan.FromHours(1);
}
