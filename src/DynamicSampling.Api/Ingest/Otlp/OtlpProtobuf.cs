using System.Buffers.Binary;
using static DynamicSampling.Api.Ingest.Otlp.ProtobufFields;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>
/// Finds the root spans of an ExportTraceServiceRequest in protobuf. What is not counted is stepped over, and its insides are never
/// looked at: the attributes of children, events, links. A field that is read must have its wire type. As everywhere in protobuf, of
/// a field that is there more than once the last counts, and messages are merged.
/// </summary>
internal static class OtlpProtobuf
{
    /// <exception cref="InvalidOtlpException">It cannot be decoded; what has been found so far is not to be used.</exception>
    public static void Read<TSpans>(ReadOnlySpan<byte> body, ref TSpans spans)
        where TSpans : IRootSpans, allows ref struct
    {
        var reader = new ProtobufReader(body);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
                ReadResourceSpans(Bytes(ref reader, type), ref spans);
            else
                reader.Skip(field, type);
        }
    }

    private static void ReadResourceSpans<TSpans>(ReadOnlySpan<byte> message, ref TSpans spans)
        where TSpans : IRootSpans, allows ref struct
    {
        // The resource may come after its spans. Stepping over them to find it costs next to nothing.
        var resource = default(ResourceAttributes);
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
                ReadResource(Bytes(ref reader, type), ref resource);
            else
                reader.Skip(field, type);
        }

        spans.Begin(resource.Resource);
        reader = new(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 2)
                ReadScopeSpans(Bytes(ref reader, type), ref spans);
            else
                reader.Skip(field, type);
        }
    }

    private static void ReadScopeSpans<TSpans>(ReadOnlySpan<byte> message, ref TSpans spans)
        where TSpans : IRootSpans, allows ref struct
    {
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 2)
                ReadSpan(Bytes(ref reader, type), ref spans);
            else
                reader.Skip(field, type);
        }
    }

    private static void ReadSpan<TSpans>(ReadOnlySpan<byte> message, ref TSpans spans)
        where TSpans : IRootSpans, allows ref struct
    {
        var span = default(RootSpan);
        ReadOnlySpan<byte> traceId = default;
        ReadOnlySpan<byte> spanId = default;
        ReadOnlySpan<byte> traceState = default;
        ReadOnlySpan<byte> parentId = default;
        var firstAttribute = default(ProtobufReader);
        var hasAttributes = false;
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 1:
                    traceId = Bytes(ref reader, type);
                    break;
                case 2:
                    spanId = Bytes(ref reader, type);
                    break;
                case 3:
                    traceState = Bytes(ref reader, type);
                    break;
                case 4:
                    parentId = Bytes(ref reader, type);
                    break;
                case 5:
                    span.Name = Bytes(ref reader, type);
                    break;
                case 7:
                    Expect(type, WireType.Fixed64);
                    span.StartNanoseconds = reader.ReadFixed64();
                    break;
                case 9:
                    // Whether they matter shows later: most spans are children, and some name their parent last.
                    if (!hasAttributes)
                        firstAttribute = reader;
                    hasAttributes = true;
                    Bytes(ref reader, type);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        if (parentId.ContainsAnyExcept((byte)0))
            return;
        span.Identity = Identity(traceId, spanId);
        span.Probability = Probability.OfTraceState(traceState);
        if (span.Probability is null && hasAttributes)
            span.Probability = ReadProbability(firstAttribute);
        spans.Add(span);
    }

    // Ids of other lengths, or of zeros, name nothing, so such a span cannot be known for a repeated one.
    private static SpanIdentity Identity(ReadOnlySpan<byte> traceId, ReadOnlySpan<byte> spanId)
    {
        if (traceId.Length != 16 || spanId.Length != 8)
            return default;
        var trace = BinaryPrimitives.ReadUInt128BigEndian(traceId);
        var span = BinaryPrimitives.ReadUInt64BigEndian(spanId);
        return trace == 0 || span == 0 ? default : new(trace, span);
    }

    private static void ReadResource(ReadOnlySpan<byte> message, ref ResourceAttributes resource)
    {
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
            {
                var attribute = ReadAttribute(Bytes(ref reader, type));
                resource.Add(attribute.Key, attribute.Text);
            }
            else
            {
                reader.Skip(field, type);
            }
        }
    }

    // The reader stands behind the first attribute's tag.
    private static double? ReadProbability(ProtobufReader reader)
    {
        var attributes = default(SamplerAttributes);
        var field = 9;
        var type = WireType.Bytes;
        do
        {
            if (field == 9)
            {
                var message = Bytes(ref reader, type);
                if (MayConcern(message))
                {
                    var attribute = ReadAttribute(message);
                    attributes.Add(attribute.Key, attribute.Text, attribute.Number);
                }
            }
            else
            {
                reader.Skip(field, type);
            }
        }
        while (reader.TryReadTag(out field, out type));

        return attributes.Probability;
    }

    // Everybody writes the key and then the value; one look at the key tells that nothing inside matters.
    private static bool MayConcern(ReadOnlySpan<byte> attribute)
    {
        var reader = new ProtobufReader(attribute);
        if (!reader.TryReadTag(out var field, out var type) || field != 1 || type != WireType.Bytes || SamplerAttributes.Concerns(reader.ReadBytes()))
            return true;
        if (!reader.TryReadTag(out field, out type) || field != 2 || type != WireType.Bytes)
            return true;
        reader.ReadBytes();
        return reader.TryReadTag(out _, out _);
    }
}
