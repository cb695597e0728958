using System.Text.Json;
using static DynamicSampling.Api.Ingest.Otlp.JsonFields;

namespace DynamicSampling.Api.Ingest.Otlp.Metrics;

/// <summary>
/// Finds the data points of an ExportMetricsServiceRequest in JSON that count requests. What can only be read when something beside it is known
/// waits if it stands before that, so what is waited for must not be there twice.
/// </summary>
internal static class MetricsJson
{
    private const ulong NoRecordedValue = 1;

    /// <exception cref="InvalidOtlpException">It cannot be decoded; what has been found so far is not to be used.</exception>
    public static void Read<TPoints>(ReadOnlySpan<byte> body, ref TPoints points)
        where TPoints : IMetricPoints, allows ref struct
    {
        try
        {
            var reader = BeginBody(ref body);
            while (NextMember(ref reader))
            {
                if (!Name(ref reader).SequenceEqual("resourceMetrics"u8))
                {
                    reader.Skip();
                }
                else if (BeginArray(ref reader, "resourceMetrics"))
                {
                    while (NextItem(ref reader, "resourceMetrics"))
                        ReadResourceMetrics(ref reader, body, ref points);
                }
            }

            EndBody(ref reader);
        }
        catch (JsonException exception)
        {
            throw NotJson(exception);
        }
    }

    private static void ReadResourceMetrics<TPoints>(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> body, ref TPoints points)
        where TPoints : IMetricPoints, allows ref struct
    {
        var resource = default(ResourceAttributes);
        UInt128 identity = 0;
        var isKnown = false;
        var waiting = default(Waiting);
        var hasBegun = false;
        while (NextMember(ref reader))
        {
            var name = Name(ref reader);
            if (name.SequenceEqual("resource"u8))
            {
                if (!BeginObject(ref reader, "resource"))
                    continue;
                Once(ref isKnown, "resource");
                ReadResource(ref reader, body, ref resource, ref identity);
            }
            else if (!name.SequenceEqual("scopeMetrics"u8))
            {
                reader.Skip();
            }
            else if (isKnown && !waiting.Any)
            {
                if (!hasBegun)
                    points.Begin(resource.Resource.Service);
                hasBegun = true;
                ReadScopes(ref reader, body, identity, ref points);
            }
            else
            {
                waiting.Add(ref reader);
            }
        }

        if (!waiting.Any)
            return;
        points.Begin(resource.Resource.Service);
        do
        {
            if (Name(ref waiting.First).SequenceEqual("scopeMetrics"u8))
                ReadScopes(ref waiting.First, body, identity, ref points);
            else
                waiting.First.Skip();
        }
        while (NextMember(ref waiting.First));
    }

    private static void ReadResource(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> body, ref ResourceAttributes resource, ref UInt128 identity)
    {
        while (NextMember(ref reader))
        {
            if (!Name(ref reader).SequenceEqual("attributes"u8))
            {
                reader.Skip();
            }
            else if (BeginArray(ref reader, "attributes"))
            {
                while (NextItem(ref reader, "attributes"))
                {
                    var attribute = ReadAttribute(ref reader, body, ref identity);
                    if (ResourceAttributes.Concerns(attribute.Key))
                        resource.Add(attribute.Key, attribute.Text);
                }
            }
        }
    }

    private static void ReadScopes<TPoints>(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> body, UInt128 resource, ref TPoints points)
        where TPoints : IMetricPoints, allows ref struct
    {
        if (!BeginArray(ref reader, "scopeMetrics"))
            return;
        while (NextItem(ref reader, "scopeMetrics"))
            ReadScopeMetrics(ref reader, body, resource, ref points);
    }

