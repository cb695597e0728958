using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>
/// Finds the root spans of an ExportTraceServiceRequest in JSON: names in lowerCamelCase, ids in hexadecimal, 64-bit integers as strings
/// or numbers. Unknown members are stepped over, null stands for a member that is not there, and a member that is read must have its
/// type. Of a member that is there more than once the last counts, and arrays go on; only a resource must not be there twice, because
/// its spans may stand between.
/// </summary>
internal static class OtlpJson
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    /// <exception cref="InvalidOtlpException">It cannot be decoded; what has been found so far is not to be used.</exception>
    public static void Read<TSpans>(ReadOnlySpan<byte> body, ref TSpans spans)
        where TSpans : IRootSpans, allows ref struct
    {
        // Some write a byte order mark.
        if (body.StartsWith("\uFEFF"u8))
            body = body[3..];
        try
        {
            var reader = new Utf8JsonReader(body, Options);
            reader.Read();
            Expect(reader.TokenType, JsonTokenType.StartObject, "The body");
            while (NextMember(ref reader))
            {
                if (Name(ref reader).SequenceEqual("resourceSpans"u8))
                    ReadAllResourceSpans(ref reader, ref spans);
                else
                    reader.Skip();
            }

            if (reader.Read())
                throw new InvalidOtlpException("Something follows the JSON object.");
        }
        catch (JsonException exception)
        {
            throw new InvalidOtlpException($"The body is no JSON: {exception.Message}", exception);
        }
    }

    private static void ReadAllResourceSpans<TSpans>(scoped ref Utf8JsonReader reader, ref TSpans spans)
        where TSpans : IRootSpans, allows ref struct
    {
        if (!BeginArray(ref reader, "resourceSpans"))
            return;
        while (NextItem(ref reader, "resourceSpans"))
            ReadResourceSpans(ref reader, ref spans);
    }

    private static void ReadResourceSpans<TSpans>(scoped ref Utf8JsonReader reader, ref TSpans spans)
        where TSpans : IRootSpans, allows ref struct
    {
        var resource = default(ResourceAttributes);
        var firstScopes = default(Utf8JsonReader);
        var areDeferred = false;
        var isKnown = false;
        var hasBegun = false;
        while (NextMember(ref reader))
        {
            var name = Name(ref reader);
            if (name.SequenceEqual("resource"u8))
            {
                if (!BeginObject(ref reader, "resource"))
                    continue;
                if (isKnown)
                    throw new InvalidOtlpException("A resource is there twice.");
                isKnown = true;
                ReadResource(ref reader, ref resource);
            }
            else if (!name.SequenceEqual("scopeSpans"u8))
            {
                reader.Skip();
            }
            else if (isKnown && !areDeferred)
            {
                if (!hasBegun)
                    spans.Begin(resource.Resource);
                hasBegun = true;
                ReadScopes(ref reader, ref spans);
            }
            else
            {
                // Spans before their resource wait until it is known.
                if (!areDeferred)
                    firstScopes = reader;
                areDeferred = true;
                reader.Skip();
            }
        }

        if (!areDeferred)
            return;
        spans.Begin(resource.Resource);
        do
        {
            if (Name(ref firstScopes).SequenceEqual("scopeSpans"u8))
                ReadScopes(ref firstScopes, ref spans);
            else
                firstScopes.Skip();
        }
        while (NextMember(ref firstScopes));
    }

    private static void ReadScopes<TSpans>(scoped ref Utf8JsonReader reader, ref TSpans spans)
        where TSpans : IRootSpans, allows ref struct
    {
        if (!BeginArray(ref reader, "scopeSpans"))
            return;
        while (NextItem(ref reader, "scopeSpans"))
        {
            while (NextMember(ref reader))
            {
                if (!Name(ref reader).SequenceEqual("spans"u8))
                {
                    reader.Skip();
                }
                else if (BeginArray(ref reader, "spans"))
                {
                    while (NextItem(ref reader, "spans"))
                        ReadSpan(ref reader, ref spans);
                }
            }
        }
    }

    private static void ReadSpan<TSpans>(scoped ref Utf8JsonReader reader, ref TSpans spans)
        where TSpans : IRootSpans, allows ref struct
    {
        var span = default(RootSpan);
        var attributes = default(SamplerAttributes);
        ReadOnlySpan<byte> traceId = default;
        ReadOnlySpan<byte> spanId = default;
        ReadOnlySpan<byte> traceState = default;
        ReadOnlySpan<byte> parentId = default;
        while (NextMember(ref reader))
        {
            var name = Name(ref reader);
            if (name.SequenceEqual("traceId"u8))
                traceId = ReadText(ref reader);
            else if (name.SequenceEqual("spanId"u8))
                spanId = ReadText(ref reader);
            else if (name.SequenceEqual("traceState"u8))
                traceState = ReadText(ref reader);
            else if (name.SequenceEqual("parentSpanId"u8))
                parentId = ReadText(ref reader);
            else if (name.SequenceEqual("name"u8))
                span.Name = ReadText(ref reader);
            else if (name.SequenceEqual("startTimeUnixNano"u8))
                span.StartNanoseconds = ReadInteger(ref reader);
            else if (name.SequenceEqual("attributes"u8))
                ReadAttributes(ref reader, ref attributes);
            else
                reader.Skip();
        }

        if (parentId.ContainsAnyExcept((byte)'0'))
            return;
        span.Identity = Identity(traceId, spanId);
        span.Probability = Probability.OfTraceState(traceState) ?? attributes.Probability;
        spans.Add(span);
    }

    // Ids of other lengths, or of zeros, name nothing, so such a span cannot be known for a repeated one.
    private static SpanIdentity Identity(ReadOnlySpan<byte> traceId, ReadOnlySpan<byte> spanId)
    {
        Span<byte> bytes = stackalloc byte[24];
        if (traceId.Length != 32 || Convert.FromHexString(traceId, bytes, out _, out _) != OperationStatus.Done)
            return default;
        if (spanId.Length != 16 || Convert.FromHexString(spanId, bytes[16..], out _, out _) != OperationStatus.Done)
            return default;
        var trace = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        var span = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        return trace == 0 || span == 0 ? default : new(trace, span);
    }

    private static void ReadResource(scoped ref Utf8JsonReader reader, ref ResourceAttributes resource)
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
                    var attribute = ReadAttribute(ref reader);
                    if (ResourceAttributes.Concerns(attribute.Key))
                        resource.Add(attribute.Key, attribute.Text);
                }
            }
        }
    }

    private static void ReadAttributes(scoped ref Utf8JsonReader reader, ref SamplerAttributes attributes)
    {
        if (!BeginArray(ref reader, "attributes"))
            return;
        while (NextItem(ref reader, "attributes"))
        {
            var attribute = ReadAttribute(ref reader);
            if (SamplerAttributes.Concerns(attribute.Key))
                attributes.Add(attribute.Key, attribute.Text, attribute.Number);
        }
    }

    private static Attribute ReadAttribute(scoped ref Utf8JsonReader reader)
    {
        var attribute = default(Attribute);
        while (NextMember(ref reader))
        {
            var name = Name(ref reader);
            if (name.SequenceEqual("key"u8))
                attribute.Key = ReadText(ref reader);
            else if (!name.SequenceEqual("value"u8))
                reader.Skip();
            else if (BeginObject(ref reader, "value"))
                ReadValue(ref reader, ref attribute);
        }

        return attribute;
    }

    // A value is of one kind; of several the last counts.
    private static void ReadValue(scoped ref Utf8JsonReader reader, ref Attribute attribute)
    {
        while (NextMember(ref reader))
        {
            var name = Name(ref reader);
            var isText = name.SequenceEqual("stringValue"u8);
            var isNumber = name.SequenceEqual("intValue"u8) || name.SequenceEqual("doubleValue"u8);
            var isOther = name.SequenceEqual("boolValue"u8) || name.SequenceEqual("arrayValue"u8) || name.SequenceEqual("kvlistValue"u8) || name.SequenceEqual("bytesValue"u8);
            reader.Read();
            if ((isText || isNumber || isOther) && reader.TokenType != JsonTokenType.Null)
                attribute.Set(isText ? Raw(ref reader) : default, isText && reader.ValueIsEscaped, isNumber ? Number(ref reader) : null);
            reader.Skip();
        }
    }

    /// <summary>Goes to the next member's name.</summary>
    private static bool NextMember(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName;
    }

    private static bool NextItem(scoped ref Utf8JsonReader reader, string array)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
            return false;
        Expect(reader.TokenType, JsonTokenType.StartObject, array);
        return true;
    }

    /// <summary>Goes into an array; null stands for an empty one.</summary>
    private static bool BeginArray(scoped ref Utf8JsonReader reader, string name) => Begin(ref reader, JsonTokenType.StartArray, name);

    private static bool BeginObject(scoped ref Utf8JsonReader reader, string name) => Begin(ref reader, JsonTokenType.StartObject, name);

    private static bool Begin(scoped ref Utf8JsonReader reader, JsonTokenType type, string name)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return false;
        Expect(reader.TokenType, type, name);
        return true;
    }

    // The bytes are those of the body, unless it escapes them.
    private static ReadOnlySpan<byte> Name(scoped ref Utf8JsonReader reader) => reader.ValueIsEscaped ? JsonText.Unescape(reader.ValueSpan) : reader.ValueSpan;

    private static ReadOnlySpan<byte> ReadText(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Null ? default : Text(ref reader);
    }

    private static ReadOnlySpan<byte> Text(scoped ref Utf8JsonReader reader)
    {
        var raw = Raw(ref reader);
        return reader.ValueIsEscaped ? JsonText.Unescape(raw) : raw;
    }

    private static ReadOnlySpan<byte> Raw(scoped ref Utf8JsonReader reader)
    {
        Expect(reader.TokenType, JsonTokenType.String, "A name, an id or another text");
        return reader.ValueSpan;
    }

    private static ulong ReadInteger(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return 0;
            case JsonTokenType.Number when reader.TryGetUInt64(out var number):
                return number;
            // 1.5e18 is an integer, too.
            case JsonTokenType.Number when reader.TryGetDecimal(out var number) && number is >= 0 and <= ulong.MaxValue && decimal.IsInteger(number):
                return (ulong)number;
            case JsonTokenType.String when Text(ref reader) is var text && Utf8Parser.TryParse(text, out ulong number, out var read) && read == text.Length:
                return number;
            default:
                throw new InvalidOtlpException("startTimeUnixNano must be an integer of 64 bits.");
        }
    }

    // Integers need not fit into 64 bits: JavaScript's do not always.
    private static double Number(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var number))
            return number;
        if (reader.TokenType == JsonTokenType.String && JsonText.Number(Text(ref reader)) is { } written)
            return written;
        throw new InvalidOtlpException("intValue and doubleValue must be numbers.");
    }

    private static void Expect(JsonTokenType actual, JsonTokenType type, string what)
    {
        if (actual != type)
            ThrowType(type, what);
    }

    [DoesNotReturn]
    private static void ThrowType(JsonTokenType type, string what) =>
        throw new InvalidOtlpException($"{what} must be {type switch { JsonTokenType.StartArray => "an array", JsonTokenType.StartObject => "an object", _ => "a string" }}.");

    private ref struct Attribute
    {
        private ReadOnlySpan<byte> _raw;
        private bool _isEscaped;

        public ReadOnlySpan<byte> Key;

        /// <summary>Asked for only when the key concerns us, because texts of many lines are escaped.</summary>
        public readonly ReadOnlySpan<byte> Text => _isEscaped ? JsonText.Unescape(_raw) : _raw;

        public double? Number { get; private set; }

        public void Set(ReadOnlySpan<byte> raw, bool isEscaped, double? number)
        {
            _raw = raw;
            _isEscaped = isEscaped;
            Number = number;
        }
    }
}
