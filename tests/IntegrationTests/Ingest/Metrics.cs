using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.Tests.Otlp;
using Google.Protobuf;

namespace DynamicSampling.IntegrationTests.Ingest;

/// <summary>Exports of metrics, as a test needs them.</summary>
internal static class Metrics
{
    public const int Delta = 1;
    public const int Cumulative = 2;

    /// <summary>http.server.request.duration of a service.</summary>
    public static ExportMetricsServiceRequest Http(string service, int temporality, params HistogramDataPoint[] points) =>
        Request(service, new Metric { Name = "http.server.request.duration", Unit = "s", Histogram = new() { AggregationTemporality = temporality, DataPoints = { points } } });

    /// <summary>traces.span.metrics.calls, as the Collector's connector makes it of the spans of a service.</summary>
    public static ExportMetricsServiceRequest Calls(string service, int temporality, params NumberDataPoint[] points) =>
        Request(service, new Metric { Name = "traces.span.metrics.calls", Sum = new() { AggregationTemporality = temporality, IsMonotonic = true, DataPoints = { points } } });

    public static ExportMetricsServiceRequest Request(string service, params Metric[] metrics) => new()
    {
        ResourceMetrics =
        {
            new ResourceMetrics
            {
                Resource = new() { Attributes = { Text("service.name", service), Text("telemetry.sdk.name", "opentelemetry") } },
                ScopeMetrics = { new ScopeMetrics { Scope = new() { Name = "Microsoft.AspNetCore.Hosting" }, Metrics = { metrics } } },
            },
        },
    };

    public static HistogramDataPoint Point(string method, string? route, double count, DateTimeOffset? start, DateTimeOffset time, params KeyValue[] attributes) => new()
    {
        StartTimeUnixNano = start is { } since ? Nanoseconds(since) : 0,
        TimeUnixNano = Nanoseconds(time),
        Count = (ulong)count,
        Sum = 0.25 * count,
        BucketCounts = { (ulong)count, 0 },
        ExplicitBounds = { 0.5 },
        Attributes = { attributes.Prepend(Text("http.request.method", method)).Concat(route is null ? [] : [Text("http.route", route)]) },
    };

    public static NumberDataPoint Call(string span, string kind, long count, DateTimeOffset? start, DateTimeOffset time, params KeyValue[] attributes) => new()
    {
        StartTimeUnixNano = start is { } since ? Nanoseconds(since) : 0,
        TimeUnixNano = Nanoseconds(time),
        AsInt = count,
        Attributes = { attributes.Prepend(Text("span.kind", kind)).Prepend(Text("span.name", span)) },
    };

    public static KeyValue Text(string key, string value) => new() { Key = key, Value = new() { StringValue = value } };

    public static KeyValue Number(string key, long value) => new() { Key = key, Value = new() { IntValue = value } };

    public static ulong Nanoseconds(DateTimeOffset time) => (ulong)((time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick);

    /// <summary>As JSON: that of protobuf is OTLP's, as long as there are no ids.</summary>
    public static string Json(ExportMetricsServiceRequest request) => JsonFormatter.Default.Format(request);

    public static async Task<HttpResponseMessage> PostMetricsAsync(
        this HttpClient client, ExportMetricsServiceRequest request, string path = "/v1/metrics", bool isJson = false)
    {
        using var content = isJson ? new StringContent(Json(request), Encoding.UTF8) : new ByteArrayContent(request.ToByteArray());
        content.Headers.ContentType = new MediaTypeHeaderValue(isJson ? "application/json" : "application/x-protobuf");
        return await client.PostAsync(new Uri(client.BaseAddress!.GetLeftPart(UriPartial.Authority) + path), content);
    }

    /// <summary>Sends metrics of which all must be taken.</summary>
    public static async Task SendMetricsAsync(this HttpClient client, ExportMetricsServiceRequest request, string path = "/v1/metrics", bool isJson = false)
    {
        using var response = await client.PostMetricsAsync(request, path, isJson);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(isJson ? "{}" : "", await response.Content.ReadAsStringAsync());
    }

    /// <summary>Sends metrics of which some must be rejected.</summary>
    /// <returns>How many were, and why.</returns>
    public static async Task<(long Count, string Message)> SendRejectedAsync(this HttpClient client, ExportMetricsServiceRequest request)
    {
        using var response = await client.PostMetricsAsync(request, isJson: true);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var partial = (await response.ReadJsonAsync()).GetProperty("partialSuccess");
        return (long.Parse(partial.GetProperty("rejectedDataPoints").GetString()!, System.Globalization.CultureInfo.InvariantCulture), partial.GetProperty("errorMessage").GetString()!);
    }

    /// <summary>The minutes of a transaction, from the first that is not empty: the total of each.</summary>
    public static List<double> MinutesOf(this ApiHost host, string project, string transaction) => host.Database.Query(
        """
        SELECT v.total FROM volumes v JOIN transactions t ON t.id = v.transaction_id JOIN projects p ON p.id = v.project_id
        WHERE p.name = @project AND t.name = @transaction ORDER BY v.minute
        """,
        reader => reader.GetDouble(0),
        ("project", project), ("transaction", transaction));

    public static async Task<JsonElement> VolumesAsync(this HttpClient client, string organization = "default") =>
        await client.GetJsonAsync($"/api/organizations/{organization}/volumes?by=transaction");
}
