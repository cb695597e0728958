using DynamicSampling.Tests.Otlp;

namespace DynamicSampling.Benchmarks.Otlp;

/// <summary>
/// Exports of metrics as the SDK of an ASP.NET Core service sends them: the requests by route and status, and beside them what nobody here asks
/// for. Each histogram has the buckets of the semantic conventions, and an exemplar.
/// </summary>
internal static class MetricBodies
{
    public const int Routes = 60;

    private const ulong Start = 1_795_341_540_000_000_000;
    private const ulong Time = 1_795_341_600_000_000_000;
    private static readonly double[] Bounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

    /// <summary>An export as objects.</summary>
    public static ExportMetricsServiceRequest Request()
    {
        var random = new Random(1);
        var server = new Metric
        {
            Name = "http.server.request.duration", Unit = "s", Description = "Duration of HTTP server requests.",
            Histogram = new() { AggregationTemporality = 2 },
        };
        var client = new Metric
        {
            Name = "http.client.request.duration", Unit = "s", Description = "Duration of HTTP client requests.",
            Histogram = new() { AggregationTemporality = 2 },
        };
        for (var route = 0; route < Routes; route++)
        {
            foreach (var status in (long[])[200, 404, 500])
            {
                server.Histogram.DataPoints.Add(Point(random, ("http.route", $"/api/v1/orders/{{id}}/step-{route}"), status));
                client.Histogram.DataPoints.Add(Point(random, ("server.address", $"service-{route}.example.com"), status));
            }
        }

        return new()
        {
            ResourceMetrics =
            {
                new ResourceMetrics
                {
                    Resource = new()
                    {
                        Attributes =
                        {
                            Attribute("host.name", "node-17.example.com"), Attribute("service.name", "checkout"), Attribute("service.version", "2.7.1"),
                            Attribute("service.instance.id", "627cc493-f310-47de-96bd-71410b7dec09"), Attribute("telemetry.sdk.language", "dotnet"),
                        },
                    },
                    ScopeMetrics =
                    {
                        new ScopeMetrics { Scope = new() { Name = "Microsoft.AspNetCore.Hosting" }, Metrics = { server } },
                        new ScopeMetrics { Scope = new() { Name = "System.Net.Http" }, Metrics = { client } },
                    },
                },
            },
        };
    }

    private static HistogramDataPoint Point(Random random, (string Key, string Value) where, long status)
    {
        var point = new HistogramDataPoint
        {
            StartTimeUnixNano = Start, TimeUnixNano = Time, Count = (ulong)random.Next(1000), Sum = random.NextDouble(), Min = 0.001, Max = 2,
            ExplicitBounds = { Bounds },
            Attributes =
            {
                Attribute("http.request.method", "GET"), Attribute(where.Key, where.Value), Attribute("url.scheme", "https"), Attribute("network.protocol.version", "1.1"),
                new KeyValue { Key = "http.response.status_code", Value = new() { IntValue = status } },
            },
            Exemplars = { new Exemplar { TimeUnixNano = Time, AsDouble = random.NextDouble() } },
        };
        for (var i = 0; i <= Bounds.Length; i++)
            point.BucketCounts.Add((ulong)random.Next(100));
        return point;
    }

    private static KeyValue Attribute(string key, string value) => new() { Key = key, Value = new() { StringValue = value } };
}
