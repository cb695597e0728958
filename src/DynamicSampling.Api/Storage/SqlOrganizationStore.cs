using System.Data.Common;
using Dapper;
using DynamicSampling.Api.Serving;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Organizations and their settings.</summary>
internal sealed class SqlOrganizationStore(
    Database database, NameLimits limits, SqlCustomRuleStore customRules, SqlAuditLog audit, SettingsErrors errors, RatesChanged changed, TimeProvider clock) : IOrganizationStore
{
    private const string Columns =
        "o.name AS Name, o.settings AS Settings, (SELECT COUNT(*) FROM projects p WHERE p.organization_id = o.id) AS Projects";

    public Task<OrganizationEntry?> FindAsync(string organization, CancellationToken cancellationToken) =>
        database.ReadAsync(async connection => ToEntryOrNull(await FindAsync(connection, transaction: null, organization)), cancellationToken);

    public Task<IReadOnlyList<OrganizationEntry>> ListAsync(OrganizationShard? shard, string? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<OrganizationEntry>>(
            async connection =>
            {
                var rows = await connection.QueryAsync<Row>(
                    $"SELECT {Columns} FROM organizations o WHERE o.name > @after AND {IsIn(shard)} ORDER BY o.name LIMIT @limit",
                    new { after = after ?? "", limit, shard?.Number, shard?.Count });
                return [.. rows.Select(ToEntry)];
            },
            cancellationToken);

    public Task<long> CountAsync(OrganizationShard? shard, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection => connection.ExecuteScalarAsync<long>(
                $"SELECT COUNT(*) FROM organizations o WHERE {IsIn(shard)}", new { shard?.Number, shard?.Count }),
            cancellationToken);

    /// <summary>Whether an organization is stored, or there is room for it.</summary>
    public Task<bool> HasRoomAsync(string organization, CancellationToken cancellationToken) =>
        database.ReadAsync(
            connection => connection.ExecuteScalarAsync<bool>(
                "SELECT EXISTS (SELECT 1 FROM organizations WHERE name = @organization) OR (SELECT COUNT(*) FROM organizations) < @Organizations",
                new { organization, limits.Organizations }),
            cancellationToken);

    public Task<IReadOnlyList<ProjectEntry>> ListActiveProjectsAsync(
        IReadOnlyList<string> organizations, long since, ProjectKey? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ProjectEntry>>(
            async connection =>
            {
                var rows = await connection.QueryAsync<ProjectRow>(
                    $"""
                    SELECT o.name AS Organization, p.name AS Project, p.settings AS Settings, p.first_minute AS FirstMinute
                    FROM organizations o JOIN projects p ON p.organization_id = o.id
                    WHERE {database.Dialect.IsOneOf("o.name", "@organizations")} AND o.name >= @Organization AND (o.name, p.name) > (@Organization, @Project)
                      AND EXISTS (SELECT 1 FROM volumes v WHERE v.project_id = p.id AND v.minute >= @since)
                    ORDER BY o.name, p.name
                    LIMIT @limit
                    """,
                    new { organizations, since, Organization = after?.Organization ?? "", Project = after?.Project ?? "", limit });
                return [.. rows.Select(ToEntry)];
            },
            cancellationToken);

    /// <summary>Organizations with their volume in a window, by name; all, or those of some names.</summary>
    public Task<IReadOnlyList<OrganizationWithVolume>> ListWithVolumesAsync(
        IReadOnlyCollection<string>? names, MinuteWindow window, string? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<OrganizationWithVolume>>(
            async connection =>
            {
                var rows = await connection.QueryAsync<VolumeRow>(
                    $"""
                    SELECT o.name AS Name, o.settings AS Settings, COUNT(DISTINCT p.id) AS Projects,
                           COALESCE(SUM(v.total), 0.0) AS Total, COALESCE(SUM(v.kept), 0.0) AS Kept,
                           COALESCE((SELECT r.monthly_volume FROM rate_versions r WHERE r.organization_id = o.id ORDER BY r.version DESC LIMIT 1), -1.0) AS MonthlyVolume
                    FROM (SELECT id, name, settings FROM organizations WHERE name > @after {(names is null ? "" : "AND " + database.Dialect.IsOneOf("name", "@names"))} ORDER BY name LIMIT @limit) o
                    LEFT JOIN projects p ON p.organization_id = o.id
                    LEFT JOIN volumes v ON v.project_id = p.id AND v.minute BETWEEN @First AND @Last
                    GROUP BY o.id, o.name, o.settings
                    ORDER BY o.name
                    """,
                    new { after = after ?? "", limit, window.First, window.Last, names = names?.ToArray() });
                return
                [
                    .. rows.Select(row => new OrganizationWithVolume(
                        ToEntry(new Row(row.Name, row.Settings, row.Projects)), row.Total, row.Kept, row.MonthlyVolume < 0 ? null : row.MonthlyVolume)),
                ];
            },
            cancellationToken);

    /// <summary>Names of organizations with a text in them, capital or small, by name; of all, or of some names.</summary>
    public Task<IReadOnlyList<string>> SearchAsync(
        IReadOnlyCollection<string>? names, string text, string? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<string>>(
            async connection => (await connection.QueryAsync<string>(
                $"""
                SELECT name FROM organizations
                WHERE name > @after {(names is null ? "" : "AND " + database.Dialect.IsOneOf("name", "@names"))}
                  {(text.Length == 0 ? "" : @"AND LOWER(name) LIKE LOWER(@pattern) ESCAPE '\'")}
                ORDER BY name LIMIT @limit
                """,
                new { after = after ?? "", names = names?.ToArray(), pattern = $"%{Escape(text)}%", limit })).AsList(),
            cancellationToken);

    /// <summary>Stores settings if the caller's precondition holds for what is stored now.</summary>
    /// <returns>False when the precondition does not hold; nothing is changed then.</returns>
    /// <exception cref="NoRoomException">It is new, and there are too many.</exception>
    public async Task<bool> SaveSettingsAsync(
        string organization, OrganizationSettings settings, string actor, Func<OrganizationEntry?, bool> precondition, CancellationToken cancellationToken)
    {
        var saved = await database.WriteSerializablyAsync(
            async (connection, transaction) =>
            {
                var row = await FindAsync(connection, transaction, organization);
                if (!precondition(ToEntryOrNull(row)))
                    return false;
                if (SettingsJson.IsSame(row?.Settings, settings))
                    return true;
                await SaveAsync(connection, transaction, new(connection, transaction, database.Dialect, limits, cancellationToken), organization, settings);
                await audit.WriteAsync(connection, transaction, new(actor, AuditAction.SettingsPut, organization)
                {
                    Before = SettingsJson.ToObject(row?.Settings),
                    After = SettingsJson.Write(settings),
                });
                await database.Dialect.NoteChangeAsync(connection, transaction, organization);
                errors.Note(organization, "", error: null);
                return true;
            },
            cancellationToken);
        changed.Notify(organization);
        return saved;
    }

    /// <summary>Drops an organization's settings, and with them its volumes and rates if asked.</summary>
    /// <returns>False when the precondition does not hold; nothing is changed then.</returns>
    public async Task<bool> DeleteAsync(
        string organization, bool withData, string actor, Func<OrganizationEntry?, bool> precondition, CancellationToken cancellationToken)
    {
        var deleted = await database.WriteSerializablyAsync(
            async (connection, transaction) =>
            {
                await database.Dialect.LockNamesAsync(connection, transaction);
                var row = await FindAsync(connection, transaction, organization);
                if (!precondition(ToEntryOrNull(row)))
                    return false;
                if (withData && row is not null)
                {
                    await audit.WriteAsync(connection, transaction, new(actor, AuditAction.DataDeleted, organization)
                    {
                        Before = await DescribeAsync(connection, transaction, organization),
                    });
                }
                else if (row?.Settings is not null)
                {
                    await audit.WriteAsync(connection, transaction, new(actor, AuditAction.SettingsDeleted, organization)
                    {
                        Before = SettingsJson.ToObject(row.Settings),
                    });
                }

                await database.Dialect.NoteChangeAsync(connection, transaction, organization);
                if (withData)
                    await connection.ExecuteAsync("DELETE FROM instances WHERE organization = @organization; DELETE FROM organizations WHERE name = @organization", new { organization }, transaction);
                else
                    await DropSettingsAsync(connection, transaction, organization);
                if (withData)
                    errors.Forget(organization);
                else
                    errors.Note(organization, "", error: null);
                return true;
            },
            cancellationToken);
        changed.Notify(organization);
        return deleted;
    }

    internal static async Task SaveAsync(
        DbConnection connection, DbTransaction transaction, NameRoom room, string organization, OrganizationSettings settings)
    {
        await room.EnsureAsync(organization);
        await connection.ExecuteAsync(
            """
            INSERT INTO organizations (name, settings) VALUES (@organization, @json)
            ON CONFLICT (name) DO UPDATE SET settings = excluded.settings
            """,
            new { organization, json = SettingsJson.Write(settings) },
            transaction);
    }

    // One that has only been configured goes as a whole.
    internal static async Task DropSettingsAsync(DbConnection connection, DbTransaction transaction, string organization)
    {
        await connection.ExecuteAsync("UPDATE organizations SET settings = NULL WHERE name = @organization", new { organization }, transaction);
        await DropIfEmptyAsync(connection, transaction, organization);
    }

    internal static Task<int> DropIfEmptyAsync(DbConnection connection, DbTransaction transaction, string organization) =>
        connection.ExecuteAsync(
            """
            DELETE FROM organizations WHERE name = @organization AND settings IS NULL
              AND NOT EXISTS (SELECT 1 FROM projects WHERE organization_id = organizations.id)
              AND NOT EXISTS (SELECT 1 FROM custom_rules WHERE organization_id = organizations.id);
            """,
            new { organization },
            transaction);

    // For a pattern of LIKE.
    private static string Escape(string text) =>
        text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal);

    private static string IsIn(OrganizationShard? shard) => shard is null ? "1 = 1" : "o.id % @Count = @Number";

    private static Task<Row?> FindAsync(DbConnection connection, DbTransaction? transaction, string organization) =>
        connection.QuerySingleOrDefaultAsync<Row>(
            $"SELECT {Columns} FROM organizations o WHERE o.name = @organization", new { organization }, transaction);

    // With its settings go those of its projects, and its custom rules: as an import would bring them back.
    private async Task<string> DescribeAsync(DbConnection connection, DbTransaction transaction, string organization) =>
        SettingsJson.Write((await StoredSettings.ReadAsync(connection, transaction, customRules, clock.GetUtcNow(), organization)).ToDocument(organization));

    private OrganizationEntry? ToEntryOrNull(Row? row) => row is null ? null : ToEntry(row);

    private OrganizationEntry ToEntry(Row row)
    {
        var (settings, error) = SettingsJson.ReadOrganization(row.Settings);
        errors.Note(row.Name, "", error);
        return new(row.Name, settings, error, row.Projects);
    }

    private ProjectEntry ToEntry(ProjectRow row)
    {
        var (settings, error) = SettingsJson.ReadProject(row.Settings);
        errors.Note(row.Organization, row.Project, error);
        return new(new(row.Organization, row.Project), settings, error, row.FirstMinute);
    }

    // Named, because SQLite does not know the types of sums in a result without rows, by which Dapper would look for it.
    [method: ExplicitConstructor]
    private sealed record Row(string Name, string? Settings, long Projects);

    private sealed record ProjectRow(string Organization, string Project, string? Settings, long? FirstMinute);

    [method: ExplicitConstructor]
    private sealed record VolumeRow(string Name, string? Settings, long Projects, double Total, double Kept, double MonthlyVolume);
}

/// <summary>An organization with its volume in a window.</summary>
/// <param name="Organization">The organization.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
/// <param name="MonthlyVolume">The estimate behind its published target, if there is one.</param>
internal sealed record OrganizationWithVolume(OrganizationEntry Organization, double Total, double Kept, double? MonthlyVolume);
