using System.Data.Common;
using DynamicSampling.Api.Serving;

namespace DynamicSampling.Api.Storage;

/// <summary>Reads all settings as one document, and makes the stored ones like one.</summary>
internal sealed class SqlSettingsDocuments(
    Database database, NameLimits limits, SqlCustomRuleStore customRules, SqlAuditLog audit, SettingsErrors errors, RatesChanged changed, TimeProvider clock)
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
    /// <param name="actor">Who does it.</param>
    /// <param name="dryRun">Whether only to say what would change.</param>
    /// <param name="cancellationToken">Cancels it before it is committed.</param>
    /// <exception cref="NoRoomException">There would be too many organizations or projects.</exception>
    public async Task<IReadOnlyList<SettingsChange>> ImportAsync(SettingsDocument document, string actor, bool dryRun, CancellationToken cancellationToken)
    {
        if (dryRun)
            return await database.ReadConsistentlyAsync(async (connection, transaction) => (await PlanAsync(connection, transaction, document, cancellationToken)).Changes, cancellationToken);
        var changes = await database.WriteSerializablyAsync(
            async (connection, transaction) =>
            {
                await database.Dialect.LockNamesAsync(connection, transaction);
                var plan = await PlanAsync(connection, transaction, document, cancellationToken);
                foreach (var step in plan.Steps)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    await step.RunAsync(connection, transaction);
                    await audit.WriteAsync(connection, transaction, step.ToAudit(actor));
                }

                foreach (var organization in plan.Changes.Select(change => change.Organization).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                    await database.Dialect.NoteChangeAsync(connection, transaction, organization);

                return plan.Changes;
            },
            cancellationToken);
        foreach (var change in changes)
            changed.Notify(change.Organization);
        return changes;
    }

    private async Task<ImportPlan> PlanAsync(
        DbConnection connection, DbTransaction transaction, SettingsDocument document, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var stored = await StoredSettings.ReadAsync(connection, transaction, customRules, now);
        var plan = new ImportPlan(errors, new(connection, transaction, database.Dialect, limits, cancellationToken));
        var wanted = document.Organizations.ToDictionary(organization => organization.Organization, StringComparer.Ordinal);
        // What goes makes room for what comes.
        foreach (var name in stored.Organizations)
            plan.Remove(stored, name, wanted.GetValueOrDefault(name), now);
        foreach (var organization in document.Organizations)
            plan.Put(stored, organization, now);
        return plan;
    }

    private static bool IsWorthMentioning(OrganizationDocument organization) =>
        organization.Settings is not null || organization.Projects is { Count: > 0 } || organization.CustomRules is { Count: > 0 };
}
