using System.Data.Common;
using System.Text.Json;
using Dapper;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Organizations and their settings.</summary>
internal sealed class SqlOrganizationStore(Database database) : IOrganizationStore
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public Task<OrganizationEntry?> FindAsync(string organization, CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection =>
            {
                var row = await connection.QuerySingleOrDefaultAsync<Row>(
                    "SELECT name AS Name, settings AS Settings FROM organizations WHERE name = @organization", new { organization });
                return row is null ? null : ToEntry(row);
            },
            cancellationToken);

    public Task<IReadOnlyList<OrganizationEntry>> ListAsync(string? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<OrganizationEntry>>(
            async connection =>
            {
                var rows = await connection.QueryAsync<Row>(
                    "SELECT name AS Name, settings AS Settings FROM organizations WHERE name > @after ORDER BY name LIMIT @limit",
                    new { after = after ?? "", limit });
                return [.. rows.Select(ToEntry)];
            },
            cancellationToken);

    /// <summary>Organizations with their volume in a window, by name.</summary>
    public Task<IReadOnlyList<OrganizationVolume>> ListWithVolumesAsync(
        MinuteWindow window, string? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<OrganizationVolume>>(
            async connection =>
            {
                var rows = await connection.QueryAsync<VolumeRow>(
                    """
                    SELECT o.name AS Name, o.settings AS Settings, COUNT(DISTINCT p.id) AS Projects,
                           COALESCE(SUM(v.total), 0.0) AS Total, COALESCE(SUM(v.kept), 0.0) AS Kept
                    FROM (SELECT id, name, settings FROM organizations WHERE name > @after ORDER BY name LIMIT @limit) o
                    LEFT JOIN projects p ON p.organization_id = o.id
                    LEFT JOIN volumes v ON v.project_id = p.id AND v.minute BETWEEN @First AND @Last
                    GROUP BY o.id, o.name, o.settings
                    ORDER BY o.name
                    """,
                    new { after = after ?? "", limit, window.First, window.Last });
                return [.. rows.Select(row => new OrganizationVolume(ToEntry(new(row.Name, row.Settings)), row.Projects, row.Total, row.Kept))];
            },
            cancellationToken);

    /// <summary>Stores settings if the caller's precondition holds for what is stored now.</summary>
    /// <returns>False when the precondition does not hold; nothing is changed then.</returns>
    public Task<bool> SaveSettingsAsync(
        string organization, OrganizationSettings settings, Func<OrganizationEntry?, bool> precondition, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                if (!precondition(await ReadAsync(connection, transaction, organization)))
                    return false;
                await connection.ExecuteAsync(
                    """
                    INSERT INTO organizations (name, settings) VALUES (@organization, @json)
                    ON CONFLICT (name) DO UPDATE SET settings = excluded.settings
                    """,
                    new { organization, json = JsonSerializer.Serialize(settings, Json) },
                    transaction);
                return true;
            },
            cancellationToken);

    /// <summary>Drops an organization's settings, and with them its volumes and rates if asked.</summary>
    /// <returns>False when the precondition does not hold; nothing is changed then.</returns>
    public Task<bool> DeleteAsync(
        string organization, bool withData, Func<OrganizationEntry?, bool> precondition, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                if (!precondition(await ReadAsync(connection, transaction, organization)))
                    return false;
                // One that has only been configured goes as a whole.
                var sql = withData
                    ? "DELETE FROM organizations WHERE name = @organization"
                    : """
                      UPDATE organizations SET settings = NULL WHERE name = @organization;
                      DELETE FROM organizations WHERE name = @organization AND NOT EXISTS (SELECT 1 FROM projects WHERE organization_id = organizations.id);
                      """;
                await connection.ExecuteAsync(sql, new { organization }, transaction);
                return true;
            },
            cancellationToken);

    private static async Task<OrganizationEntry?> ReadAsync(DbConnection connection, DbTransaction transaction, string organization)
    {
        var row = await connection.QuerySingleOrDefaultAsync<Row>(
            "SELECT name AS Name, settings AS Settings FROM organizations WHERE name = @organization", new { organization }, transaction);
        return row is null ? null : ToEntry(row);
    }

    private static OrganizationEntry ToEntry(Row row)
    {
        if (row.Settings is null)
            return new(row.Name, Settings: null, SettingsError: null);
        try
        {
            return new(row.Name, JsonSerializer.Deserialize<OrganizationSettings>(row.Settings, Json), SettingsError: null);
        }
        catch (JsonException exception)
        {
            return new(row.Name, Settings: null, $"The stored settings cannot be read ({exception.Message}). Put them again.");
        }
    }

    private sealed record Row(string Name, string? Settings);

    // Named, because SQLite does not know the types of sums in a result without rows, by which Dapper would look for it.
    [method: ExplicitConstructor]
    private sealed record VolumeRow(string Name, string? Settings, long Projects, double Total, double Kept);
}

/// <summary>An organization with its volume in a window.</summary>
internal sealed record OrganizationVolume(OrganizationEntry Organization, long Projects, double Total, double Kept);
