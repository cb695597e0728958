using System.Globalization;
using System.Text.Json;
using DynamicSampling.Tests.Otlp;
using Google.Protobuf;

namespace DynamicSampling.Benchmarks.Otlp;

/// <summary>
/// Exports of traces as a service's SDK sends them: one resource, a few scopes, and spans with about ten attributes, of which some have
/// events. The same parameters give the same body.
/// </summary>
internal static class TraceBodies
{
    /// <summary>As many as the batch processors of the SDKs send at once.</summary>
    public const int BatchSize = 512;

    private const ulong Start = 1_795_341_600_000_000_000;
    private static readonly string[] Transactions = [.. Enumerable.Range(0, 40).Select(static i => string.Create(CultureInfo.InvariantCulture, $"GET /api/v1/orders/{{id}}/step-{i}"))];
    private static readonly string[] Children = ["SELECT shop.orders", "UPDATE shop.stock", "GET", "orders publish", "render", "authorize"];

    /// <summary>An export as objects.</summary>
    /// <param name="rootPercentage">How many of 100 spans are roots.</param>
    /// <param name="service">The value of service.name.</param>
    /// <param name="seed">Other seeds give other ids.</param>
    /// <param name="start">No span starts before, in nanoseconds since the Unix epoch; all do within 5 seconds, in which the SDKs fill a batch.</param>
    public static ExportTraceServiceRequest Request(int rootPercentage, string service = "checkout", int seed = 1, ulong start = Start)
    {
        var random = new Random(seed);
        var resource = new ResourceSpans
        {
            SchemaUrl = "https://opentelemetry.io/schemas/1.38.0",
            Resource = new()
            {
                Attributes =
                {
                    Attribute("host.name", "node-17.example.com"),
                    Attribute("process.pid", 4711),
                    Attribute("service.name", service),
                    Attribute("service.version", "2.7.1"),
                    Attribute("service.instance.id", "627cc493-f310-47de-96bd-71410b7dec09"),
                    Attribute("deployment.environment.name", "production"),
                    Attribute("telemetry.sdk.language", "dotnet"),
                    Attribute("telemetry.sdk.name", "opentelemetry"),
                    Attribute("telemetry.sdk.version", "1.20.1"),
                },
            },
        };
        for (var i = 0; i < 4; i++)
        {
            var scope = new ScopeSpans { Scope = new() { Name = $"OpenTelemetry.Instrumentation.Number{i}", Version = "1.17.0" } };
            for (var j = 0; j < BatchSize / 4; j++)
                scope.Spans.Add(NextSpan(random, start, (j * rootPercentage / 100) != ((j + 1) * rootPercentage / 100)));
            resource.ScopeSpans.Add(scope);
        }

        return new() { ResourceSpans = { resource } };
    }

    /// <summary>As JSON, compact and with 64-bit integers as strings, as most exporters write it.</summary>
    public static byte[] Json(ExportTraceServiceRequest request) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        resourceSpans = request.ResourceSpans.Select(static resource => new
        {
            resource = new { attributes = Attributes(resource.Resource.Attributes), droppedAttributesCount = 0 },
            scopeSpans = resource.ScopeSpans.Select(static scope => new
            {
                scope = new { name = scope.Scope.Name, version = scope.Scope.Version },
                spans = scope.Spans.Select(Span),
            }),
            schemaUrl = resource.SchemaUrl,
        }),
    });

    private static Span NextSpan(Random random, ulong start, bool isRoot)
    {
        start += (ulong)random.NextInt64(5_000_000_000);
        var span = new Span
        {
            TraceId = Id(random, 16),
            SpanId = Id(random, 8),
            ParentSpanId = isRoot ? ByteString.Empty : Id(random, 8),
            Name = isRoot ? Transactions[random.Next(Transactions.Length)] : Children[random.Next(Children.Length)],
            Kind = isRoot ? 2 : 3,
            StartTimeUnixNano = start,
            EndTimeUnixNano = start + (ulong)random.NextInt64(1_000_000_000),
            Flags = isRoot ? 0x101u : 0x1u,
            Status = new() { Code = random.Next(3) },
            Attributes =
            {
                Attribute("http.request.method", "GET"),
                Attribute("http.response.status_code", 200),
                Attribute("http.route", "/api/v1/orders/{id}"),
                Attribute("url.scheme", "https"),
                Attribute("url.path", "/api/v1/orders/" + random.Next(1_000_000).ToString(CultureInfo.InvariantCulture)),
                Attribute("server.address", "shop.example.com"),
                Attribute("server.port", 443),
                Attribute("network.protocol.version", "1.1"),
                Attribute("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64)"),
                new KeyValue { Key = "app.cached", Value = new() { BoolValue = random.Next(2) == 0 } },
            },
        };
        if (random.Next(10) == 0)
        {
            span.Events.Add(new Span.Types.Event
            {
                TimeUnixNano = start,
                Name = "exception",
                Attributes = { Attribute("exception.type", "System.TimeoutException"), Attribute("exception.message", "The operation has timed out.") },
            });
        }

        return span;
    }

    private static KeyValue Attribute(string key, string value) => new() { Key = key, Value = new() { StringValue = value } };

    private static KeyValue Attribute(string key, long value) => new() { Key = key, Value = new() { IntValue = value } };

    private static ByteString Id(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static object Span(Span span) => new
    {
        traceId = Convert.ToHexStringLower(span.TraceId.Span),
        spanId = Convert.ToHexStringLower(span.SpanId.Span),
        parentSpanId = Convert.ToHexStringLower(span.ParentSpanId.Span),
        name = span.Name,
        kind = span.Kind,
        startTimeUnixNano = Text(span.StartTimeUnixNano),
        endTimeUnixNano = Text(span.EndTimeUnixNano),
        attributes = Attributes(span.Attributes),
        droppedAttributesCount = 0,
        events = span.Events.Select(static item => new { timeUnixNano = Text(item.TimeUnixNano), name = item.Name, attributes = Attributes(item.Attributes) }),
        status = new { code = span.Status.Code },
        flags = span.Flags,
    };

    private static IEnumerable<object> Attributes(IEnumerable<KeyValue> attributes) => attributes.Select(static item => new { key = item.Key, value = Value(item.Value) });

    private static object Value(AnyValue value) => value switch
    {
        { HasIntValue: true } => new { intValue = value.IntValue },
        { HasBoolValue: true } => new { boolValue = value.BoolValue },
        _ => new { stringValue = value.StringValue },
    };

    private static string Text(ulong number) => number.ToString(CultureInfo.InvariantCulture);
}
