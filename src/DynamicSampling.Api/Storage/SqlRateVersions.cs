using System.Data.Common;
using Dapper;
using DynamicSampling.Api.Serving;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Storage;

/// <summary>The versions of rates that are kept, and the way back to one of them.</summary>
internal sealed class SqlRateVersions(
    Database database, SqlAuditLog audit, RatesChanged changed, IOptions<SchedulingOptions> scheduling, TimeProvider clock)
{
    private const string OrganizationId = "(SELECT id FROM organizations WHERE name = @organization)";

    /// <summary>Versions, newest first.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="before">Only versions before this one; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public Task<IReadOnlyList<RateVersion>> ListAsync(string organization, long? before, int limit, CancellationToken cancellationToken) =>
        database.ReadConsistentlyAsync<IReadOnlyList<RateVersion>>(
            async (connection, transaction) =>
            {
                var (_, last) = await FindKeptAsync(connection, transaction, organization);
                var rows = await connection.QueryAsync<RateVersionRow>(
                    $"""
                    SELECT {RateVersionRow.Columns}
                    FROM rate_versions v
                    WHERE v.organization_id = {OrganizationId} AND v.version < @before
                    ORDER BY v.version DESC
                    LIMIT @limit
                    """,
                    new { organization, before = before ?? long.MaxValue, limit },
                    transaction);
                return [.. rows.Select(row => new RateVersion(row.ToRates(organization), row.ProjectsChanged, row.Version == last))];
            },
            cancellationToken);

    /// <summary>The first and the last version that are kept; null before the first publication.</summary>
    public Task<(long? First, long? Last)> FindKeptAsync(string organization, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => FindKeptAsync(connection, transaction: null, organization), cancellationToken);

    /// <summary>Publishes a new version that has the rates of an earlier one, and pins it.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="version">The earlier version; also the current one, which is pinned so.</param>
    /// <param name="duration">How long the pin holds.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="cancellationToken">Cancels it before it is committed.</param>
    /// <returns>Null when the version is not kept, and nothing was changed.</returns>
    public async Task<Rollback?> RollBackAsync(string organization, long version, TimeSpan duration, string actor, CancellationToken cancellationToken)
    {
        var rollback = await database.WriteAsync(
            async (connection, transaction) =>
            {
                if (await CurrentVersion.LockAsync(database.Dialect, connection, transaction, organization) is not ({ } organizationId, { } current)
                    || !await KeepAsync(connection, transaction, organizationId, version))
                    return null;
                var made = await RollBackAsync(connection, transaction, organizationId, current, new(version, ToMilliseconds(clock.GetUtcNow() + duration), actor));
                await audit.WriteAsync(connection, transaction, new(actor, AuditAction.RatesRolledBack, organization)
                {
                    Subject = $"{made.Version}",
                    Before = SettingsJson.Write(new { version = current.Version }),
                    After = SettingsJson.Write(new { version = made.Version, restoredFrom = version, pinnedUntil = made.Pin.Until.UtcDateTime }),
                });
                await database.Dialect.NoteChangeAsync(connection, transaction, organization);
                return made;
            },
            cancellationToken);
        if (rollback is not null)
            changed.Notify(organization);
        return rollback;
    }

    /// <summary>Ends the pin of an organization's rates, so that the next pass publishes.</summary>
    /// <returns>False when there is none, or it had ended.</returns>
    public async Task<bool> UnpinAsync(string organization, string actor, CancellationToken cancellationToken)
    {
        var isUnpinned = await database.WriteAsync(
            async (connection, transaction) =>
            {
                var now = clock.GetUtcNow();
                if (await CurrentVersion.LockAsync(database.Dialect, connection, transaction, organization) is not ({ } organizationId, { Pin: { } pin } current) || !pin.HoldsAt(now))
                    return false;
                // From here on its factor holds as long as that of any pass.
                await connection.ExecuteAsync(
                    """
                    UPDATE rate_versions SET
                        pinned_until = NULL, pinned_by = NULL, factor_until = CASE WHEN factor_until > @until THEN @until ELSE factor_until END
                    WHERE organization_id = @organizationId AND version = @Version
                    """,
                    new { organizationId, current.Version, until = (now + scheduling.Value.FactorLifetime).ToUnixTimeMilliseconds() },
                    transaction);
                await audit.WriteAsync(connection, transaction, new(actor, AuditAction.RatesUnpinned, organization)
                {
                    Subject = $"{current.Version}",
                    Before = SettingsJson.Write(new { version = current.Version, restoredFrom = pin.Version, pinnedUntil = pin.Until.UtcDateTime, pinnedBy = pin.By }),
                });
                await database.Dialect.NoteChangeAsync(connection, transaction, organization);
                return true;
            },
            cancellationToken);
        if (isUnpinned)
            changed.Notify(organization);
        return isUnpinned;
    }

    private async Task<Rollback> RollBackAsync(
        DbConnection connection, DbTransaction transaction, long organizationId, RateVersionRow current, RatesPin pin)
    {
        var parameters = new
        {
            organizationId,
            version = pin.Version,
            current = current.Version,
            added = current.Version + 1,
            at = Math.Max(clock.GetUtcNow().ToUnixTimeMilliseconds(), current.ComputedAt),
            pinnedUntil = pin.Until.ToUnixTimeMilliseconds(),
            // Until a pass after the pin has found another one.
            factorUntil = (pin.Until + scheduling.Value.FactorLifetime).ToUnixTimeMilliseconds(),
            by = pin.By,
        };
        // What the earlier version did not have goes, what it had otherwise is copied; what is still the same stays.
        var ended = (await connection.QueryAsync<long>(
            """
            UPDATE project_rates SET end_version = @added, ended_at = @at
            WHERE end_version IS NULL AND first_version > @version AND project_id IN (SELECT id FROM projects WHERE organization_id = @organizationId)
            RETURNING project_id
            """,
            parameters,
            transaction)).ToHashSet();
        ended.UnionWith(await connection.QueryAsync<long>(
            $"""
            INSERT INTO project_rates (project_id, first_version, rate, total, kept, spent, detail)
            SELECT r.project_id, @added, r.rate, r.total, r.kept, r.spent, r.detail
            FROM projects p JOIN project_rates r ON r.project_id = p.id AND {RatesInForce.AtVersion}
            WHERE p.organization_id = @organizationId AND r.end_version IS NOT NULL
            RETURNING project_id
            """,
            parameters,
            transaction));
        // How far clients obey is known best from the current version: it is about them, and not about the rates.
        await connection.ExecuteAsync(
            """
            INSERT INTO rate_versions
                (organization_id, version, computed_by, computed_at, first_minute, last_minute, mode, target_rate, target_source, monthly_volume, floor,
                 factor, factor_until, obedience, projects_changed, restored_from, pinned_until, pinned_by)
            SELECT v.organization_id, @added, v.computed_by, @at, v.first_minute, v.last_minute, v.mode, v.target_rate, v.target_source, v.monthly_volume, v.floor,
                 v.factor, CASE WHEN v.factor_until IS NOT NULL THEN @factorUntil END, c.obedience, @projects, v.version, @pinnedUntil, @by
            FROM rate_versions v JOIN rate_versions c ON c.organization_id = v.organization_id AND c.version = @current
            WHERE v.organization_id = @organizationId AND v.version = @version
            """,
            new
            {
                parameters.organizationId, parameters.version, parameters.current, parameters.added, parameters.at, parameters.pinnedUntil,
                parameters.factorUntil, parameters.by, projects = (long)ended.Count,
            },
            transaction);
        return new(parameters.added, current.Version, ended.Count, pin);
    }

    /// <summary>Makes sure that a version is there until the transaction ends. As long as it is, the retention leaves its rates alone.</summary>
    private async Task<bool> KeepAsync(DbConnection connection, DbTransaction transaction, long organizationId, long version) =>
        await connection.ExecuteScalarAsync<long?>(
            $"SELECT version FROM rate_versions WHERE organization_id = @organizationId AND version = @version {database.Dialect.ForShare}",
            new { organizationId, version },
            transaction) is not null;

    // As it is stored.
    private static DateTimeOffset ToMilliseconds(DateTimeOffset instant) => DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds());

    private static Task<(long? First, long? Last)> FindKeptAsync(DbConnection connection, DbTransaction? transaction, string organization) =>
        connection.QuerySingleAsync<(long?, long?)>(
            $"SELECT MIN(version), MAX(version) FROM rate_versions WHERE organization_id = {OrganizationId}", new { organization }, transaction);
}
