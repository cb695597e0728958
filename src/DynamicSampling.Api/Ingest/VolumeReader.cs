using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace DynamicSampling.Api.Ingest;

/// <summary>Reads volumes as they arrive, item by item; of the body no more than one item is held.</summary>
internal static class VolumeReader
{
    /// <summary>Far above any item with names of 200 characters, however they are escaped.</summary>
    public const int MaxItemBytes = 64 * 1024;

    private static readonly JsonReaderOptions Json = new() { MaxDepth = 8 };

    /// <exception cref="InvalidVolumeException">An item is not right; the batch is not to be used then.</exception>
    public static async Task ReadArrayAsync(PipeReader body, VolumeItemParser parser, CancellationToken cancellationToken)
    {
        var array = new ArrayProgress(new(Json), Items: -1, IsAtEnd: false);
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            var rest = ReadItems(read.Buffer, read.IsCompleted, parser, ref array);
            if (rest.Length > MaxItemBytes)
                throw TooLong("an item").AtItem(Math.Max(0, array.Items));
            body.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
                return;
        }
    }

    /// <inheritdoc cref="ReadArrayAsync"/>
    public static async Task ReadLinesAsync(PipeReader body, VolumeItemParser parser, CancellationToken cancellationToken)
    {
        var line = 0L;
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            while (rest.PositionOf((byte)'\n') is { } end)
            {
                ParseLine(rest.Slice(0, end), ++line, parser);
                rest = rest.Slice(rest.GetPosition(1, end));
            }

            if (rest.Length > MaxItemBytes)
                throw TooLong("a line").AtLine(line + 1);
            if (read.IsCompleted)
            {
                ParseLine(rest, line + 1, parser);
                body.AdvanceTo(rest.End);
                return;
            }

            body.AdvanceTo(rest.Start, rest.End);
        }
    }

    // Returns what belongs to an item that has not arrived as a whole.
    private static ReadOnlySequence<byte> ReadItems(
        ReadOnlySequence<byte> buffer, bool isFinal, VolumeItemParser parser, ref ArrayProgress array)
    {
        // Never as the final block: whether the body ends too early is said here, in words about this body.
        var reader = new Utf8JsonReader(buffer, isFinalBlock: false, array.State);
        try
        {
            while (true)
            {
                var before = reader;
                if (!reader.Read())
                    return Stop(buffer, reader, isFinal, ref array);
                if (array.Items < 0)
                {
                    if (reader.TokenType != JsonTokenType.StartArray)
                        throw NoArray();
                    array = array with { Items = 0 };
                }
                else if (reader.TokenType == JsonTokenType.EndArray)
                {
                    array = array with { IsAtEnd = true };
                }
                else
                {
                    var whole = reader;
                    if (!whole.TrySkip())
                        return Stop(buffer, before, isFinal, ref array);
                    // However it arrived: in one piece it may be whole before anything counts what is held.
                    if (whole.BytesConsumed - reader.TokenStartIndex > MaxItemBytes)
                        throw TooLong("an item");
                    parser.Parse(ref reader);
                    reader = whole;
                    array = array with { Items = array.Items + 1 };
                }
            }
        }
        catch (InvalidVolumeException exception) when (array.Items >= 0)
        {
            throw exception.AtItem(array.Items);
        }
        catch (JsonException exception)
        {
            throw NotJson(exception, array.Items < 0 ? null : array.Items);
        }
    }

    private static ReadOnlySequence<byte> Stop(ReadOnlySequence<byte> buffer, Utf8JsonReader reader, bool isFinal, ref ArrayProgress array)
    {
        var rest = buffer.Slice(reader.Position);
        if (isFinal && !array.IsAtEnd)
        {
            throw array.Items >= 0 ? new(member: null, "the body ends inside the array")
                : IsBlank(rest) ? new(member: null, "the body is empty")
                : NoArray();
        }

        array = array with { State = reader.CurrentState };
        return rest;
    }

    private static void ParseLine(ReadOnlySequence<byte> line, long number, VolumeItemParser parser)
    {
        var reader = new Utf8JsonReader(line, Json);
        try
        {
            if (IsBlank(line))
                return;
            if (line.Length > MaxItemBytes)
                throw TooLong("a line");
            reader.Read();
            parser.Parse(ref reader);
            if (reader.Read())
                throw new InvalidVolumeException(member: null, "a line must be one item");
        }
        catch (InvalidVolumeException exception)
        {
            throw exception.AtLine(number);
        }
        catch (JsonException exception)
        {
            throw NotJson(exception, item: null).AtLine(number);
        }
    }

    private static bool IsBlank(ReadOnlySequence<byte> line)
    {
        foreach (var segment in line)
        {
            if (segment.Span.ContainsAnyExcept(" \t\r\n"u8))
                return false;
        }

        return true;
    }

    private static InvalidVolumeException NoArray() =>
        new(member: null, "the body must be an array of items; for one item a line, send Content-Type: application/x-ndjson");

    private static InvalidVolumeException TooLong(string what) => new(member: null, $"{what} must not be longer than {MaxItemBytes} bytes");

    private static InvalidVolumeException NotJson(JsonException exception, long? item)
    {
        // The parser's message goes on with positions that are relative to what it was given.
        var message = exception.Message;
        var positions = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return new(member: null, "this is not JSON: " + (positions < 0 ? message : message[..positions]).TrimEnd('.'), exception) { Item = item };
    }

    private readonly record struct ArrayProgress(JsonReaderState State, long Items, bool IsAtEnd);
}
