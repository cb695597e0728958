using System.Collections.ObjectModel;
using System.Data.Common;
using Dapper;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>The stored settings and active custom rules, as far as documents have them.</summary>
internal sealed class StoredSettings
{
    private readonly Dictionary<string, string> _organizations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedDictionary<string, string>> _projects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<CustomRule>> _rules = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Organizations { get; private set; } = [];

    /// <summary>Reads them of one organization, or of all.</summary>
    public static async Task<StoredSettings> ReadAsync(
        DbConnection connection, DbTransaction transaction, SqlCustomRuleStore customRules, DateTimeOffset now, string? organization = null)
    {
        var stored = new StoredSettings();
        var isWanted = organization is null ? "" : "o.name = @organization AND";
        foreach (var (name, settings) in await connection.QueryAsync<(string, string)>(
            $"SELECT o.name, o.settings FROM organizations o WHERE {isWanted} o.settings IS NOT NULL", new { organization }, transaction))
            stored._organizations.Add(name, settings);
        foreach (var (name, project, settings) in await connection.QueryAsync<(string, string, string)>(
            $"SELECT o.name, p.name, p.settings FROM projects p JOIN organizations o ON o.id = p.organization_id WHERE {isWanted} p.settings IS NOT NULL",
            new { organization },
            transaction))
        {
            if (!stored._projects.TryGetValue(name, out var projects))
                stored._projects.Add(name, projects = new(StringComparer.Ordinal));
            projects.Add(project, settings);
        }

        foreach (var rule in await customRules.ListActiveAsync(connection, transaction, now, organization))
        {
            if (!stored._rules.TryGetValue(rule.Organization, out var rules))
                stored._rules.Add(rule.Organization, rules = []);
            rules.Add(rule);
        }

        stored.Organizations = new SortedSet<string>(stored._organizations.Keys.Concat(stored._projects.Keys).Concat(stored._rules.Keys), StringComparer.Ordinal);
        return stored;
    }

    public string? Settings(string organization) => _organizations.GetValueOrDefault(organization);

    public IReadOnlyDictionary<string, string> Projects(string organization) =>
        _projects.TryGetValue(organization, out var projects) ? projects : ReadOnlyDictionary<string, string>.Empty;

    public List<CustomRule> Rules(string organization) => _rules.GetValueOrDefault(organization) ?? [];

    public OrganizationDocument ToDocument(string organization) => new(
        organization,
        SettingsJson.ReadOrganization(Settings(organization)).Settings,
        [
            .. Projects(organization)
                .Select(project => (project.Key, SettingsJson.ReadProject(project.Value).Settings))
                .Where(project => project.Settings is not null)
                .Select(project => new ProjectDocument(project.Key, project.Settings!)),
        ],
        [.. Rules(organization).Select(CustomRuleDocument.Of)]);
}
