using System.Collections.Frozen;
using System.Globalization;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Authentication;

/// <summary>The keys of <c>Authentication:ApiKeys</c>.</summary>
internal static class ConfiguredKeys
{
    public const string Key = $"{AuthenticationSettings.Section}:ApiKeys";

    private static readonly HashSet<string> Members = new(["Key", "Sha256", "Name", "Scopes", "Organizations", "Expires"], StringComparer.OrdinalIgnoreCase);

    /// <exception cref="StartupException">One of them is not right. The message never has a key.</exception>
    public static IReadOnlyList<ApiKey> Read(IConfiguration configuration, DateTimeOffset now)
    {
        var section = configuration.GetSection(Key);
        var keys = new List<ApiKey>();
        // One for everything, as an environment variable is quickest to write.
        if (section.Value is { Length: > 0 } single)
            keys.Add(ReadKey(single, new Entry(Key, "configuration"), now));
        foreach (var child in section.GetChildren())
            keys.Add(child.GetChildren().Any() ? ReadObject(child, now) : ReadKey(child.Value ?? "", new Entry(child.Path, $"configuration-{child.Key}"), now));
        if (keys.GroupBy(key => key.Hash, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new StartupException($"{Key} has the same key twice, as {string.Join(" and ", twice.Select(key => $"'{key.Grant.Name}'"))}.");
        return keys;
    }

    private static ApiKey ReadKey(string key, Entry entry, DateTimeOffset now) =>
        ApiKey.Check(key) is { } problem
            ? throw new StartupException($"{entry.Path} {problem}.")
            : new(ApiKey.NewId(), ApiKey.HashOf(key), new(entry.Name, entry.Scopes, entry.Organizations), KeySource.Configuration, now, entry.Expires);

    private static ApiKey ReadObject(IConfigurationSection section, DateTimeOffset now)
    {
        if (section.GetChildren().FirstOrDefault(child => !Members.Contains(child.Key)) is { } unknown)
            throw new StartupException($"{unknown.Path} is no member of a key; its members are {string.Join(", ", Members)}.");
        var name = section["Name"] ?? $"configuration-{section.Key}";
        if (Names.Check(name) is { } problem)
            throw new StartupException($"{section.Path}:Name {problem}.");
        var entry = new Entry(section.Path + ":Key", name)
        {
            Scopes = ReadScopes(section.GetSection("Scopes")),
            Organizations = ReadOrganizations(section.GetSection("Organizations")),
            Expires = ReadExpiry(section.GetSection("Expires")),
        };
        if (section["Sha256"] is not { } hash)
            return ReadKey(section["Key"] ?? "", entry, now);
        if (section["Key"] is not null)
            throw new StartupException($"{section.Path} has both Key and Sha256; one of them will do.");
        return hash.Length == 64 && hash.All(char.IsAsciiHexDigit)
            ? new(ApiKey.NewId(), hash.ToLowerInvariant(), new(entry.Name, entry.Scopes, entry.Organizations), KeySource.Configuration, now, entry.Expires)
            : throw new StartupException($"{section.Path}:Sha256 must be the SHA-256 of a key, 64 hex digits; printf %s \"$KEY\" | sha256sum makes it.");
    }

    private static Scope ReadScopes(IConfigurationSection section)
    {
        if (!section.Exists())
            return Scope.Admin;
        var scopes = Scope.None;
        foreach (var name in Words(section))
            scopes |= ScopeNames.TryParse(name, out var scope) ? scope : throw new StartupException($"{section.Path} must be of {string.Join(", ", ScopeNames.All)}, but has '{name}'.");
        return scopes == Scope.None ? throw new StartupException($"{section.Path} is empty: leave it out for all scopes, or name some of {string.Join(", ", ScopeNames.All)}.") : scopes;
    }

    private static FrozenSet<string>? ReadOrganizations(IConfigurationSection section)
    {
        if (!section.Exists())
            return null;
        // Names may have spaces, so each is an item of its own, but for one that stands alone.
        string[] names = [.. section.Value is { Length: > 0 } single ? [single] : section.GetChildren().Select(child => child.Value ?? "")];
        if (names is ["*"])
            return null;
        foreach (var name in names)
        {
            if (Names.Check(name) is { } problem)
                throw new StartupException($"{section.Path} has a name that {problem}.");
        }

        return names.Length == 0 ? throw new StartupException($"{section.Path} is empty: leave it out for all organizations.") : names.ToFrozenSet(StringComparer.Ordinal);
    }

    private static DateTimeOffset? ReadExpiry(IConfigurationSection section)
    {
        if (section.Value is not { Length: > 0 } text)
            return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var expires)
            ? expires
            : throw new StartupException($"{section.Path} must be a date, such as 2027-06-30 or 2027-06-30T12:00:00Z, but is '{text}'.");
    }

    private static IEnumerable<string> Words(IConfigurationSection section) =>
        section.GetChildren().Select(child => child.Value ?? "").Prepend(section.Value ?? "")
            .SelectMany(text => text.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries));

    private sealed record Entry(string Path, string Name)
    {
        public Scope Scopes { get; init; } = Scope.Admin;

        public FrozenSet<string>? Organizations { get; init; }

        public DateTimeOffset? Expires { get; init; }
    }
}
