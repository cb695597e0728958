namespace DynamicSampling.Api.Ingest.Otlp.Metrics;

/// <summary>Metrics that say how many requests there were; all others are stepped over.</summary>
internal enum CountedMetric
{
    /// <summary>Any other.</summary>
    None,

    /// <summary><c>http.server.request.duration</c>: the semantic conventions' histogram of HTTP servers. Its counts are the requests.</summary>
    HttpServerRequestDuration,

    /// <summary><c>traces.span.metrics.calls</c>: the sum that the Collector's spanmetrics connector makes of spans.</summary>
    SpanMetricsCalls,
}

/// <summary>Tells which metric a name is of.</summary>
internal static class CountedMetrics
{
    public static CountedMetric Of(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("http.server.request.duration"u8) ? CountedMetric.HttpServerRequestDuration
        : name.SequenceEqual("traces.span.metrics.calls"u8) ? CountedMetric.SpanMetricsCalls
        : CountedMetric.None;
}
