using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>What the readers of JSON have in common. Null stands for a member that is not there, and a member that is read must have its type.</summary>
internal static class JsonFields
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    /// <summary>Goes into the object that a body is.</summary>
    /// <param name="body">The body; then what the reader's positions are in.</param>
    public static Utf8JsonReader BeginBody(scoped ref ReadOnlySpan<byte> body)
    {
        // Some write a byte order mark.
        if (body.StartsWith("\uFEFF"u8))
            body = body[3..];
        var reader = new Utf8JsonReader(body, Options);
        reader.Read();
        Expect(reader.TokenType, JsonTokenType.StartObject, "The body");
        return reader;
    }

    /// <summary>Makes sure that nothing follows.</summary>
    public static void EndBody(scoped ref Utf8JsonReader reader)
    {
        if (reader.Read())
            throw new InvalidOtlpException("Something follows the JSON object.");
    }

    public static InvalidOtlpException NotJson(JsonException exception) => new($"The body is no JSON: {exception.Message}", exception);

    /// <summary>Reads a KeyValue.</summary>
    public static JsonAttribute ReadAttribute(scoped ref Utf8JsonReader reader)
    {
        var attribute = default(JsonAttribute);
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
    private static void ReadValue(scoped ref Utf8JsonReader reader, ref JsonAttribute attribute)
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
    public static bool NextMember(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName;
    }

    public static bool NextItem(scoped ref Utf8JsonReader reader, string array)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
            return false;
        Expect(reader.TokenType, JsonTokenType.StartObject, array);
        return true;
    }

    /// <summary>Goes into an array; null stands for an empty one.</summary>
    public static bool BeginArray(scoped ref Utf8JsonReader reader, string name) => Begin(ref reader, JsonTokenType.StartArray, name);

    public static bool BeginObject(scoped ref Utf8JsonReader reader, string name) => Begin(ref reader, JsonTokenType.StartObject, name);

    private static bool Begin(scoped ref Utf8JsonReader reader, JsonTokenType type, string name)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return false;
        Expect(reader.TokenType, type, name);
        return true;
    }

    // The bytes are those of the body, unless it escapes them.
    public static ReadOnlySpan<byte> Name(scoped ref Utf8JsonReader reader) => reader.ValueIsEscaped ? JsonText.Unescape(reader.ValueSpan) : reader.ValueSpan;

    public static ReadOnlySpan<byte> ReadText(scoped ref Utf8JsonReader reader)
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

    public static ulong ReadInteger(scoped ref Utf8JsonReader reader, string name)
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
                throw new InvalidOtlpException($"{name} must be an integer of 64 bits.");
        }
    }

    // Integers need not fit into 64 bits: JavaScript's do not always.
    public static double Number(scoped ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var number))
            return number;
        if (reader.TokenType == JsonTokenType.String && JsonText.Number(Text(ref reader)) is { } written)
            return written;
        throw new InvalidOtlpException("intValue, doubleValue and counts must be numbers.");
    }

    public static void Expect(JsonTokenType actual, JsonTokenType type, string what)
    {
        if (actual != type)
            ThrowType(type, what);
    }

    [DoesNotReturn]
    private static void ThrowType(JsonTokenType type, string what) =>
        throw new InvalidOtlpException($"{what} must be {type switch { JsonTokenType.StartArray => "an array", JsonTokenType.StartObject => "an object", _ => "a string" }}.");
}

/// <summary>An attribute; its texts are bytes of the body, unless it escapes them.</summary>
internal ref struct JsonAttribute
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
