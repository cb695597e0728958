using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using static DynamicSampling.Api.Ingest.Otlp.JsonFields;

namespace DynamicSampling.Api.Ingest.Otlp;

/// <summary>
/// Finds the root spans of an ExportTraceServiceRequest in JSON: names in lowerCamelCase, ids in hexadecimal, 64-bit integers as strings
/// or numbers. Unknown members are stepped over, null stands for a member that is not there, and a member that is read must have its
/// type. Of a member that is there more than once the last counts, and arrays go on; only a resource must not be there twice, because
/// its spans may stand between.
/// </summary>
internal static class OtlpJson
{
    /// <exception cref="InvalidOtlpException">It cannot be decoded; what has been found so far is not to be used.</exception>
    public static void Read<TSpans>(ReadOnlySpan<byte> body, ref TSpans spans)
        where TSpans : IRootSpans, allows ref struct
    {
        try
        {
            var reader = BeginBody(ref body);
            while (NextMember(ref reader))
            {
                if (Name(ref reader).SequenceEqual("resourceSpans"u8))
                    ReadAllResourceSpans(ref reader, ref spans);
                else
                    reader.Skip();
            }

            EndBody(ref reader);
        }
        catch (JsonException exception)
        {
            throw NotJson(exception);
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
                span.StartNanoseconds = ReadInteger(ref reader, "startTimeUnixNano");
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
}
