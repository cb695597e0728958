using System.Runtime.InteropServices;

namespace DynamicSampling.Api.Ingest.Otlp.Metrics;

/// <summary>A data point that is to be counted.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Project">The service.</param>
/// <param name="Transaction">What the requests are of.</param>
/// <param name="Series">Names its series; those that are counted from another start are other ones.</param>
/// <param name="IsCumulative">Whether it counts since the start of the series; else since the last point.</param>
/// <param name="Start">When it began to count, in nanoseconds since the Unix epoch; 0 when that is not known.</param>
/// <param name="Time">Until when it counts, in nanoseconds since the Unix epoch.</param>
/// <param name="Count">How many requests.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SeriesPoint(
    CountedMetric Metric, string Project, string Transaction, UInt128 Series, bool IsCumulative, long Start, long Time, double Count);
