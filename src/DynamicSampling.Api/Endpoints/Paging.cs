using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DynamicSampling.Api.Endpoints;

/// <summary>A page of a list.</summary>
/// <param name="Items">The items.</param>
/// <param name="Next">The <c>cursor</c> of the next page; null on the last one.</param>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Paging by <c>limit</c> and <c>cursor</c>. A cursor holds the key of the last item, so pages do not shift when the list grows.</summary>
internal static class Paging
{
    public const int DefaultLimit = 100;
    public const int MaxLimit = 1000;

    // A cursor of another list is not read as one that lacks members.
    private static readonly JsonSerializerOptions Json = new()
    {
        RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true, Converters = { new StorableTextJsonConverter() },
    };

    /// <exception cref="BadHttpRequestException">It is out of range.</exception>
    public static int Limit(int? limit) => limit switch
    {
        null => DefaultLimit,
        < 1 or > MaxLimit => throw new BadHttpRequestException($"limit must be from 1 to {MaxLimit}, but is {limit}."),
        _ => limit.Value,
    };

    /// <exception cref="BadHttpRequestException">It is none of ours.</exception>
    public static TKey? Cursor<TKey>(string? cursor)
        where TKey : class
    {
        if (string.IsNullOrEmpty(cursor))
            return null;
        try
        {
            if (JsonSerializer.Deserialize<TKey>(Base64Url.DecodeFromChars(cursor), Json) is { } key)
                return key;
        }
        catch (Exception exception) when (exception is FormatException or JsonException or NotSupportedException)
        {
        }

        throw BadCursor();
    }

    /// <summary>The instant from which on items are listed.</summary>
    /// <exception cref="BadHttpRequestException">It is no date and time.</exception>
    public static DateTimeOffset? Since(string? since)
    {
        if (since is null)
            return null;
        return DateTimeOffset.TryParseExact(
            since, ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"], formatProvider: null, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant
            : throw new BadHttpRequestException($"since must be an RFC 3339 date and time, such as 2026-11-22T10:00:00Z, but is '{since}'.");
    }

    /// <summary>A text to filter by.</summary>
    /// <exception cref="BadHttpRequestException">It has U+0000, which no text of PostgreSQL can have. Of others there is simply nothing.</exception>
    public static string? Filter(string? text, string parameter) =>
        text?.Contains('\0', StringComparison.Ordinal) == true ? throw new BadHttpRequestException($"{parameter} must not have the character U+0000.") : text;

    /// <summary>The cursor is none of ours.</summary>
    public static BadHttpRequestException BadCursor() => new("cursor is not one that this list gave: pass on the value of 'next' as it is.");

    /// <summary>Cuts the one item too many that was asked for to see whether there is more.</summary>
    public static Page<TItem> ToPage<TRow, TItem, TKey>(IReadOnlyList<TRow> rows, int limit, Func<TRow, TItem> toItem, Func<TRow, TKey> keyOf)
    {
        var items = rows.Take(limit).Select(toItem).ToArray();
        return new(items, rows.Count > limit ? Encode(keyOf(rows[limit - 1])) : null);
    }

    private static string Encode<TKey>(TKey key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(key, Json)));

    /// <summary>Takes no text for a key that no key can be: on PostgreSQL asking for it would be an error.</summary>
    private sealed class StorableTextJsonConverter : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is { } text && text.Contains('\0', StringComparison.Ordinal) ? throw new JsonException() : reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}
