using System.Data.Common;
using Dapper;
using DynamicSampling.Api.Serving;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Projects, their settings and their releases.</summary>
internal sealed class SqlProjectStore(Database database, NameLimits limits, SqlAuditLog audit, SettingsErrors errors, RatesChanged changed)
{
    /// <summary>The project, if it has been seen or configured.</summary>
    public Task<ProjectEntry?> FindAsync(ProjectKey project, CancellationToken cancellationToken) =>
        database.ReadAsync(async connection => ToEntryOrNull(await FindAsync(connection, transaction: null, project)), cancellationToken);

    /// <summary>Projects of an organization with their volume in a window, by name.</summary>
    public Task<IReadOnlyList<ProjectWithVolume>> ListWithVolumesAsync(
        string organization, MinuteWindow window, string? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ProjectWithVolume>>(
            async connection =>
            {
                var rows = await connection.QueryAsync<VolumeRow>(
                    """
                    SELECT p.name AS Project, p.settings AS Settings, COALESCE(SUM(v.total), 0.0) AS Total, COALESCE(SUM(v.kept), 0.0) AS Kept
                    FROM (SELECT id, name, settings FROM projects
                          WHERE organization_id = (SELECT id FROM organizations WHERE name = @organization) AND name > @after
                          ORDER BY name LIMIT @limit) p
                    LEFT JOIN volumes v ON v.project_id = p.id AND v.minute BETWEEN @First AND @Last
                    GROUP BY p.id, p.name, p.settings
                    ORDER BY p.name
                    """,
                    new { organization, after = after ?? "", limit, window.First, window.Last });
                return [.. rows.Select(row => new ProjectWithVolume(ToEntry(new(organization, row.Project, row.Settings, FirstMinute: null)), row.Total, row.Kept))];
            },
            cancellationToken);

    /// <summary>Releases first seen since some minute, newest first.</summary>
    public Task<IReadOnlyList<SeenRelease>> ListReleasesAsync(ProjectKey project, long since, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<SeenRelease>>(
            async connection => (await connection.QueryAsync<SeenRelease>(
                """
                SELECT r.release AS Release, r.environment AS Environment, r.first_minute AS FirstMinute
                FROM releases r
                JOIN projects p ON p.id = r.project_id
                JOIN organizations o ON o.id = p.organization_id
                WHERE o.name = @Organization AND p.name = @Project AND r.first_minute >= @since
                ORDER BY r.first_minute DESC, r.release, r.environment
                LIMIT @limit
                """,
                new { project.Organization, project.Project, since, limit })).AsList(),
            cancellationToken);

    /// <summary>Stores settings if the caller's precondition holds for what is stored now.</summary>
    /// <returns>False when the precondition does not hold; nothing is changed then.</returns>
    /// <exception cref="NoRoomException">It or its organization is new, and there are too many.</exception>
    public Task<bool> SaveSettingsAsync(
        ProjectKey project, ProjectSettings settings, string actor, Func<ProjectEntry?, bool> precondition, CancellationToken cancellationToken) =>
        database.WriteSerializablyAsync(
            async (connection, transaction) =>
            {
                var row = await FindAsync(connection, transaction, project);
                if (!precondition(ToEntryOrNull(row)))
                    return false;
                if (SettingsJson.IsSame(row?.Settings, settings))
                    return true;
                await SaveAsync(connection, transaction, new(connection, transaction, database.Dialect, limits, cancellationToken), project, settings);
                await audit.WriteAsync(connection, transaction, new(actor, AuditAction.SettingsPut, project.Organization, project.Project)
                {
                    Before = SettingsJson.ToObject(row?.Settings),
                    After = SettingsJson.Write(settings),
                });
                errors.Note(project.Organization, project.Project, error: null);
                return true;
            },
            cancellationToken);

    /// <summary>Drops a project's settings, and with them its volumes and rates if asked.</summary>
    /// <returns>False when the precondition does not hold; nothing is changed then.</returns>
    public async Task<bool> DeleteAsync(
        ProjectKey project, bool withData, string actor, Func<ProjectEntry?, bool> precondition, CancellationToken cancellationToken)
    {
        var deleted = await database.WriteSerializablyAsync(
            async (connection, transaction) =>
            {
                await database.Dialect.LockNamesAsync(connection, transaction);
                var row = await FindAsync(connection, transaction, project);
                if (!precondition(ToEntryOrNull(row)))
                    return false;
                if (row is not null && (withData || row.Settings is not null))
                {
                    await audit.WriteAsync(
                        connection, transaction, new(actor, withData ? AuditAction.DataDeleted : AuditAction.SettingsDeleted, project.Organization, project.Project)
                        {
                            Before = SettingsJson.ToObject(row.Settings),
                        });
                }

                await DropSettingsAsync(connection, transaction, project, withData);
                await database.Dialect.NoteChangeAsync(connection, transaction, project.Organization);
                errors.Note(project.Organization, project.Project, error: null);
                return true;
            },
            cancellationToken);
        changed.Notify(project.Organization);
        return deleted;
    }

    internal static async Task SaveAsync(DbConnection connection, DbTransaction transaction, NameRoom room, ProjectKey project, ProjectSettings settings)
    {
        await room.EnsureAsync(project);
        await connection.ExecuteAsync(
            """
            INSERT INTO organizations (name) VALUES (@Organization) ON CONFLICT (name) DO NOTHING;
            INSERT INTO projects (organization_id, name, settings)
            SELECT id, @Project, @json FROM organizations WHERE name = @Organization
            ON CONFLICT (organization_id, name) DO UPDATE SET settings = excluded.settings;
            """,
            new { project.Organization, project.Project, json = SettingsJson.Write(settings) },
            transaction);
    }

    // One that has only been configured goes as a whole.
    internal static async Task DropSettingsAsync(DbConnection connection, DbTransaction transaction, ProjectKey project, bool withData = false)
    {
        await connection.ExecuteAsync(
            """
            UPDATE projects SET settings = NULL
            WHERE organization_id = (SELECT id FROM organizations WHERE name = @Organization) AND name = @Project;
            DELETE FROM instances WHERE @withData AND organization = @Organization AND service = @Project;
            DELETE FROM projects
            WHERE organization_id = (SELECT id FROM organizations WHERE name = @Organization) AND name = @Project AND (@withData OR first_minute IS NULL);
            """,
            new { project.Organization, project.Project, withData },
            transaction);
        await SqlOrganizationStore.DropIfEmptyAsync(connection, transaction, project.Organization);
    }

    private static Task<Row?> FindAsync(DbConnection connection, DbTransaction? transaction, ProjectKey project) =>
        connection.QuerySingleOrDefaultAsync<Row>(
            """
            SELECT o.name AS Organization, p.name AS Project, p.settings AS Settings, p.first_minute AS FirstMinute
            FROM organizations o JOIN projects p ON p.organization_id = o.id
            WHERE o.name = @Organization AND p.name = @Project
            """,
            new { project.Organization, project.Project },
            transaction);

    private ProjectEntry? ToEntryOrNull(Row? row) => row is null ? null : ToEntry(row);

    private ProjectEntry ToEntry(Row row)
    {
        var (settings, error) = SettingsJson.ReadProject(row.Settings);
        errors.Note(row.Organization, row.Project, error);
        return new(new(row.Organization, row.Project), settings, error, row.FirstMinute);
    }

    private sealed record Row(string Organization, string Project, string? Settings, long? FirstMinute);

    // Named, because SQLite does not know the types of sums in a result without rows, by which Dapper would look for it.
    [method: ExplicitConstructor]
    private sealed record VolumeRow(string Project, string? Settings, double Total, double Kept);
}

/// <summary>A project with its volume in a window.</summary>
internal sealed record ProjectWithVolume(ProjectEntry Project, double Total, double Kept);

/// <summary>A release that volumes have named.</summary>
/// <param name="Release">The release.</param>
/// <param name="Environment">The environment; empty for none.</param>
/// <param name="FirstMinute">When it was first seen, in minutes since the Unix epoch.</param>
internal sealed record SeenRelease(string Release, string Environment, long FirstMinute);
