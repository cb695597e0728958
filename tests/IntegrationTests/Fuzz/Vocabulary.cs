using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Fuzz;

/// <summary>
/// Values that are good in a place of a certain name: some that are known beforehand, and the ids, cursors and entity tags of the answers so far. For a
/// name that it does not know it has words.
/// </summary>
internal sealed class Vocabulary(Random random)
{
    // Of what is older, others have deleted most.
    private const int MostRemembered = 4;

    private static readonly Dictionary<string, string[]> Known = new(StringComparer.Ordinal)
    {
        ["org"] = ["acme", "acme", "acme", "default"],
        ["organization"] = ["acme", "acme", "acme", "default"],
        ["project"] = ["checkout", "checkout", "web"],
        ["service"] = ["checkout", "web", "nobody"],
        ["transaction"] = ["GET /cart", "POST /order", "GET /health"],
        ["task"] = ["rebalance_orgs", "sliding_window_org", "boost_low_volume_projects", "boost_low_volume_transactions", "recalibrate_orgs", "collect_orgs", "custom_rule_notifications"],
        ["release"] = ["checkout@2.4.0", "2.4.1"],
        ["environment"] = ["production", "staging"],
        ["name"] = ["event.transaction", "trace.release", "event.level"],
        ["window"] = ["1h", "5m", "2d", "90m"],
        ["by"] = ["project", "transaction"],
        ["status"] = ["running", "completed", "failed", "canceled"],
        // Others are to find something: an import drops what it does not name.
        ["dryRun"] = [.. Enumerable.Repeat("true", 9), "false"],
        ["data"] = [.. Enumerable.Repeat("false", 9), "true"],
        ["since"] = ["2026-11-22T10:00:00Z", "2026-11-22T16:59:00.5+00:00"],
    };

    private readonly Dictionary<string, List<string>> _heard = new(StringComparer.Ordinal);

    /// <summary>A value for a parameter of a path; ids are of the collection before them.</summary>
    public string? Find(string name, string collection) =>
        Pick(_heard.GetValueOrDefault(collection) ?? []) ?? Find(name);

    public string? Find(string name) => Pick(Known.GetValueOrDefault(name) ?? []);

    /// <summary>The cursor of another page of a list.</summary>
    public string? Cursor(string path) => Pick(_heard.GetValueOrDefault(path) ?? []);

    public string? EntityTag() => Pick(_heard.GetValueOrDefault("ETag") ?? []);

    /// <summary>Remembers a value, such as the id of an item of a collection.</summary>
    public void Hear(string of, string value)
    {
        if (!_heard.TryGetValue(of, out var values))
            _heard.Add(of, values = []);
        if (values.Count < MostRemembered)
            values.Add(value);
        else
            values[random.Next(MostRemembered)] = value;
    }

    /// <summary>Remembers what an answer tells.</summary>
    /// <param name="location">The address of what was made; null for none.</param>
    /// <param name="entityTag">Its entity tag.</param>
    /// <param name="body">Its body, if that is JSON.</param>
    /// <param name="path">The path of the operation.</param>
    public void Hear(string? location, string? entityTag, JsonElement? body, string path)
    {
        if (location?.Split('/') is [.., var collection, var id])
            Hear(collection, id);
        if (entityTag is { Length: > 0 })
            Hear("ETag", entityTag);
        if (body is { ValueKind: JsonValueKind.Object } answer && answer.TryGetProperty("next", out var next) && next.GetString() is { } cursor)
            Hear(path, cursor);
    }

    private string? Pick(IReadOnlyList<string> values) => values.Count == 0 ? null : values[random.Next(values.Count)];
}
