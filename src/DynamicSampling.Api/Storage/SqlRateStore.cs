using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Storage.Dialects;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Published rates and their history.</summary>
internal sealed class SqlRateStore(Database database, RatesChanged changed, TimeProvider clock) : IRateStore
{
    private const string ProjectColumns =
        "p.name AS Project, r.first_version AS FirstVersion, r.end_version AS EndVersion, r.rate AS Rate, r.total AS Total, r.kept AS Kept, r.spent AS Spent, r.detail AS Detail";

    private const string OrganizationId = "(SELECT id FROM organizations WHERE name = @organization)";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault };

    public Task<OrganizationRates?> FindAsync(string organization, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => FindAsync(connection, transaction: null, organization), cancellationToken);

    public Task<IReadOnlyList<ProjectRate>> ListProjectsAsync(string organization, string? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ProjectRate>>(
            async connection => [.. (await ListAsync(connection, transaction: null, organization, version: null, after, limit)).Select(row => row.ToRate())],
            cancellationToken);

    /// <summary>A page of rates, with the version it belongs to and what all rates together spend.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="version">The version; null for the one in force.</param>
    /// <param name="after">Only projects after this one; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    /// <returns>Null before the first publication, and when the version is not kept.</returns>
    public Task<RatesPage?> ReadPageAsync(string organization, long? version, string? after, int limit, CancellationToken cancellationToken) =>
        database.ReadConsistentlyAsync(
            async (connection, transaction) =>
            {
                if (await FindAsync(connection, transaction, organization) is not { } current)
                    return null;
                var earlier = version == current.Version ? null : version;
                var rates = earlier is null ? current : await FindAsync(connection, transaction, organization, earlier.Value);
                if (rates is null)
                    return null;
                var spent = await SpentAsync(connection, transaction, organization, earlier);
                var rows = await ListAsync(connection, transaction, organization, earlier, after, limit);
                return new RatesPage(rates, IsInForce: earlier is null, [.. rows.Select(row => row.ToPublication())], spent);
            },
            cancellationToken);

    /// <summary>A project's rates, with the version they belong to and what all projects together spend; null before the first publication.</summary>
    public Task<ProjectRates?> FindProjectAsync(ProjectKey project, CancellationToken cancellationToken) =>
        FindProjectAsync(project, version: null, cancellationToken);

    /// <inheritdoc cref="FindProjectAsync(ProjectKey, CancellationToken)"/>
    /// <param name="project">The project.</param>
    /// <param name="version">The version; null for the one in force.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    /// <returns>Null also when the version is not kept.</returns>
    public Task<ProjectRates?> FindProjectAsync(ProjectKey project, long? version, CancellationToken cancellationToken) =>
        database.ReadConsistentlyAsync(
            async (connection, transaction) =>
            {
                var found = version is { } wanted
                    ? await FindAsync(connection, transaction, project.Organization, wanted)
                    : await FindAsync(connection, transaction, project.Organization);
                if (found is null)
                    return null;
                var row = await connection.QuerySingleOrDefaultAsync<ProjectRow>(
                    $"""
                    SELECT {ProjectColumns}
                    FROM projects p JOIN project_rates r ON r.project_id = p.id AND {InForce(version)}
                    WHERE p.organization_id = {OrganizationId} AND p.name = @Project
                    """,
                    new { organization = project.Organization, project.Project, version },
                    transaction);
                return new ProjectRates(found, row?.ToPublication(), await SpentAsync(connection, transaction, project.Organization, version));
            },
            cancellationToken);

    /// <summary>What a project was served since an instant, oldest first; the first step may have begun before.</summary>
    /// <param name="project">The project.</param>
    /// <param name="since">The instant.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    /// <returns>As far back as versions are kept; empty before the first publication.</returns>
    public Task<IReadOnlyList<RateStep>> ReadStepsAsync(ProjectKey project, DateTimeOffset since, CancellationToken cancellationToken) =>
        database.ReadConsistentlyAsync<IReadOnlyList<RateStep>>(
            async (connection, transaction) =>
            {
                var versions = await VersionsSinceAsync(connection, transaction, project.Organization, since);
                var rates = await connection.QueryAsync<ProjectRow>(
                    $"""
                    SELECT {ProjectColumns}
                    FROM projects p JOIN project_rates r ON r.project_id = p.id AND {RatesInForce.SinceVersion}
                    WHERE p.organization_id = {OrganizationId} AND p.name = @Project
                    ORDER BY r.first_version
                    """,
                    new { organization = project.Organization, project.Project, version = versions.Count == 0 ? 0 : versions[0].Version },
                    transaction);
                return RateStep.Of(
                    [.. versions.Select(row => row.ToRates(project.Organization))],
                    [.. rates.Select(row => new PublishedProject(row.ToRate(), row.FirstVersion, row.EndVersion))],
                    clock.GetUtcNow());
            },
            cancellationToken);

    /// <summary>The rates in force of the projects with the most traces, and what all projects together spend; null before the first publication.</summary>
    public Task<RatesPage?> ReadLargestAsync(string organization, int limit, CancellationToken cancellationToken) =>
        database.ReadConsistentlyAsync(
            async (connection, transaction) =>
            {
                if (await FindAsync(connection, transaction, organization) is not { } current)
                    return null;
                var rows = await connection.QueryAsync<ProjectRow>(
                    $"""
                    SELECT {ProjectColumns}
                    FROM projects p JOIN project_rates r ON r.project_id = p.id AND {RatesInForce.Now}
                    WHERE p.organization_id = {OrganizationId}
                    ORDER BY r.total DESC, p.name
                    LIMIT @limit
                    """,
                    new { organization, limit },
                    transaction);
                return new RatesPage(
                    current, IsInForce: true, [.. rows.Select(row => row.ToPublication())], await SpentAsync(connection, transaction, organization, version: null));
            },
            cancellationToken);

    /// <summary>What a version changed, of the projects with the most traces: what each had been published before, and what it was published then.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="version">The version.</param>
    /// <param name="limit">How many projects at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public Task<IReadOnlyList<(ProjectRate? Before, ProjectRate After)>> ReadChangesAsync(
        string organization, long version, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<(ProjectRate?, ProjectRate)>>(
            async connection =>
            {
                // Both are found by the primary key. What ended earlier was not in force before: then there was nothing.
                var rows = (await connection.QueryAsync<ProjectRow>(
                    $"""
                    WITH c AS (
                        SELECT p.id, p.name
                        FROM projects p JOIN project_rates r ON r.project_id = p.id AND r.first_version = @version
                        WHERE p.organization_id = {OrganizationId}
                        ORDER BY r.total DESC, p.name
                        LIMIT @limit)
                    SELECT {ProjectColumns}
                    FROM c p JOIN project_rates r ON r.project_id = p.id AND r.first_version = @version
                    UNION ALL
                    SELECT {ProjectColumns}
                    FROM c p JOIN project_rates r ON r.project_id = p.id AND r.end_version = @version AND r.first_version = (
                        SELECT b.first_version FROM project_rates b WHERE b.project_id = p.id AND b.first_version < @version ORDER BY b.first_version DESC LIMIT 1)
                    """,
                    new { organization, version, limit })).AsList();
                var before = rows.Where(row => row.FirstVersion < version).ToDictionary(row => row.Project, StringComparer.Ordinal);
                return
                [
                    .. rows.Where(row => row.FirstVersion == version).Select(row => (before.GetValueOrDefault(row.Project)?.ToRate(), row.ToRate())),
                ];
            },
            cancellationToken);

    public Task<RatesHistory> ReadHistoryAsync(string organization, DateTimeOffset since, double fallback, CancellationToken cancellationToken) =>
        database.ReadConsistentlyAsync(
            async (connection, transaction) =>
            {
                var versions = await VersionsSinceAsync(connection, transaction, organization, since);
                var projects = await connection.QueryAsync<ProjectRow>(
                    $"""
                    SELECT {ProjectColumns}
                    FROM projects p JOIN project_rates r ON r.project_id = p.id AND {RatesInForce.SinceVersion}
                    WHERE p.organization_id = {OrganizationId}
                    """,
                    new { organization, version = versions.Count == 0 ? 0 : versions[0].Version },
                    transaction);
                return new RatesHistory(
                    [.. versions.Select(row => row.ToRates(organization))],
                    projects.Select(row => new PublishedProject(row.ToRate(), row.FirstVersion, row.EndVersion)),
                    fallback);
            },
            cancellationToken);

    public async Task<long> PublishAsync(RatePublication publication, CancellationToken cancellationToken)
    {
        var version = await database.WriteAsync((connection, transaction) => PublishAsync(connection, transaction, publication), cancellationToken);
        changed.Notify(publication.Rates.Organization);
        return version;
    }

    public async Task RenewFactorAsync(string organization, DateTimeOffset until, ShardLease? lease, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            async (connection, transaction) =>
            {
                await HoldAsync(connection, transaction, lease);
                if (await LockCurrentAsync(connection, transaction, organization) is not ({ } organizationId, { } current))
                    return 0;
                await database.Dialect.NoteChangeAsync(connection, transaction, organization);
                return await connection.ExecuteAsync(
                    """
                    UPDATE rate_versions SET factor_until = @until
                    WHERE organization_id = @organizationId AND version = @Version AND factor_until IS NOT NULL
                    """,
                    new { organizationId, current.Version, until = until.ToUnixTimeMilliseconds() },
                    transaction);
            },
            cancellationToken);
        changed.Notify(organization);
    }

    private async Task<long> PublishAsync(DbConnection connection, DbTransaction transaction, RatePublication publication)
    {
        await HoldAsync(connection, transaction, publication.Lease);
        var rates = publication.Rates;
        var organization = rates.Organization;
        var (found, current) = await LockCurrentAsync(connection, transaction, organization);
        var organizationId = found ?? throw new InvalidOperationException("The organization was deleted while its rates were computed.");
        // Two tasks may work on one organization at a time. What the other one published must not be mixed with changes of what was before it.
        var previous = current?.Version ?? 0;
        if (previous != publication.Previous)
        {
            throw new InvalidOperationException(
                $"Another run published version {previous} while these rates were computed from version {publication.Previous}: run the task again.");
        }

        var version = previous + 1;
        // Versions follow each other in time, too, whatever the clocks of the processes say.
        var at = Math.Max(rates.ComputedAt.ToUnixTimeMilliseconds(), current?.ComputedAt ?? 0);
        await connection.ExecuteAsync(
            """
            INSERT INTO rate_versions
                (organization_id, version, computed_by, computed_at, first_minute, last_minute, mode, target_rate, target_source,
                 monthly_volume, floor, factor, factor_until, obedience, projects_changed)
            VALUES (@organizationId, @version, @run, @at, @First, @Last, @mode, @Rate, @source, @MonthlyVolume, @Floor, @Factor, @until, @Obedience, @projects)
            """,
            new
            {
                organizationId,
                version,
                run = rates.ComputedBy.ToString(),
                at,
                rates.Window.First,
                rates.Window.Last,
                mode = rates.Mode.ToString(),
                rates.Target.Rate,
                source = rates.Target.Source.ToString(),
                rates.Target.MonthlyVolume,
                rates.Floor,
                rates.Recalibration.Factor,
                until = rates.Recalibration.Until?.ToUnixTimeMilliseconds(),
                rates.Recalibration.Obedience,
                projects = (long)(publication.Changed.Count + publication.Removed.Count),
            },
            transaction);
        string[] replaced = [.. publication.Changed.Select(changed => changed.Rate.Project), .. publication.Removed];
        foreach (var names in replaced.Chunk(NamesPerStatement))
        {
            await connection.ExecuteAsync(
                $"""
                UPDATE project_rates SET end_version = @version, ended_at = @at
                WHERE end_version IS NULL AND project_id IN (
                    SELECT id FROM projects WHERE organization_id = @organizationId AND {database.Dialect.IsOneOf("name", "@names")})
                """,
                new { organizationId, version, at, names },
                transaction);
        }

        ProjectPublication[] changes = [.. publication.Changed];
        var (ids, versions) = (new long[changes.Length], new long[changes.Length]);
        Array.Fill(ids, organizationId);
        Array.Fill(versions, version);
        await database.Dialect.ExecuteAsync(
            connection, transaction,
            $"""
            WITH r (organization_id, name, version, rate, total, kept, spent, detail) AS ({SqlDialect.Rows})
            INSERT INTO project_rates (project_id, first_version, rate, total, kept, spent, detail)
            SELECT p.id, r.version, r.rate, r.total, r.kept, r.spent, r.detail
            FROM r JOIN projects p ON p.organization_id = r.organization_id AND p.name = r.name
            """,
            [
                ids, Array.ConvertAll(changes, change => change.Rate.Project), versions, Array.ConvertAll(changes, change => change.Rate.Rate),
                Array.ConvertAll(changes, change => change.Rate.Total), Array.ConvertAll(changes, change => change.Rate.Kept), Array.ConvertAll(changes, change => change.Spent),
                Array.ConvertAll(changes, change => JsonSerializer.Serialize(Detail.Of(change.Rate), Json)),
            ],
            CancellationToken.None);
        await database.Dialect.NoteChangeAsync(connection, transaction, organization);
        return version;
    }

    /// <summary>Makes sure that a lease is the latest of its shard, and that no other is given before this transaction ends.</summary>
    private async Task HoldAsync(DbConnection connection, DbTransaction transaction, ShardLease? lease)
    {
        if (lease is null)
            return;
        var held = await connection.ExecuteScalarAsync<long?>(
            $"SELECT epoch FROM shards WHERE count = @Count AND number = @Number AND epoch = @Epoch {database.Dialect.ForShare}",
            new { lease.Shard.Count, lease.Shard.Number, lease.Epoch },
            transaction);
        if (held is null)
            throw new StaleShardException(lease);
    }

    /// <exception cref="RatesPinnedException">It is pinned.</exception>
    private async Task<(long? OrganizationId, RateVersionRow? Version)> LockCurrentAsync(DbConnection connection, DbTransaction transaction, string organization)
    {
        var current = await CurrentVersion.LockAsync(database.Dialect, connection, transaction, organization);
        return current.Version?.Pin is { } pin && pin.HoldsAt(clock.GetUtcNow()) ? throw new RatesPinnedException(organization, pin) : current;
    }

    private const int NamesPerStatement = 500;

    private static async Task<OrganizationRates?> FindAsync(DbConnection connection, DbTransaction? transaction, string organization) =>
        (await connection.QuerySingleOrDefaultAsync<RateVersionRow>(
            $"SELECT {RateVersionRow.Columns} FROM rate_versions v WHERE v.organization_id = {OrganizationId} ORDER BY v.version DESC LIMIT 1",
            new { organization },
            transaction))?.ToRates(organization);

    private static async Task<OrganizationRates?> FindAsync(DbConnection connection, DbTransaction transaction, string organization, long version) =>
        (await connection.QuerySingleOrDefaultAsync<RateVersionRow>(
            $"SELECT {RateVersionRow.Columns} FROM rate_versions v WHERE v.organization_id = {OrganizationId} AND v.version = @version",
            new { organization, version },
            transaction))?.ToRates(organization);

    // Far more may be kept than is asked for: this goes by the primary key, from the version on that was in force then.
    private static async Task<List<RateVersionRow>> VersionsSinceAsync(
        DbConnection connection, DbTransaction transaction, string organization, DateTimeOffset since) =>
        (await connection.QueryAsync<RateVersionRow>(
            $"""
            SELECT {RateVersionRow.Columns}
            FROM rate_versions v
            WHERE v.organization_id = {OrganizationId}
              AND v.version >= COALESCE((
                  SELECT b.version FROM rate_versions b
                  WHERE b.organization_id = {OrganizationId} AND b.computed_at <= @since ORDER BY b.version DESC LIMIT 1), 0)
            ORDER BY v.version
            """,
            new { organization, since = since.ToUnixTimeMilliseconds() },
            transaction)).AsList();

    private static async Task<double> SpentAsync(DbConnection connection, DbTransaction transaction, string organization, long? version) =>
        await connection.ExecuteScalarAsync<double>(
            $"""
            SELECT COALESCE(SUM(r.spent), 0.0) FROM projects p JOIN project_rates r ON r.project_id = p.id AND {InForce(version)}
            WHERE p.organization_id = {OrganizationId}
            """,
            new { organization, version },
            transaction);

    private static string InForce(long? version) => version is null ? RatesInForce.Now : RatesInForce.AtVersion;

    private static async Task<List<ProjectRow>> ListAsync(
        DbConnection connection, DbTransaction? transaction, string organization, long? version, string? after, int limit) =>
        (await connection.QueryAsync<ProjectRow>(
            $"""
            SELECT {ProjectColumns}
            FROM projects p JOIN project_rates r ON r.project_id = p.id AND {InForce(version)}
            WHERE p.organization_id = {OrganizationId} AND p.name > @after
            ORDER BY p.name
            LIMIT @limit
            """,
            new { organization, version, after = after ?? "", limit },
            transaction)).AsList();

    private sealed record ProjectRow(
        string Project, long FirstVersion, long? EndVersion, double Rate, double Total, double Kept, double Spent, string Detail)
    {
        public ProjectRate ToRate() => JsonSerializer.Deserialize<Detail>(Detail, Json)!.ToRate(Project, Rate, Total, Kept);

        public ProjectPublication ToPublication() => new(ToRate(), Spent);
    }

    /// <summary>What is stored of a project's rate beside the columns that queries need.</summary>
    private sealed record Detail(
        double? ImplicitRate, double? Factor, double Floor, bool HealthChecks, bool IsNew, bool Always, double? Maximum, TargetRate? Target,
        long Names, double TransactionsTotal, TransactionRate[]? Transactions)
    {
        public static Detail Of(ProjectRate rate) => new(
            rate.ImplicitRate, rate.Factor, rate.Floor, rate.HealthChecks, rate.IsNew, rate.Always, rate.Maximum, rate.Target,
            rate.Names, rate.TransactionsTotal, [.. rate.Transactions]);

        public ProjectRate ToRate(string project, double rate, double total, double kept) => new(project, rate, total, kept)
        {
            ImplicitRate = ImplicitRate ?? rate,
            Factor = Factor,
            Floor = Floor,
            HealthChecks = HealthChecks,
            IsNew = IsNew,
            Always = Always,
            Maximum = Maximum,
            Target = Target,
            Names = Names,
            TransactionsTotal = TransactionsTotal,
            Transactions = [.. Transactions ?? []],
        };
    }
}

/// <summary>Rates of one version.</summary>
/// <param name="Version">The version.</param>
/// <param name="IsInForce">Whether it is the current one.</param>
/// <param name="Projects">The page.</param>
/// <param name="Spent">Traces that all projects keep in the window at the rates that are served.</param>
internal sealed record RatesPage(OrganizationRates Version, bool IsInForce, IReadOnlyList<ProjectPublication> Projects, double Spent);

/// <summary>A project's rates.</summary>
/// <param name="Version">The version they belong to.</param>
/// <param name="Project">The project's; null when it has none, and gets the target.</param>
/// <param name="Spent">Traces that all projects keep in the window at the rates that are served.</param>
internal sealed record ProjectRates(OrganizationRates Version, ProjectPublication? Project, double Spent);
