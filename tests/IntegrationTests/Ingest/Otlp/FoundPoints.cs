using System.Text;
using DynamicSampling.Api.Ingest.Otlp.Metrics;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

/// <summary>A data point as a reader found it, with copies of its texts.</summary>
internal sealed record FoundPoint(
    CountedMetric Metric, string Service, string Method, string Route, string SpanName, string PointService, bool IsEntry, bool IsCumulative, ulong Start, ulong Time,
    double Count);

/// <summary>Keeps the data points of a body.</summary>
internal sealed class FoundPoints : IMetricPoints
{
    private string _service = "";

    public List<FoundPoint> All { get; } = [];

    /// <summary>The names of their series, in the same order.</summary>
    public List<UInt128> Series { get; } = [];

    public List<PointProblem> Rejected { get; } = [];

    public static FoundPoints InProtobuf(params ReadOnlySpan<byte> body)
    {
        var found = new FoundPoints();
        MetricsProtobuf.Read(body, ref found);
        return found;
    }

    public static FoundPoints InJson(string body)
    {
        var found = new FoundPoints();
        MetricsJson.Read(Encoding.UTF8.GetBytes(body), ref found);
        return found;
    }

    public void Begin(ReadOnlySpan<byte> service) => _service = Text(service);

    public void Add(in MetricPoint point)
    {
        var attributes = point.Attributes;
        All.Add(new(
            point.Metric, _service, Text(attributes.Method), Text(attributes.Route), Text(attributes.SpanName), Text(attributes.Service), attributes.IsEntry,
            point.IsCumulative, point.StartNanoseconds, point.TimeNanoseconds, point.Count));
        Series.Add(point.Series);
    }

    public void Reject(PointProblem problem) => Rejected.Add(problem);

    // Bytes that are no UTF-8 become U+FFFD.
    private static string Text(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}
