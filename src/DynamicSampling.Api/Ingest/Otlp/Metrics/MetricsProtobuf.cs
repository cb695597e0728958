using static DynamicSampling.Api.Ingest.Otlp.ProtobufFields;

namespace DynamicSampling.Api.Ingest.Otlp.Metrics;

/// <summary>
/// Finds the data points of an ExportMetricsServiceRequest in protobuf that count requests. Other metrics are stepped over, and so is what is not
/// needed of these: buckets, exemplars. What stands after what it belongs to is looked for first, since stepping over the rest costs next to
/// nothing. As everywhere in protobuf, of a field that is there more than once the last counts, and messages are merged.
/// </summary>
internal static class MetricsProtobuf
{
    private const uint NoRecordedValue = 1;

    /// <exception cref="InvalidOtlpException">It cannot be decoded; what has been found so far is not to be used.</exception>
    public static void Read<TPoints>(ReadOnlySpan<byte> body, ref TPoints points)
        where TPoints : IMetricPoints, allows ref struct
    {
        var reader = new ProtobufReader(body);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
                ReadResourceMetrics(Bytes(ref reader, type), ref points);
            else
                reader.Skip(field, type);
        }
    }

    private static void ReadResourceMetrics<TPoints>(ReadOnlySpan<byte> message, ref TPoints points)
        where TPoints : IMetricPoints, allows ref struct
    {
        var resource = default(ResourceAttributes);
        UInt128 identity = 0;
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
                ReadResource(Bytes(ref reader, type), ref resource, ref identity);
            else
                reader.Skip(field, type);
        }

        points.Begin(resource.Resource.Service);
        reader = new(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 2)
                ReadScopeMetrics(Bytes(ref reader, type), identity, ref points);
            else
                reader.Skip(field, type);
        }
    }

    private static void ReadResource(ReadOnlySpan<byte> message, ref ResourceAttributes resource, ref UInt128 identity)
    {
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
            {
                var bytes = Bytes(ref reader, type);
                identity += SeriesIdentity.Of(bytes);
                var attribute = ReadAttribute(bytes);
                resource.Add(attribute.Key, attribute.Text);
            }
            else
            {
                reader.Skip(field, type);
            }
        }
    }

    private static void ReadScopeMetrics<TPoints>(ReadOnlySpan<byte> message, UInt128 resource, ref TPoints points)
        where TPoints : IMetricPoints, allows ref struct
    {
        ReadOnlySpan<byte> scope = default;
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
                ReadScope(Bytes(ref reader, type), ref scope);
            else
                reader.Skip(field, type);
        }

        var identity = SeriesIdentity.Within(resource, SeriesIdentity.Of(scope));
        reader = new(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 2)
                ReadMetric(Bytes(ref reader, type), identity, ref points);
            else
                reader.Skip(field, type);
        }
    }

    private static void ReadScope(ReadOnlySpan<byte> message, ref ReadOnlySpan<byte> name)
    {
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
                name = Bytes(ref reader, type);
            else
                reader.Skip(field, type);
        }
    }

    private static void ReadMetric<TPoints>(ReadOnlySpan<byte> message, UInt128 scope, ref TPoints points)
        where TPoints : IMetricPoints, allows ref struct
    {
        ReadOnlySpan<byte> name = default;
        var data = default(ProtobufReader);
        var kind = 0;
        var reader = new ProtobufReader(message);
        var before = reader;
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
            {
                name = Bytes(ref reader, type);
            }
            else if (field is MetricKind.Gauge or MetricKind.Sum or MetricKind.Histogram or MetricKind.ExponentialHistogram or MetricKind.Summary)
            {
                // A metric is of one kind; of several the last counts, and what was of another is gone.
                if (field != kind)
                    data = before;
                kind = field;
                Bytes(ref reader, type);
            }
            else
            {
                reader.Skip(field, type);
            }

            before = reader;
        }

        var metric = CountedMetrics.Of(name);
        if (metric == CountedMetric.None || kind == 0)
            return;
        var head = new MetricHead(metric, kind, scope);
        for (reader = data; reader.TryReadTag(out var field, out var type);)
        {
            if (field == kind)
                ReadTemporality(Bytes(ref reader, type), ref head);
            else
                reader.Skip(field, type);
        }

        for (reader = data; reader.TryReadTag(out var field, out var type);)
        {
            if (field == kind)
                ReadPoints(Bytes(ref reader, type), head, ref points);
            else
                reader.Skip(field, type);
        }
    }

    // Gauges and summaries have none, so nothing of them is looked at.
    private static void ReadTemporality(ReadOnlySpan<byte> message, ref MetricHead head)
    {
        if (head.Kind is MetricKind.Gauge or MetricKind.Summary)
            return;
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 2)
            {
                Expect(type, WireType.Varint);
                head.Temporality = (long)reader.ReadVarint();
            }
            else if (field == 3 && head.Kind == MetricKind.Sum)
            {
                Expect(type, WireType.Varint);
                head.IsMonotonic = reader.ReadVarint() != 0;
            }
            else
            {
                reader.Skip(field, type);
            }
        }
    }

    private static void ReadPoints<TPoints>(ReadOnlySpan<byte> message, in MetricHead head, ref TPoints points)
        where TPoints : IMetricPoints, allows ref struct
    {
        var problem = head.Problem;
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field != 1)
            {
                reader.Skip(field, type);
                continue;
            }

            var point = Bytes(ref reader, type);
            if (problem is { } wrong)
                points.Reject(wrong);
            else
                ReadPoint(point, head, ref points);
        }
    }

    private static void ReadPoint<TPoints>(ReadOnlySpan<byte> message, in MetricHead head, ref TPoints points)
        where TPoints : IMetricPoints, allows ref struct
    {
        var (attributes, flags) = head.Kind switch
        {
            MetricKind.Sum => (7, 8),
            MetricKind.Histogram => (9, 10),
            _ => (1, 10),
        };
        var point = new MetricPoint { Metric = head.Metric, IsCumulative = head.IsCumulative };
        UInt128 identity = 0;
        ulong flag = 0;
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == attributes)
            {
                var bytes = Bytes(ref reader, type);
                identity += SeriesIdentity.Of(bytes);
                AddAttribute(bytes, ref point.Attributes);
            }
            else if (field == 2)
            {
                point.StartNanoseconds = Fixed64(ref reader, type);
            }
            else if (field == 3)
            {
                point.TimeNanoseconds = Fixed64(ref reader, type);
            }
            else if (field == 4)
            {
                var bits = Fixed64(ref reader, type);
                point.Count = head.Kind == MetricKind.Sum ? BitConverter.UInt64BitsToDouble(bits) : bits;
            }
            else if (field == 6 && head.Kind == MetricKind.Sum)
            {
                point.Count = (long)Fixed64(ref reader, type);
            }
            else if (field == flags)
            {
                Expect(type, WireType.Varint);
                flag = reader.ReadVarint();
            }
            else
            {
                reader.Skip(field, type);
            }
        }

        if ((flag & NoRecordedValue) != 0)
            return;
        point.Series = SeriesIdentity.Within(head.Identity, identity);
        points.Add(point);
    }

    // Everybody writes the key and then the value: most are known by their key not to matter.
    private static void AddAttribute(ReadOnlySpan<byte> message, ref PointAttributes attributes)
    {
        var attribute = ReadAttribute(message);
        if (PointAttributes.Concerns(attribute.Key))
            attributes.Add(attribute.Key, attribute.Text);
    }

    private static ulong Fixed64(scoped ref ProtobufReader reader, WireType type)
    {
        Expect(type, WireType.Fixed64);
        return reader.ReadFixed64();
    }
}