    private static void ReadScopeMetrics<TPoints>(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> body, UInt128 resource, ref TPoints points)
        where TPoints : IMetricPoints, allows ref struct
    {
        ReadOnlySpan<byte> scope = default;
        var isKnown = false;
        var waiting = default(Waiting);
        while (NextMember(ref reader))
        {
            var name = Name(ref reader);
            if (name.SequenceEqual("scope"u8))
            {
                if (!BeginObject(ref reader, "scope"))
                    continue;
                Once(ref isKnown, "scope");
                scope = ReadScope(ref reader);
            }
            else if (!name.SequenceEqual("metrics"u8))
            {
                reader.Skip();
            }
            else if (isKnown && !waiting.Any)
            {
                ReadMetrics(ref reader, body, IdentityOf(resource, scope), ref points);
            }
            else
            {
                waiting.Add(ref reader);
            }
        }

        if (!waiting.Any)
            return;
        do
        {
            if (Name(ref waiting.First).SequenceEqual("metrics"u8))
                ReadMetrics(ref waiting.First, body, IdentityOf(resource, scope), ref points);
            else
                waiting.First.Skip();
        }
        while (NextMember(ref waiting.First));
    }

    private static UInt128 IdentityOf(UInt128 resource, ReadOnlySpan<byte> scope) => SeriesIdentity.Within(resource, SeriesIdentity.Of(scope));

    private static ReadOnlySpan<byte> ReadScope(scoped ref Utf8JsonReader reader)
    {
        ReadOnlySpan<byte> scope = default;
        while (NextMember(ref reader))
        {
            if (Name(ref reader).SequenceEqual("name"u8))
                scope = ReadText(ref reader);
            else
                reader.Skip();
        }

        return scope;
    }

    private static void ReadMetrics<TPoints>(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> body, UInt128 scope, ref TPoints points)
        where TPoints : IMetricPoints, allows ref struct
    {
        if (!BeginArray(ref reader, "metrics"))
            return;
        while (NextItem(ref reader, "metrics"))
            ReadMetric(ref reader, body, scope, ref points);
    }

    private static void ReadMetric<TPoints>(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> body, UInt128 scope, ref TPoints points)
        where TPoints : IMetricPoints, allows ref struct
    {
        var metric = CountedMetric.None;
        var isKnown = false;
        var data = default(Waiting);
        var kind = 0;
        while (NextMember(ref reader))
        {
            var name = Name(ref reader);
            if (name.SequenceEqual("name"u8))
            {
                Once(ref isKnown, "name of a metric");
                metric = CountedMetrics.Of(ReadText(ref reader));
                continue;
            }

            if (KindOf(name) is not 0 and var next)
            {
                if (kind != 0)
                    throw new InvalidOtlpException("A metric is of two kinds.");
                kind = next;
                if (metric != CountedMetric.None)
                    ReadData(ref reader, body, new(metric, kind, scope), ref points);
                else if (!isKnown)
                    data.Add(ref reader);
                else
                    reader.Skip();
                continue;
            }

            reader.Skip();
        }

        if (data.Any && metric != CountedMetric.None)
            ReadData(ref data.First, body, new(metric, kind, scope), ref points);
    }

    private static int KindOf(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("sum"u8) ? MetricKind.Sum
        : name.SequenceEqual("histogram"u8) ? MetricKind.Histogram
        : name.SequenceEqual("exponentialHistogram"u8) ? MetricKind.ExponentialHistogram
        : name.SequenceEqual("gauge"u8) ? MetricKind.Gauge
        : name.SequenceEqual("summary"u8) ? MetricKind.Summary
        : 0;

    private static void ReadData<TPoints>(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> body, MetricHead head, ref TPoints points)
        where TPoints : IMetricPoints, allows ref struct
    {
        if (!BeginObject(ref reader, "The data of a metric"))
            return;
        var waiting = default(Waiting);
        while (NextMember(ref reader))
        {
            var name = Name(ref reader);
            if (name.SequenceEqual("aggregationTemporality"u8))
                head.Temporality = (long)ReadInteger(ref reader, "aggregationTemporality");
            else if (name.SequenceEqual("isMonotonic"u8))
                head.IsMonotonic = ReadBool(ref reader);
            else if (name.SequenceEqual("dataPoints"u8))
                waiting.Add(ref reader);
            else
                reader.Skip();
        }

        if (!waiting.Any)
            return;
        do
        {
            if (Name(ref waiting.First).SequenceEqual("dataPoints"u8))
                ReadPoints(ref waiting.First, body, head, ref points);
            else
                waiting.First.Skip();
        }
        while (NextMember(ref waiting.First));
    }

    private static bool ReadBool(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False or JsonTokenType.Null => false,
            _ => throw new InvalidOtlpException("isMonotonic must be true or false."),
        };
    }

