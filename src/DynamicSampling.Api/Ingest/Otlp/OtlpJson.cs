using System.Globalization;
using System.Text.Json;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>
/// Finds the root spans of an ExportTraceServiceRequest in JSON: names in lowerCamelCase, ids in hexadecimal, 64-bit integers as strings
/// or numbers. Unknown members are stepped over.
/// </summary>
internal static class OtlpJson
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 64 };

    /// <exception cref="InvalidOtlpException">It cannot be decoded; what has been found so far is not to be used.</exception>
    public static void Read<TSpans>(ReadOnlySpan<byte> body, ref TSpans spans)
        where TSpans : IRootSpans, allows ref struct
    {
        try
        {
            var reader = new Utf8JsonReader(body, Options);
            reader.Read();
            Expect(reader, JsonTokenType.StartObject, "The body");
            while (NextMember(ref reader))
            {
                if (!reader.ValueTextEquals("resourceSpans"u8))
                {
                    reader.Skip();
                    continue;
                }

                if (BeginArray(ref reader, "resourceSpans"))
                {
                    while (NextItem(ref reader, "resourceSpans"))
                        ReadResourceSpans(ref reader, ref spans);
                }
            }

            if (reader.Read())
                throw new InvalidOtlpException("Something follows the JSON object.");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter for strings that are not well-formed.
            throw new InvalidOtlpException($"The body is not JSON as it should be: {exception.Message}", exception);
        }
    }

    private static void ReadResourceSpans<TSpans>(scoped ref Utf8JsonReader reader, ref TSpans spans)
        where TSpans : IRootSpans, allows ref struct
    {
        var resource = default(SpanResource);
        var beforeSpans = default(Utf8JsonReader);
        var areDeferred = false;
        var isKnown = false;
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("resource"u8))
            {
                ReadResource(ref reader, ref resource);
                isKnown = true;
            }
            else if (reader.ValueTextEquals("scopeSpans"u8) && isKnown)
            {
                spans.Begin(resource);
                ReadScopes(ref reader, ref spans);
            }
            else
            {
                // Spans before their resource wait until it is known.
                if (reader.ValueTextEquals("scopeSpans"u8) && !areDeferred)
                {
                    beforeSpans = reader;
                    areDeferred = true;
                }

                reader.Skip();
            }
        }

        if (!areDeferred)
            return;
        spans.Begin(resource);
        ReadScopes(ref beforeSpans, ref spans);
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
                if (!reader.ValueTextEquals("spans"u8))
                    reader.Skip();
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
        ReadOnlySpan<byte> traceState = default;
        UInt128? traceId = null;
        ulong? spanId = null;
        var isRoot = true;
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("traceId"u8))
                traceId = ReadText(ref reader) is { Length: 32 } hex && UInt128.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ? id : null;
            else if (reader.ValueTextEquals("spanId"u8))
                spanId = ReadText(ref reader) is { Length: 16 } hex && ulong.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ? id : null;
            else if (reader.ValueTextEquals("traceState"u8))
                traceState = ReadText(ref reader);
            else if (reader.ValueTextEquals("parentSpanId"u8))
                isRoot = !ReadText(ref reader).ContainsAnyExcept((byte)'0');
            else if (reader.ValueTextEquals("name"u8))
                span.Name = ReadText(ref reader);
            else if (reader.ValueTextEquals("startTimeUnixNano"u8))
                span.StartNanoseconds = ReadInteger(ref reader);
            else if (reader.ValueTextEquals("attributes"u8))
                ReadAttributes(ref reader, ref attributes);
            else
                reader.Skip();
        }

        if (!isRoot)
            return;
        if (traceId is { } trace && spanId is { } own)
            span.Identity = new(trace, own);
        span.Probability = Probability.OfTraceState(traceState) ?? attributes.Probability;
        spans.Add(span);
    }

    private static void ReadAttributes(scoped ref Utf8JsonReader reader, ref SamplerAttributes attributes)
    {
        if (!BeginArray(ref reader, "attributes"))
            return;
        while (NextItem(ref reader, "attributes"))
        {
            ReadAttribute(ref reader, out var key, out var text, out var number);
            attributes.Add(key, text, number);
        }
    }

    private static void ReadResource(scoped ref Utf8JsonReader reader, ref SpanResource resource)
    {
        ReadOnlySpan<byte> olderEnvironment = default;
        if (!BeginObject(ref reader, "resource"))
            return;
        while (NextMember(ref reader))
        {
            if (!reader.ValueTextEquals("attributes"u8))
            {
                reader.Skip();
                continue;
            }

            if (!BeginArray(ref reader, "attributes"))
                continue;
            while (NextItem(ref reader, "attributes"))
            {
                ReadAttribute(ref reader, out var key, out var text, out _);
                if (key.SequenceEqual("service.name"u8))
                    resource.Service = text;
                else if (key.SequenceEqual("service.version"u8))
                    resource.Release = text;
                else if (key.SequenceEqual("deployment.environment.name"u8))
                    resource.Environment = text;
                else if (key.SequenceEqual("deployment.environment"u8))
                    olderEnvironment = text;
            }
        }

        if (resource.Environment.IsEmpty)
            resource.Environment = olderEnvironment;
    }

    private static void ReadAttribute(scoped ref Utf8JsonReader reader, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> text, out double? number)
    {
        key = default;
        text = default;
        number = null;
        while (NextMember(ref reader))
        {
            if (reader.ValueTextEquals("key"u8))
            {
                key = ReadText(ref reader);
            }
            else if (reader.ValueTextEquals("value"u8) && BeginObject(ref reader, "value"))
            {
                while (NextMember(ref reader))
                {
                    if (reader.ValueTextEquals("stringValue"u8))
                        text = ReadText(ref reader);
                    else if (reader.ValueTextEquals("intValue"u8) || reader.ValueTextEquals("doubleValue"u8))
                        number = ReadNumber(ref reader);
                    else
                        reader.Skip();
                }
            }
            else if (reader.TokenType == JsonTokenType.PropertyName)
            {
                reader.Skip();
            }
        }
    }

    /// <summary>Goes to the next member's name.</summary>
    private static bool NextMember(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.PropertyName;
    }

    private static bool NextItem(scoped ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndArray)
            return false;
        Expect(reader, JsonTokenType.StartObject, $"An item of {name}");
        return true;
    }

    /// <summary>Goes into an array; null stands for an empty one.</summary>
    private static bool BeginArray(scoped ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return false;
        Expect(reader, JsonTokenType.StartArray, name);
        return true;
    }

    private static bool BeginObject(scoped ref Utf8JsonReader reader, string name)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return false;
        Expect(reader, JsonTokenType.StartObject, name);
        return true;
    }

    // The bytes are those of the body, unless it escapes them.
    private static ReadOnlySpan<byte> ReadText(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
            return default;
        Expect(reader, JsonTokenType.String, "A name, an id or another text");
        if (!reader.ValueIsEscaped)
            return reader.ValueSpan;
        var unescaped = new byte[reader.ValueSpan.Length];
        return unescaped.AsSpan(0, reader.CopyString(unescaped));
    }

    private static ulong ReadInteger(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.Null => 0,
            JsonTokenType.Number when reader.TryGetUInt64(out var number) => number,
            JsonTokenType.String when ulong.TryParse(reader.ValueSpan, CultureInfo.InvariantCulture, out var number) => number,
            _ => throw new InvalidOtlpException("startTimeUnixNano must be a number of 64 bits."),
        };
    }

    private static double? ReadNumber(scoped ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Number)
            return reader.TryGetDouble(out var number) ? number : null;
        if (reader.TokenType == JsonTokenType.String)
            return double.TryParse(reader.ValueSpan, CultureInfo.InvariantCulture, out var number) ? number : null;
        reader.Skip();
        return null;
    }

    private static void Expect(Utf8JsonReader reader, JsonTokenType type, string what)
    {
        if (reader.TokenType != type)
            throw new InvalidOtlpException($"{what} must be {(type switch { JsonTokenType.StartArray => "an array", JsonTokenType.StartObject => "an object", _ => "a string" })}.");
    }
}
