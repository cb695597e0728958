using System.Data.Common;
using Dapper;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Published rates.</summary>
internal sealed class SqlRateStore(Database database) : IRateStore
{
    public Task<OrganizationRates?> FindAsync(string organization, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => FindAsync(connection, transaction: null, organization), cancellationToken);

    public Task<IReadOnlyList<ProjectRate>> ListProjectsAsync(string organization, string? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => ListProjectsAsync(connection, transaction: null, organization, after, limit), cancellationToken);

    /// <summary>A page of rates, with the version it belongs to and what all rates together spend; null before the first publication.</summary>
    public Task<RatesPage?> ReadPageAsync(string organization, string? after, int limit, CancellationToken cancellationToken) =>
        database.ReadConsistentlyAsync(
            async (connection, transaction) =>
            {
                if (await FindAsync(connection, transaction, organization) is not { } version)
                    return null;
                // The served rate, as in ServedRate.
                var spent = await connection.ExecuteScalarAsync<double>(
                    """
                    SELECT COALESCE(SUM(r.total * CASE WHEN r.rate IN (0, 1) THEN r.rate WHEN r.rate < @Floor THEN @Floor ELSE r.rate END), 0.0)
                    FROM project_rates r JOIN projects p ON p.id = r.project_id
                    WHERE p.organization_id = (SELECT id FROM organizations WHERE name = @organization)
                    """,
                    new { organization, version.Floor },
                    transaction);
                return new RatesPage(version, await ListProjectsAsync(connection, transaction, organization, after, limit), spent);
            },
            cancellationToken);

    public Task<long> PublishAsync(RatePublication publication, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                var organizationId = await connection.ExecuteScalarAsync<long?>(
                    "SELECT id FROM organizations WHERE name = @Organization", new { publication.Organization }, transaction)
                    ?? throw new InvalidOperationException("The organization was deleted while its rates were computed.");
                var version = await connection.ExecuteScalarAsync<long>(
                    """
                    INSERT INTO rate_versions
                        (organization_id, version, computed_by, computed_at, first_minute, last_minute, target_rate, target_source, floor)
                    VALUES (@organizationId, 1, @run, @at, @First, @Last, @Rate, @source, @Floor)
                    ON CONFLICT (organization_id) DO UPDATE SET
                        version = version + 1, computed_by = excluded.computed_by, computed_at = excluded.computed_at,
                        first_minute = excluded.first_minute, last_minute = excluded.last_minute,
                        target_rate = excluded.target_rate, target_source = excluded.target_source, floor = excluded.floor
                    RETURNING version
                    """,
                    new
                    {
                        organizationId,
                        run = publication.ComputedBy.ToString(),
                        at = publication.ComputedAt.ToUnixTimeMilliseconds(),
                        publication.Window.First,
                        publication.Window.Last,
                        publication.Target.Rate,
                        source = publication.Target.Source.ToString(),
                        publication.Floor,
                    },
                    transaction);
                // Dapper runs the statement once per element.
                await connection.ExecuteAsync(
                    """
                    INSERT INTO project_rates (project_id, version, rate, total, kept)
                    SELECT id, @version, @Rate, @Total, @Kept FROM projects WHERE organization_id = @organizationId AND name = @Project
                    ON CONFLICT (project_id) DO UPDATE SET
                        version = excluded.version, rate = excluded.rate, total = excluded.total, kept = excluded.kept
                    """,
                    publication.Changed.Select(rate => new { organizationId, version, rate.Project, rate.Rate, rate.Total, rate.Kept }),
                    transaction);
                await connection.ExecuteAsync(
                    "DELETE FROM project_rates WHERE project_id = (SELECT id FROM projects WHERE organization_id = @organizationId AND name = @project)",
                    publication.Removed.Select(project => new { organizationId, project }),
                    transaction);
                return version;
            },
            cancellationToken);

    private static async Task<OrganizationRates?> FindAsync(DbConnection connection, DbTransaction? transaction, string organization)
    {
        var row = await connection.QuerySingleOrDefaultAsync<VersionRow>(
            """
            SELECT v.version AS Version, v.computed_by AS ComputedBy, v.computed_at AS ComputedAt, v.first_minute AS FirstMinute,
                   v.last_minute AS LastMinute, v.target_rate AS TargetRate, v.target_source AS TargetSource, v.floor AS Floor
            FROM rate_versions v JOIN organizations o ON o.id = v.organization_id
            WHERE o.name = @organization
            """,
            new { organization },
            transaction);
        return row is null ? null : new(
            organization, row.Version, Guid.Parse(row.ComputedBy), DateTimeOffset.FromUnixTimeMilliseconds(row.ComputedAt),
            new(row.FirstMinute, row.LastMinute), new(row.TargetRate, Enum.Parse<TargetSource>(row.TargetSource)), row.Floor);
    }

    private static async Task<IReadOnlyList<ProjectRate>> ListProjectsAsync(
        DbConnection connection, DbTransaction? transaction, string organization, string? after, int limit) =>
        (await connection.QueryAsync<ProjectRate>(
            """
            SELECT p.name AS Project, r.rate AS Rate, r.total AS Total, r.kept AS Kept
            FROM projects p JOIN project_rates r ON r.project_id = p.id
            WHERE p.organization_id = (SELECT id FROM organizations WHERE name = @organization) AND p.name > @after
            ORDER BY p.name
            LIMIT @limit
            """,
            new { organization, after = after ?? "", limit },
            transaction)).AsList();

    private sealed record VersionRow(
        long Version, string ComputedBy, long ComputedAt, long FirstMinute, long LastMinute, double TargetRate, string TargetSource, double Floor);
}

/// <summary>Rates of one version.</summary>
/// <param name="Version">The version.</param>
/// <param name="Projects">The page.</param>
/// <param name="Spent">Traces that all projects keep in the window at the rates that are served.</param>
internal sealed record RatesPage(OrganizationRates Version, IReadOnlyList<ProjectRate> Projects, double Spent);
