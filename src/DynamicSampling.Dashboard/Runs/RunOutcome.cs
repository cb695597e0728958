using System.Globalization;
using System.Text;
using System.Text.Json;
using DynamicSampling.Dashboard.Text;
using DynamicSampling.Tasks.SamplingTasks;

namespace DynamicSampling.Dashboard.Runs;

/// <summary>What came of a run, sorted by how it can be shown.</summary>
/// <param name="Message">What it comes to, in a sentence.</param>
/// <param name="IsDryRun">Whether nothing was changed.</param>
/// <param name="Difference">What a publication would change.</param>
/// <param name="Flat">Members with one value.</param>
/// <param name="Tables">Members that are lists of things with one value each.</param>
/// <param name="Rest">Members that are nothing of this.</param>
internal sealed record RunOutcome(
    string? Message,
    bool IsDryRun,
    RateDifference? Difference,
    IReadOnlyList<KeyValuePair<string, JsonElement>> Flat,
    IReadOnlyList<KeyValuePair<string, JsonElement>> Tables,
    IReadOnlyList<KeyValuePair<string, JsonElement>> Rest)
{
    /// <summary>What is longer than this is looked at elsewhere.</summary>
    private const int MaxJson = 20_000;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static RunOutcome Of(JsonElement result)
    {
        if (result.ValueKind != JsonValueKind.Object)
            return new(null, false, null, [], [], [KeyValuePair.Create("result", result)]);
        string? message = null;
        var isDryRun = false;
        RateDifference? difference = null;
        var (flat, tables, rest) = (new List<KeyValuePair<string, JsonElement>>(), new List<KeyValuePair<string, JsonElement>>(), new List<KeyValuePair<string, JsonElement>>());
        foreach (var member in result.EnumerateObject())
        {
            var value = member.Value;
            if (member.NameEquals("message") && value.ValueKind == JsonValueKind.String)
                message = value.GetString();
            else if (member.NameEquals("difference") && Read(value) is { } read)
                difference = read;
            else if (IsFlat(value))
                flat.Add(KeyValuePair.Create(member.Name, value));
            else if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 0)
                continue;
            else
                (IsTable(value) ? tables : rest).Add(KeyValuePair.Create(member.Name, value));
            isDryRun |= member.NameEquals("dryRun") && value.ValueKind == JsonValueKind.True;
        }

        return new(message, isDryRun, difference, flat, tables, rest);
    }

    /// <summary>The name of a member as people write it: windowStart is "Window start".</summary>
    public static string Words(string name)
    {
        var words = new StringBuilder(name.Length + 4);
        foreach (var letter in name)
        {
            if (char.IsUpper(letter) && words.Length > 0)
                words.Append(' ');
            words.Append(words.Length == 0 ? char.ToUpperInvariant(letter) : char.ToLowerInvariant(letter));
        }

        return words.ToString();
    }

    /// <summary>The instant that a text is; null when it is none.</summary>
    public static DateTimeOffset? Instant(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && value.GetString() is { Length: >= 20 } text && text[10] == 'T'
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var instant) ? instant : null;

    /// <summary>One value as text.</summary>
    public static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Null => "—",
        // From here on parts of one are of no interest.
        JsonValueKind.Number when value.GetDouble() is var number => Math.Abs(number) >= 100 || number == Math.Truncate(number) ? Format.Count(number) : Format.Number(number),
        _ => value.ToString(),
    };

    /// <summary>Anything, for programmers.</summary>
    /// <returns>Null when it is too long to look at here.</returns>
    public static string? Text(JsonElement value) => JsonSerializer.Serialize(value, Json) is { Length: <= MaxJson } text ? text : null;

    /// <summary>The members of a table's rows, in the order in which they come.</summary>
    public static IReadOnlyList<string> Columns(JsonElement table) =>
        [.. table.EnumerateArray().SelectMany(row => row.EnumerateObject().Select(member => member.Name)).Distinct(StringComparer.Ordinal)];

    private static bool IsFlat(JsonElement value) => value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object);

    private static bool IsTable(JsonElement value) => value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(
        row => row.ValueKind == JsonValueKind.Object && row.EnumerateObject().All(member => IsFlat(member.Value)));

    private static RateDifference? Read(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.Object && value.Deserialize<RateDifference>(Json) is { Changes.IsDefault: false } difference ? difference : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
