using System.Buffers.Binary;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>
/// Finds the root spans of an ExportTraceServiceRequest in protobuf. Children are stepped over as soon as their parent is seen, and
/// all that is not counted is never looked at.
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
                ReadResourceSpans(Message(ref reader, type), ref spans);
            else
                reader.Skip(field, type);
        }
    }

    private static void ReadResourceSpans<TSpans>(ReadOnlySpan<byte> message, ref TSpans spans)
        where TSpans : IRootSpans, allows ref struct
    {
        // The resource may come after its spans. Stepping over them to find it costs next to nothing.
        var resource = default(SpanResource);
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
                ReadResource(Message(ref reader, type), ref resource);
            else
                reader.Skip(field, type);
        }

        spans.Begin(resource);
        reader = new(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 2)
                ReadScopeSpans(Message(ref reader, type), ref spans);
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
                ReadSpan(Message(ref reader, type), ref spans);
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
        var isRoot = true;
        var hasAttributes = false;
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 1:
                    traceId = Message(ref reader, type);
                    break;
                case 2:
                    spanId = Message(ref reader, type);
                    break;
                case 3:
                    traceState = Message(ref reader, type);
                    break;
                case 4:
                    // The last one counts.
                    isRoot = !Message(ref reader, type).ContainsAnyExcept((byte)0);
                    break;
                case 5:
                    span.Name = Message(ref reader, type);
                    break;
                case 7:
                    if (type != WireType.Fixed64)
                        throw WrongType(field);
                    span.StartNanoseconds = reader.ReadFixed64();
                    break;
                case 9:
                    hasAttributes = true;
                    reader.Skip(field, type);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        if (!isRoot)
            return;
        // Ids of other lengths name nothing, so such a span cannot be known for a repeated one.
        if (traceId.Length == 16 && spanId.Length == 8)
            span.Identity = new(BinaryPrimitives.ReadUInt128BigEndian(traceId), BinaryPrimitives.ReadUInt64BigEndian(spanId));
        span.Probability = Probability.OfTraceState(traceState) ?? (hasAttributes ? ReadProbability(message) : null);
        spans.Add(span);
    }

    private static void ReadResource(ReadOnlySpan<byte> message, ref SpanResource resource)
    {
        ReadOnlySpan<byte> olderEnvironment = default;
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field != 1)
            {
                reader.Skip(field, type);
                continue;
            }

            var (key, value) = ReadAttribute(Message(ref reader, type));
            if (key.SequenceEqual("service.name"u8))
                resource.Service = value.Text;
            else if (key.SequenceEqual("service.version"u8))
                resource.Release = value.Text;
            else if (key.SequenceEqual("deployment.environment.name"u8))
                resource.Environment = value.Text;
            else if (key.SequenceEqual("deployment.environment"u8))
                olderEnvironment = value.Text;
        }

        if (resource.Environment.IsEmpty)
            resource.Environment = olderEnvironment;
    }

    private static double? ReadProbability(ReadOnlySpan<byte> span)
    {
        var attributes = new SamplerAttributes();
        var reader = new ProtobufReader(span);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 9)
            {
                var (key, value) = ReadAttribute(Message(ref reader, type));
                attributes.Add(key, value.Text, value.Number);
            }
            else
            {
                reader.Skip(field, type);
            }
        }

        return attributes.Probability;
    }

    private static Attribute ReadAttribute(ReadOnlySpan<byte> message)
    {
        var attribute = default(Attribute);
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
                attribute.Key = Message(ref reader, type);
            else if (field == 2)
                attribute.Value = ReadValue(Message(ref reader, type));
            else
                reader.Skip(field, type);
        }

        return attribute;
    }

    private static AttributeValue ReadValue(ReadOnlySpan<byte> message)
    {
        var value = default(AttributeValue);
        var reader = new ProtobufReader(message);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field, type)
            {
                // One of them is there; of several the last counts.
                case (1, WireType.Bytes):
                    value = new() { Text = reader.ReadBytes() };
                    break;
                case (3, WireType.Varint):
                    value = new() { Number = (long)reader.ReadVarint() };
                    break;
                case (4, WireType.Fixed64):
                    value = new() { Number = BitConverter.UInt64BitsToDouble(reader.ReadFixed64()) };
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        return value;
    }

    private static ReadOnlySpan<byte> Message(scoped ref ProtobufReader reader, WireType type) =>
        type == WireType.Bytes ? reader.ReadBytes() : throw WrongType(field: null);

    private static InvalidOtlpException WrongType(int? field) =>
        new(field is null ? "A field that should have bytes has a number." : $"Field {field} has another wire type than it should.");

    private ref struct Attribute
    {
        public ReadOnlySpan<byte> Key;
        public AttributeValue Value;

        public readonly void Deconstruct(out ReadOnlySpan<byte> key, out AttributeValue value)
        {
            key = Key;
            value = Value;
        }
    }

    private ref struct AttributeValue
    {
        public ReadOnlySpan<byte> Text;
        public double? Number;
    }
}
