using System.Text;
using BenchmarkDotNet.Attributes;
using DynamicSampling.Api.Ingest.Otlp.Metrics;
using DynamicSampling.Benchmarks.Otlp;
using DynamicSampling.Tests.Otlp;
using Google.Protobuf;

namespace DynamicSampling.Benchmarks;

/// <summary>
/// Finding the requests in an export of metrics: 180 data points that count them, and as many others. Beside our readers stands what anybody would
/// do: parse it with generated classes, and look for the metric by its name.
/// </summary>
[MemoryDiagnoser]
public class MetricsReaderBenchmarks
{
    private byte[] _protobuf = [];
    private byte[] _json = [];

    [GlobalSetup]
    public void Setup()
    {
        var request = MetricBodies.Request();
        _protobuf = request.ToByteArray();
        _json = Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(request));
        if (ReadProtobuf() != GeneratedParser() || ReadJson() != GeneratedParser())
            throw new InvalidOperationException("They find different points.");
        Console.WriteLine($"// {_protobuf.Length} bytes of protobuf, {_json.Length} of JSON");
    }

    [Benchmark(Baseline = true)]
    public ulong GeneratedParser()
    {
        var sum = default(Sum);
        foreach (var resource in ExportMetricsServiceRequest.Parser.ParseFrom(_protobuf).ResourceMetrics)
        {
            foreach (var scope in resource.ScopeMetrics)
            {
                foreach (var metric in scope.Metrics)
                {
                    if (!string.Equals(metric.Name, "http.server.request.duration", StringComparison.Ordinal))
                        continue;
                    foreach (var point in metric.Histogram.DataPoints)
                    {
                        foreach (var attribute in point.Attributes)
                        {
                            if (string.Equals(attribute.Key, "http.route", StringComparison.Ordinal))
                                sum.Add(attribute.Value.StringValue.Length, point.Count);
                        }
                    }
                }
            }
        }

        return sum.Value;
    }

    [Benchmark]
    public ulong ReadProtobuf()
    {
        var sum = default(Sum);
        MetricsProtobuf.Read(_protobuf, ref sum);
        return sum.Value;
    }

    [Benchmark]
    public ulong ReadJson()
    {
        var sum = default(Sum);
        MetricsJson.Read(_json, ref sum);
        return sum.Value;
    }

    // Of everything that is found, so that nothing is left out.
    private struct Sum : IMetricPoints
    {
        public ulong Value { get; private set; }

        public readonly void Begin(ReadOnlySpan<byte> service)
        {
        }

        public void Add(in MetricPoint point) => Add(point.Attributes.Route.Length, (ulong)point.Count);

        public readonly void Reject(PointProblem problem) => throw new InvalidOperationException(problem.ToString());

        public void Add(int length, ulong count) => Value = (Value * 31) + count + (ulong)length;
    }
}
