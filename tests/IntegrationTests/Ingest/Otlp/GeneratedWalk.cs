using System.Globalization;
using System.Numerics;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Tests.Otlp;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

/// <summary>Finds the root spans in what a generated parser read, written without a look at the readers.</summary>
internal static class GeneratedWalk
{
    public static List<FoundSpan> Roots(ExportTraceServiceRequest request) =>
    [
        .. from resource in request.ResourceSpans
           from scope in resource.ScopeSpans
           from span in scope.Spans
           where span.ParentSpanId.All(static octet => octet == 0)
           select Root(resource.Resource?.Attributes ?? [], span),
    ];

    private static FoundSpan Root(RepeatedField<KeyValue> resource, Span span)
    {
        var environment = Text(resource, "deployment.environment.name");
        return new(
            Text(resource, "service.name"),
            Text(resource, "service.version"),
            environment.Length > 0 ? environment : Text(resource, "deployment.environment"),
            span.Name,
            Identity(span.TraceId, span.SpanId),
            span.StartTimeUnixNano,
            Threshold(span.TraceState) ?? Sampler(span.Attributes, "sampler.") ?? Sampler(span.Attributes, "jaeger.sampler.") ?? OneIn(span.Attributes));
    }

    private static SpanIdentity Identity(ByteString trace, ByteString span)
    {
        if (trace.Length != 16 || span.Length != 8 || trace.All(static octet => octet == 0) || span.All(static octet => octet == 0))
            return default;
        return new(
            (UInt128)new BigInteger(trace.Span, isUnsigned: true, isBigEndian: true),
            (ulong)new BigInteger(span.Span, isUnsigned: true, isBigEndian: true));
    }

    private static double? Threshold(string traceState)
    {
        var member = traceState.Split(',').Select(static part => part.Trim(' ', '\t')).FirstOrDefault(static part => part.StartsWith("ot=", StringComparison.Ordinal));
        var digits = member?[3..].Split(';').FirstOrDefault(static part => part.StartsWith("th:", StringComparison.Ordinal))?[3..];
        if (digits is null or "" || digits.Length > 14 || !digits.All(char.IsAsciiHexDigit))
            return null;
        var unit = (BigInteger)1 << 56;
        var threshold = BigInteger.Parse("0" + digits.PadRight(14, '0'), NumberStyles.AllowHexSpecifier, provider: null);
        // A BigInteger of more than 53 bits would be cut off where an integer is rounded.
        return (ulong)(unit - threshold) / (double)unit;
    }

    private static double? Sampler(RepeatedField<KeyValue> attributes, string prefix)
    {
        if (Text(attributes, prefix + "type") != "probabilistic")
            return null;
        var probability = Last(attributes, prefix + "param") switch
        {
            { HasDoubleValue: true } value => value.DoubleValue,
            { HasIntValue: true } value => value.IntValue,
            { HasStringValue: true } value when double.TryParse(value.StringValue, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) => parsed,
            _ => 0,
        };
        return probability is > 0 and <= 1 ? probability : null;
    }

    private static double? OneIn(RepeatedField<KeyValue> attributes)
    {
        var count = Last(attributes, "SampleRate") switch
        {
            { HasDoubleValue: true } value => value.DoubleValue,
            { HasIntValue: true } value => value.IntValue,
            _ => 0,
        };
        return count >= 1 && double.IsFinite(count) ? 1 / count : null;
    }

    private static string Text(RepeatedField<KeyValue> attributes, string key) => Last(attributes, key)?.StringValue ?? "";

    private static AnyValue? Last(RepeatedField<KeyValue> attributes, string key) => attributes.LastOrDefault(attribute => attribute.Key == key)?.Value;
}
