namespace DynamicSampling.Api.Ingest.Otlp.Metrics;

/// <summary>A data point of a metric that counts requests. Its texts are bytes of the body: take over what is to stay.</summary>
internal ref struct MetricPoint
{
    /// <summary>The metric.</summary>
    public CountedMetric Metric;

    /// <summary>What it says of the requests.</summary>
    public PointAttributes Attributes;

    /// <summary>Names the series, without its start.</summary>
    public UInt128 Series;

    /// <summary>Whether it counts since the start of the series; else since the last point.</summary>
    public bool IsCumulative;

    /// <summary>When it began to count, in nanoseconds since the Unix epoch; 0 when that is not known.</summary>
    public ulong StartNanoseconds;

    /// <summary>Until when it counts, in nanoseconds since the Unix epoch; 0 when that is not known.</summary>
    public ulong TimeNanoseconds;

    /// <summary>How many requests.</summary>
    public double Count;
}

/// <summary>Takes the data points of a body.</summary>
internal interface IMetricPoints
{
    /// <summary>The points that follow are of that service, in what should be UTF-8; empty when the resource does not say.</summary>
    void Begin(ReadOnlySpan<byte> service);

    /// <summary>A data point of that service.</summary>
    void Add(in MetricPoint point);

    /// <summary>A data point that says nothing.</summary>
    void Reject(PointProblem problem);
}
