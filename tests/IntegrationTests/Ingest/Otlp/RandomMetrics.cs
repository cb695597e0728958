using DynamicSampling.Tests.Otlp;
using Google.Protobuf.Collections;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

/// <summary>Makes random exports of metrics, of which most count requests.</summary>
internal sealed class RandomMetrics(int seed)
{
    private static readonly string[] MetricNames = ["http.server.request.duration", "http.server.request.duration", "traces.span.metrics.calls", "traces.span.metrics.calls", "http.client.request.duration", ""];
    private static readonly string[] Keys = ["http.request.method", "http.route", "span.name", "span.kind", "service.name", "http.response.status_code", "status.code", ""];
    private static readonly string[] Texts = ["", "GET", "/orders/{id}", "SPAN_KIND_SERVER", "SPAN_KIND_CONSUMER", "SPAN_KIND_CLIENT", "checkout", "Überweisung → 東京 🛒", "a \"quoted\" \\ name", "line\nbreak\0"];
    private static readonly ulong[] Times = [0, 1, 1_795_341_600_000_000_000, 1_795_341_660_000_000_000, ulong.MaxValue];
    private static readonly double[] Counts = [0, 1, 42, 1e9, -1, 0.5, double.NaN, double.PositiveInfinity, 1e300];

    private readonly Random _random = new(seed);

    public ExportMetricsServiceRequest Next()
    {
        var request = new ExportMetricsServiceRequest();
        for (var i = _random.Next(4); i > 0; i--)
        {
            var resource = new ResourceMetrics { SchemaUrl = OneOf(Texts) };
            if (_random.Next(6) > 0)
            {
                resource.Resource = new();
                AddAttributes(resource.Resource.Attributes);
            }

            for (var j = _random.Next(4); j > 0; j--)
            {
                var scope = new ScopeMetrics { Scope = _random.Next(3) == 0 ? null : new() { Name = OneOf(Texts) } };
                for (var k = _random.Next(5); k > 0; k--)
                    scope.Metrics.Add(NextMetric());
                resource.ScopeMetrics.Add(scope);
            }

            request.ResourceMetrics.Add(resource);
        }

        return request;
    }

    private Metric NextMetric()
    {
        var metric = new Metric { Name = OneOf(MetricNames), Unit = OneOf(Texts) };
        var temporality = _random.Next(5) == 0 ? _random.Next(4) : _random.Next(1, 3);
        switch (_random.Next(8))
        {
            case 0:
                metric.Gauge = new() { DataPoints = { Some(NextNumber) } };
                break;
            case 1:
                metric.Summary = new() { DataPoints = { Some(() => new SummaryDataPoint { Count = 1, TimeUnixNano = OneOf(Times) }) } };
                break;
            case 2 or 3:
                metric.Sum = new() { AggregationTemporality = temporality, IsMonotonic = _random.Next(5) > 0, DataPoints = { Some(NextNumber) } };
                break;
            case 4 or 5:
                metric.Histogram = new() { AggregationTemporality = temporality, DataPoints = { Some(NextHistogram) } };
                break;
            case 6:
                metric.ExponentialHistogram = new() { AggregationTemporality = temporality, DataPoints = { Some(NextExponential) } };
                break;
        }

        return metric;
    }

    private NumberDataPoint NextNumber()
    {
        var point = new NumberDataPoint { StartTimeUnixNano = OneOf(Times), TimeUnixNano = OneOf(Times), Flags = Flags() };
        if (_random.Next(2) == 0)
            point.AsDouble = OneOf(Counts);
        else if (_random.Next(8) > 0)
            point.AsInt = _random.Next(-10, 1000);
        AddAttributes(point.Attributes);
        return point;
    }

    private HistogramDataPoint NextHistogram()
    {
        var point = new HistogramDataPoint
        {
            StartTimeUnixNano = OneOf(Times),
            TimeUnixNano = OneOf(Times),
            Count = (ulong)_random.Next(1000),
            Flags = Flags(),
            BucketCounts = { Some(() => (ulong)_random.Next(100)) },
            ExplicitBounds = { Some(() => _random.NextDouble()) },
            Exemplars = { Some(() => new Exemplar { AsDouble = 1, FilteredAttributes = { Metrics.Text("http.route", "/exemplar") } }) },
        };
        if (_random.Next(2) == 0)
            (point.Sum, point.Min, point.Max) = (1.5, 0, 1);
        AddAttributes(point.Attributes);
        return point;
    }

    private ExponentialHistogramDataPoint NextExponential()
    {
        var point = new ExponentialHistogramDataPoint
        {
            StartTimeUnixNano = OneOf(Times),
            TimeUnixNano = OneOf(Times),
            Count = (ulong)_random.Next(1000),
            Flags = Flags(),
            Scale = _random.Next(-3, 10),
            ZeroCount = (ulong)_random.Next(3),
            Positive = new() { Offset = -5, BucketCounts = { Some(() => (ulong)_random.Next(100)) } },
        };
        AddAttributes(point.Attributes);
        return point;
    }

    private uint Flags() => _random.Next(10) == 0 ? (uint)_random.Next(4) : 0;

    private void AddAttributes(RepeatedField<KeyValue> attributes)
    {
        for (var i = _random.Next(6); i > 0; i--)
        {
            attributes.Add(_random.Next(8) switch
            {
                0 => new KeyValue { Key = OneOf(Keys) },
                1 => Metrics.Number(OneOf(Keys), _random.Next()),
                2 => new KeyValue { Key = OneOf(Keys), Value = new() { BoolValue = true } },
                _ => Metrics.Text(OneOf(Keys), OneOf(Texts)),
            });
        }
    }

    private List<T> Some<T>(Func<T> next) => Enumerable.Range(0, _random.Next(4)).Select(_ => next()).ToList();

    private T OneOf<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];
}
