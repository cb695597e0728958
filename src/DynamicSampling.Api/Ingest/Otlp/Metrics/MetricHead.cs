using System.Runtime.InteropServices;

namespace DynamicSampling.Api.Ingest.Otlp.Metrics;

/// <summary>What is to be known of a metric before its data points are read.</summary>
/// <param name="metric">The metric.</param>
/// <param name="kind">One of <see cref="MetricKind"/>.</param>
/// <param name="scope">Names its resource and scope.</param>
[StructLayout(LayoutKind.Auto)]
internal struct MetricHead(CountedMetric metric, int kind, UInt128 scope)
{
    private const long Delta = 1;
    private const long Cumulative = 2;

    public readonly CountedMetric Metric = metric;
    public readonly int Kind = kind;

    /// <summary>Names all that its series have in common.</summary>
    public readonly UInt128 Identity = SeriesIdentity.Within(scope, (UInt128)(int)metric);

    /// <summary>As it was sent.</summary>
    public long Temporality;

    public bool IsMonotonic;

    public readonly bool IsCumulative => Temporality == Cumulative;

    /// <summary>Why its points do not count; null when they do.</summary>
    public readonly PointProblem? Problem
    {
        get
        {
            var isKind = Metric == CountedMetric.SpanMetricsCalls ? Kind == MetricKind.Sum : Kind is MetricKind.Histogram or MetricKind.ExponentialHistogram;
            return !isKind ? PointProblem.Kind
                : Temporality is not (Delta or Cumulative) ? PointProblem.Temporality
                : Kind == MetricKind.Sum && !IsMonotonic ? PointProblem.NotMonotonic
                : null;
        }
    }
}

/// <summary>The kinds of metrics, by the number of their field in protobuf.</summary>
internal static class MetricKind
{
    public const int Gauge = 5;
    public const int Sum = 7;
    public const int Histogram = 9;
    public const int ExponentialHistogram = 10;
    public const int Summary = 11;
}