    private static void ReadPoints<TPoints>(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> body, in MetricHead head, ref TPoints points)
        where TPoints : IMetricPoints, allows ref struct
    {
        if (!BeginArray(ref reader, "dataPoints"))
            return;
        var problem = head.Problem;
        while (NextItem(ref reader, "dataPoints"))
        {
            if (problem is not { } wrong)
            {
                ReadPoint(ref reader, body, head, ref points);
                continue;
            }

            reader.Skip();
            points.Reject(wrong);
        }
    }

    private static void ReadPoint<TPoints>(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> body, in MetricHead head, ref TPoints points)
        where TPoints : IMetricPoints, allows ref struct
    {
        var point = new MetricPoint { Metric = head.Metric, IsCumulative = head.IsCumulative };
        UInt128 identity = 0;
        ulong flags = 0;
        while (NextMember(ref reader))
        {
            var name = Name(ref reader);
            if (name.SequenceEqual("attributes"u8))
                ReadAttributes(ref reader, body, ref point.Attributes, ref identity);
            else if (name.SequenceEqual("startTimeUnixNano"u8))
                point.StartNanoseconds = ReadInteger(ref reader, "startTimeUnixNano");
            else if (name.SequenceEqual("timeUnixNano"u8))
                point.TimeNanoseconds = ReadInteger(ref reader, "timeUnixNano");
            else if (head.Kind == MetricKind.Sum ? name.SequenceEqual("asInt"u8) || name.SequenceEqual("asDouble"u8) : name.SequenceEqual("count"u8))
                point.Count = ReadCount(ref reader, point.Count);
            else if (name.SequenceEqual("flags"u8))
                flags = ReadInteger(ref reader, "flags");
            else
                reader.Skip();
        }

        if ((flags & NoRecordedValue) != 0)
            return;
        point.Series = SeriesIdentity.Within(head.Identity, identity);
        points.Add(point);
    }

    private static double ReadCount(scoped ref Utf8JsonReader reader, double before)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? before : Number(ref reader);
    }

    private static void ReadAttributes(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> body, ref PointAttributes attributes, ref UInt128 identity)
    {
        if (!BeginArray(ref reader, "attributes"))
            return;
        while (NextItem(ref reader, "attributes"))
        {
            var attribute = ReadAttribute(ref reader, body, ref identity);
            if (PointAttributes.Concerns(attribute.Key))
                attributes.Add(attribute.Key, attribute.Text);
        }
    }

    // It is named as it was written: whoever sends a series writes it the same each time.
    private static JsonAttribute ReadAttribute(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> body, scoped ref UInt128 identity)
    {
        var start = (int)reader.TokenStartIndex;
        var attribute = JsonFields.ReadAttribute(ref reader);
        identity += SeriesIdentity.Of(body[start..(int)reader.BytesConsumed]);
        return attribute;
    }

    private static void Once(ref bool isKnown, string what)
    {
        if (isKnown)
            throw new InvalidOtlpException($"A {what} is there twice.");
        isKnown = true;
    }

    /// <summary>Members of an object that are read when it has ended.</summary>
    private ref struct Waiting
    {
        /// <summary>Stands at the name of the first of them; the others may follow.</summary>
        public Utf8JsonReader First;

        public bool Any { get; private set; }

        public void Add(scoped ref Utf8JsonReader reader)
        {
            if (!Any)
                First = reader;
            Any = true;
            reader.Skip();
        }
    }
}
