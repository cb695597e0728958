using System.Text.Json;
using System.Text.Json.Serialization;

namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>Instants as RFC 3339 has them, written in UTC: <c>2026-11-22T10:00:00Z</c>. One without an offset is refused.</summary>
public sealed class RuleTimeJsonConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || !reader.TryGetDateTimeOffset(out var value) || reader.GetDateTime().Kind == DateTimeKind.Unspecified)
            throw new JsonException("A time must be like 2026-11-22T10:00:00Z.");
        return value.ToUniversalTime();
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.UtcDateTime);
    }
}
