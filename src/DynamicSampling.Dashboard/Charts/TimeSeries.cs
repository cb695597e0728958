using System.Runtime.InteropServices;

namespace DynamicSampling.Dashboard.Charts;

/// <summary>Something that changes over time.</summary>
/// <param name="Name">What the legend says.</param>
/// <param name="Kind">The class that gives it its colour: `total`, `kept` or `rate`.</param>
/// <param name="Shape">How it is drawn.</param>
/// <param name="Points">Its values, oldest first. Each holds until the next, the last one until the chart ends.</param>
public sealed record TimeSeries(string Name, string Kind, SeriesShape Shape, IReadOnlyList<TimePoint> Points);

/// <summary>A value from an instant on; null for a gap.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct TimePoint(DateTimeOffset At, double? Value);

/// <summary>How a series is drawn.</summary>
public enum SeriesShape
{
    /// <summary>Filled down to the axis: counts.</summary>
    Area,

    /// <summary>A line: rates.</summary>
    Step,
}

/// <summary>How values are written.</summary>
public enum ValueFormat
{
    /// <summary>Numbers of traces and the like.</summary>
    Count,

    /// <summary>Shares, 0 to 1, as percentages.</summary>
    Percent,
}
