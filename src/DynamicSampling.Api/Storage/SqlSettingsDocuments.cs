using System.Collections.ObjectModel;
using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Reads all settings as one document, and makes the stored ones like one.</summary>
internal sealed class SqlSettingsDocuments(Database database, SqlCustomRuleStore customRules, SettingsErrors errors, TimeProvider clock)
{
    /// <summary>All settings and active custom rules. Settings that cannot be read are left out.</summary>
    public Task<SettingsDocument> ExportAsync(CancellationToken cancellationToken) =>
        database.ReadConsistentlyAsync(
            async (connection, transaction) =>
            {
                var stored = await StoredSettings.ReadAsync(connection, transaction, customRules, clock.GetUtcNow());
                return new SettingsDocument(SettingsDocument.CurrentVersion, [.. stored.Organizations.Select(stored.ToDocument).Where(IsWorthMentioning)]);
            },
            cancellationToken);

    /// <summary>Makes the stored settings and active custom rules those of a document, all at once or not at all.</summary>
    /// <param name="document">The document, checked.</param>
    /// <param name="dryRun">Whether only to say what would change.</param>
    /// <param name="cancellationToken">Cancels it before it is committed.</param>
    public Task<IReadOnlyList<SettingsChange>> ImportAsync(SettingsDocument document, bool dryRun, CancellationToken cancellationToken) =>
        dryRun
            ? database.ReadConsistentlyAsync(async (connection, transaction) => (await PlanAsync(connection, transaction, document)).Changes, cancellationToken)
            : database.WriteAsync(
                async (connection, transaction) =>
                {
                    var plan = await PlanAsync(connection, transaction, document);
                    foreach (var step in plan.Steps)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        await step(connection, transaction);
                    }

                    return plan.Changes;
                },
                cancellationToken);

    private async Task<Plan> PlanAsync(DbConnection connection, DbTransaction transaction, SettingsDocument document)
    {
        var now = clock.GetUtcNow();
        var stored = await StoredSettings.ReadAsync(connection, transaction, customRules, now);
        var plan = new Plan(errors);
        var wanted = document.Organizations.ToDictionary(organization => organization.Organization, StringComparer.Ordinal);
        // What goes makes room for what comes.
        foreach (var name in stored.Organizations)
            plan.Remove(stored, name, wanted.GetValueOrDefault(name));
        foreach (var organization in document.Organizations)
            plan.Put(stored, organization, now);
        return plan;
    }

    private static bool IsWorthMentioning(OrganizationDocument organization) =>
        organization.Settings is not null || organization.Projects is { Count: > 0 } || organization.CustomRules is { Count: > 0 };

    /// <summary>What is stored, as far as documents have it.</summary>
    private sealed class StoredSettings
    {
        private readonly Dictionary<string, string> _organizations = new(StringComparer.Ordinal);
        private readonly Dictionary<string, SortedDictionary<string, string>> _projects = new(StringComparer.Ordinal);
        private readonly Dictionary<string, List<CustomRule>> _rules = new(StringComparer.Ordinal);

        public IReadOnlyCollection<string> Organizations { get; private set; } = [];

        public static async Task<StoredSettings> ReadAsync(DbConnection connection, DbTransaction transaction, SqlCustomRuleStore customRules, DateTimeOffset now)
        {
            var stored = new StoredSettings();
            foreach (var (name, settings) in await connection.QueryAsync<(string, string)>(
                "SELECT name, settings FROM organizations WHERE settings IS NOT NULL", transaction: transaction))
                stored._organizations.Add(name, settings);
            foreach (var (organization, project, settings) in await connection.QueryAsync<(string, string, string)>(
                "SELECT o.name, p.name, p.settings FROM projects p JOIN organizations o ON o.id = p.organization_id WHERE p.settings IS NOT NULL",
                transaction: transaction))
            {
                if (!stored._projects.TryGetValue(organization, out var projects))
                    stored._projects.Add(organization, projects = new(StringComparer.Ordinal));
                projects.Add(project, settings);
            }

            foreach (var rule in await customRules.ListActiveAsync(connection, transaction, now))
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
            [
                .. Rules(organization).Select(rule => new CustomRuleDocument(
                    rule.Condition, rule.Samples, rule.Start, rule.End, rule.Id, rule.Project, rule.Description)),
            ]);
    }

    /// <summary>What is to be done, in order.</summary>
    private sealed class Plan(SettingsErrors errors)
    {
        private readonly List<SettingsChange> _changes = [];

        public IReadOnlyList<SettingsChange> Changes => _changes;

        public List<Func<DbConnection, DbTransaction, Task>> Steps { get; } = [];

        public void Remove(StoredSettings stored, string organization, OrganizationDocument? wanted)
        {
            var rules = (wanted?.CustomRules ?? []).Where(rule => rule.Id is not null).Select(rule => rule.Id!.Value).ToHashSet();
            foreach (var rule in stored.Rules(organization).Where(rule => !rules.Contains(rule.Id)))
            {
                Add(SettingsChangeKind.Removed, organization, project: null, rule.Id, (connection, transaction) =>
                    connection.ExecuteAsync("DELETE FROM custom_rules WHERE id = @id", new { id = rule.Id.ToString() }, transaction));
            }

            var projects = (wanted?.Projects ?? []).Select(project => project.Project).ToHashSet(StringComparer.Ordinal);
            foreach (var project in stored.Projects(organization).Keys.Where(name => !projects.Contains(name)))
            {
                Add(SettingsChangeKind.Removed, organization, project, rule: null, (connection, transaction) =>
                {
                    errors.Note(organization, project, error: null);
                    return SqlProjectStore.DropSettingsAsync(connection, transaction, new(organization, project));
                });
            }

            if (stored.Settings(organization) is not null && wanted?.Settings is null)
            {
                Add(SettingsChangeKind.Removed, organization, project: null, rule: null, (connection, transaction) =>
                {
                    errors.Note(organization, "", error: null);
                    return SqlOrganizationStore.DropSettingsAsync(connection, transaction, organization);
                });
            }
        }

        public void Put(StoredSettings stored, OrganizationDocument wanted, DateTimeOffset now)
        {
            var name = wanted.Organization;
            if (wanted.Settings is { } settings && Change(stored.Settings(name), SettingsJson.Write(settings)) is { } kind)
            {
                Add(kind, name, project: null, rule: null, (connection, transaction) =>
                {
                    errors.Note(name, "", error: null);
                    return SqlOrganizationStore.SaveAsync(connection, transaction, name, settings);
                });
            }

            foreach (var project in wanted.Projects ?? [])
            {
                if (Change(stored.Projects(name).GetValueOrDefault(project.Project), SettingsJson.Write(project.Settings)) is not { } projectKind)
                    continue;
                Add(projectKind, name, project.Project, rule: null, (connection, transaction) =>
                {
                    errors.Note(name, project.Project, error: null);
                    return SqlProjectStore.SaveAsync(connection, transaction, new(name, project.Project), project.Settings);
                });
            }

            foreach (var rule in wanted.CustomRules ?? [])
                Put(stored.Rules(name).FirstOrDefault(known => known.Id == rule.Id), name, rule, now);
        }

        private void Put(CustomRule? known, string organization, CustomRuleDocument wanted, DateTimeOffset now)
        {
            if (wanted.End <= now)
                return;
            var rule = new CustomRule(
                wanted.Id ?? Guid.CreateVersion7(now), organization, wanted.Project, known?.Number ?? 0, wanted.Condition, wanted.Samples, wanted.Start, wanted.End)
            {
                Description = wanted.Description,
                CreatedAt = known?.CreatedAt ?? now,
                Collected = known?.Collected ?? 0,
                AnnouncedAt = known?.AnnouncedAt,
            };
            if (known is null)
            {
                Add(SettingsChangeKind.Added, organization, wanted.Project, rule.Id, (connection, transaction) =>
                    SqlCustomRuleStore.AddAsync(connection, transaction, rule));
            }
            else if (!IsSame(known, rule))
            {
                Add(SettingsChangeKind.Changed, organization, wanted.Project, rule.Id, async (connection, transaction) =>
                {
                    await connection.ExecuteAsync("DELETE FROM custom_rules WHERE id = @id", new { id = rule.Id.ToString() }, transaction);
                    await SqlCustomRuleStore.AddAsync(connection, transaction, rule with { CreatedAt = now });
                });
            }
        }

        // As they are written, since conditions hold lists. Times are stored in milliseconds.
        private static bool IsSame(CustomRule left, CustomRule right) => string.Equals(Describe(left), Describe(right), StringComparison.Ordinal);

        private static string Describe(CustomRule rule) => JsonSerializer.Serialize(new
        {
            rule.Project,
            rule.Description,
            rule.Condition,
            rule.Samples,
            Start = rule.Start.ToUnixTimeMilliseconds(),
            End = rule.End.ToUnixTimeMilliseconds(),
        });

        private static SettingsChangeKind? Change(string? stored, string wanted) =>
            stored is null ? SettingsChangeKind.Added
            : string.Equals(stored, wanted, StringComparison.Ordinal) ? null
            : SettingsChangeKind.Changed;

        private void Add(SettingsChangeKind kind, string organization, string? project, Guid? rule, Func<DbConnection, DbTransaction, Task> step)
        {
            _changes.Add(new(kind, organization, project, rule));
            Steps.Add(step);
        }
    }
}

/// <summary>A change that an import makes.</summary>
/// <param name="Change">Whether it is added, changed or removed.</param>
/// <param name="Organization">The organization's name.</param>
/// <param name="Project">The project's name; null when it is about the organization's settings, or a rule for all projects.</param>
/// <param name="CustomRule">The custom rule; null when it is about settings.</param>
internal sealed record SettingsChange(SettingsChangeKind Change, string Organization, string? Project, Guid? CustomRule);

/// <summary>What happens to settings.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SettingsChangeKind>))]
internal enum SettingsChangeKind
{
    /// <summary>There were none.</summary>
    [JsonStringEnumMemberName("added")]
    Added,

    /// <summary>There were others.</summary>
    [JsonStringEnumMemberName("changed")]
    Changed,

    /// <summary>They go.</summary>
    [JsonStringEnumMemberName("removed")]
    Removed,
}
