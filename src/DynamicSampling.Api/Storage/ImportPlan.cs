using System.Data.Common;
using System.Text.Json;
using Dapper;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>What an import does, in order.</summary>
internal sealed class ImportPlan(SettingsErrors errors, NameRoom room)
{
    private readonly List<SettingsChange> _changes = [];

    public IReadOnlyList<SettingsChange> Changes => _changes;

    public List<ImportStep> Steps { get; } = [];

    public void Remove(StoredSettings stored, string organization, OrganizationDocument? wanted, DateTimeOffset now)
    {
        var rules = (wanted?.CustomRules ?? []).Where(rule => rule.Id is not null && rule.End > now).Select(rule => rule.Id!.Value).ToHashSet();
        foreach (var rule in stored.Rules(organization).Where(rule => !rules.Contains(rule.Id)))
        {
            Add(new(SettingsChangeKind.Removed, organization, rule.Project, rule.Id), SqlCustomRuleStore.ToObject(rule), after: null, (connection, transaction) =>
                SqlCustomRuleStore.DeleteAsync(connection, transaction, organization, rule.Id));
        }

        var projects = (wanted?.Projects ?? []).Select(project => project.Project).ToHashSet(StringComparer.Ordinal);
        // What cannot be read is not in any export either, so that it is not there says nothing.
        foreach (var (name, own) in stored.Projects(organization).Where(known => !projects.Contains(known.Key) && SettingsJson.ReadProject(known.Value).Error is null))
        {
            Add(new(SettingsChangeKind.Removed, organization, name, CustomRule: null), own, after: null, (connection, transaction) =>
            {
                errors.Note(organization, name, error: null);
                return SqlProjectStore.DropSettingsAsync(connection, transaction, new(organization, name));
            });
        }

        if (stored.Settings(organization) is { } settings && wanted?.Settings is null && SettingsJson.ReadOrganization(settings).Error is null)
        {
            Add(new(SettingsChangeKind.Removed, organization, Project: null, CustomRule: null), settings, after: null, (connection, transaction) =>
            {
                errors.Note(organization, "", error: null);
                return SqlOrganizationStore.DropSettingsAsync(connection, transaction, organization);
            });
        }
    }

    public void Put(StoredSettings stored, OrganizationDocument wanted, DateTimeOffset now)
    {
        var name = wanted.Organization;
        if (wanted.Settings is { } settings && !SettingsJson.IsSame(stored.Settings(name), settings))
        {
            Add(Change(stored.Settings(name), name, project: null), SettingsJson.ToObject(stored.Settings(name)), SettingsJson.Write(settings), (connection, transaction) =>
            {
                errors.Note(name, "", error: null);
                return SqlOrganizationStore.SaveAsync(connection, transaction, room, name, settings);
            });
        }

        foreach (var project in wanted.Projects ?? [])
        {
            var before = stored.Projects(name).GetValueOrDefault(project.Project);
            if (SettingsJson.IsSame(before, project.Settings))
                continue;
            Add(Change(before, name, project.Project), SettingsJson.ToObject(before), SettingsJson.Write(project.Settings), (connection, transaction) =>
            {
                errors.Note(name, project.Project, error: null);
                return SqlProjectStore.SaveAsync(connection, transaction, room, new(name, project.Project), project.Settings);
            });
        }

        foreach (var rule in wanted.CustomRules ?? [])
            Put(stored.Rules(name).FirstOrDefault(known => known.Id == rule.Id), name, rule, now);
    }

    private void Put(CustomRule? known, string organization, CustomRuleDocument wanted, DateTimeOffset now)
    {
        if (wanted.End <= now)
            return;
        var rule = wanted.ToRule(organization, known, now);
        if (known is null)
        {
            Add(new(SettingsChangeKind.Added, organization, wanted.Project, rule.Id), before: null, SqlCustomRuleStore.ToObject(rule), async (connection, transaction) =>
            {
                // The id may be that of a rule that has expired, here or in another organization.
                await connection.ExecuteAsync("DELETE FROM custom_rules WHERE id = @id", new { id = rule.Id.ToString() }, transaction);
                if (await SqlCustomRuleStore.AddAsync(connection, transaction, room, rule) is null)
                    throw new InvalidOperationException($"Organization '{organization}' has custom rules that cannot be read, and with those of the document too many.");
            });
        }
        else if (!IsSame(known, rule))
        {
            // What is wanted may be another: then what was collected does not count for it.
            if (IsSame(known with { Description = rule.Description, End = rule.End }, rule))
                rule = rule with { Collected = known.Collected, AnnouncedAt = known.AnnouncedAt };
            Add(
                new(SettingsChangeKind.Changed, organization, wanted.Project, rule.Id), SqlCustomRuleStore.ToObject(known), SqlCustomRuleStore.ToObject(rule),
                (connection, transaction) => SqlCustomRuleStore.SaveAsync(connection, transaction, rule));
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

    private static SettingsChange Change(string? stored, string organization, string? project) =>
        new(stored is null ? SettingsChangeKind.Added : SettingsChangeKind.Changed, organization, project, CustomRule: null);

    private void Add(SettingsChange change, string? before, string? after, Func<DbConnection, DbTransaction, Task> run)
    {
        _changes.Add(change);
        Steps.Add(new(change, before, after, run));
    }
}
