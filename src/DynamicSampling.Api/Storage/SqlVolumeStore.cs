using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Dapper;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Ingest.Otlp.Metrics;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Volumes per minute.</summary>
internal sealed class SqlVolumeStore(Database database, VolumePartitions partitions, NameLimits limits, SeriesRoom series, TimeProvider clock) : IVolumeStore
{
    /// <summary>How long repetitions are known, of requests and of flushes.</summary>
    public static readonly TimeSpan IdempotencyWindow = TimeSpan.FromDays(1);

    private const int RowsPerPage = 1000;
    private const long NanosecondsPerMinute = TimeSpan.NanosecondsPerTick * TimeSpan.TicksPerMinute;

    private readonly string _projectsWithTraffic =
        $"""
        SELECT o.name AS organization, p.id, p.name
        FROM organizations o JOIN projects p ON p.organization_id = o.id
        WHERE {database.Dialect.IsOneOf("o.name", "@organizations")} AND o.name >= @afterOrganization AND (o.name, p.name) > (@afterOrganization, @afterProject)
          AND EXISTS (SELECT 1 FROM volumes v WHERE v.project_id = p.id AND v.minute BETWEEN @First AND @Last)
        ORDER BY o.name, p.name LIMIT @limit
        """;

    /// <summary>Counts a batch, all of it or nothing.</summary>
    /// <param name="batch">What to count.</param>
    /// <param name="idempotencyKey">Makes a repetition within a day count nothing.</param>
    /// <param name="cancellationToken">Cancels it before it is committed.</param>
    /// <returns>How many items were taken, or had been under that key.</returns>
    /// <exception cref="NoRoomException">There are too many organizations or projects.</exception>
    public Task<VolumeReceipt> AddAsync(VolumeBatch batch, string? idempotencyKey, CancellationToken cancellationToken) => WriteAsync(
        batch,
        async (connection, transaction) =>
        {
            if (idempotencyKey is null)
                return new VolumeReceipt(batch.Items, IsRepetition: false);
            // The key first: whoever comes with the same one waits for this transaction.
            var now = clock.GetUtcNow();
            var isNew = await connection.ExecuteAsync(
                """
                INSERT INTO idempotency_keys (key, created_at, taken) VALUES (@idempotencyKey, @now, @Items)
                ON CONFLICT (key) DO UPDATE SET created_at = excluded.created_at, taken = excluded.taken WHERE idempotency_keys.created_at <= @oldest
                """,
                new { idempotencyKey, now = now.ToUnixTimeMilliseconds(), batch.Items, oldest = (now - IdempotencyWindow).ToUnixTimeMilliseconds() },
                transaction) > 0;
            return isNew
                ? new VolumeReceipt(batch.Items, IsRepetition: false)
                : new VolumeReceipt(
                    await connection.ExecuteScalarAsync<long>("SELECT taken FROM idempotency_keys WHERE key = @idempotencyKey", new { idempotencyKey }, transaction),
                    IsRepetition: true);
        },
        cancellationToken);

    /// <summary>Counts what was added up meanwhile, all of it or nothing. May be repeated until it succeeds: within a day it counts once.</summary>
    /// <param name="batch">What to count.</param>
    /// <param name="flushId">Of this batch, and of no other that has been tried.</param>
    /// <param name="cancellationToken">Cancels it before it is committed.</param>
    /// <returns>How many items were taken, now or when it was tried before.</returns>
    public Task<VolumeReceipt> FlushAsync(VolumeBatch batch, Guid flushId, CancellationToken cancellationToken) => WriteAsync(
        batch,
        async (connection, transaction) => new VolumeReceipt(
            batch.Items,
            IsRepetition: await connection.ExecuteAsync(
                "INSERT INTO flushes (id, created_at) VALUES (@id, @now) ON CONFLICT (id) DO NOTHING",
                new { id = flushId.ToString(), now = clock.GetUtcNow().ToUnixTimeMilliseconds() },
                transaction) == 0),
        cancellationToken);

    /// <summary>Counts what data points of metrics add to their series, all of it or nothing. A repetition adds nothing.</summary>
    /// <exception cref="NoRoomException">There are too many organizations or projects.</exception>
    public async Task<PointsResult> AddAsync(MetricPointList points, CancellationToken cancellationToken)
    {
        if (points.Points.Count == 0)
            return new();
        await partitions.EnsureAsync(
            (points.Points.Min(point => point.Time) / NanosecondsPerMinute) - BoundedMinutes.MaxMinutes,
            points.Points.Max(point => point.Time) / NanosecondsPerMinute,
            cancellationToken);
        var result = await database.WriteAsync(
            async (connection, transaction) =>
            {
                await database.Dialect.KeepNamesAsync(connection, transaction);
                var projects = await new NameIds(connection, transaction, database.Dialect, limits, cancellationToken)
                    .FindProjectsAsync(points.Points.Select(point => (points.Organization, point.Project)).ToHashSet(), mustHaveRoom: true);
                var (result, batches) = await new SeriesWriter(connection, transaction, database.Dialect, series, points, cancellationToken).WriteAsync(projects);
                foreach (var batch in batches.Values)
                    await new VolumeWriter(connection, transaction, database.Dialect, limits, batch, cancellationToken).WriteAsync();
                return result;
            },
            cancellationToken);
        series.Added(points.Organization, result.NewSeries);
        return result;
    }

    public Task<IReadOnlyList<ProjectVolume>> ReadProjectsAsync(
        IReadOnlyList<string> organizations, MinuteWindow window, ProjectKey? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ProjectVolume>>(
            async connection =>
            {
                var rows = await connection.QueryAsync<ProjectRow>(
                    $"""
                    SELECT p.organization AS Organization, p.name AS Project, SUM(v.total) AS Total, SUM(v.kept) AS Kept
                    FROM ({_projectsWithTraffic}) p
                    JOIN volumes v ON v.project_id = p.id AND v.minute BETWEEN @First AND @Last
                    GROUP BY p.organization, p.name
                    ORDER BY p.organization, p.name
                    """,
                    Parameters(organizations, window, after, limit));
                return [.. rows.Select(row => new ProjectVolume(new(row.Organization, row.Project), row.Total, row.Kept, Names: 0, Transactions: []))];
            },
            cancellationToken);

    public Task<IReadOnlyList<ProjectVolume>> ReadTransactionsAsync(
        IReadOnlyList<string> organizations, MinuteWindow window, TopTransactions top, ProjectKey? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ProjectVolume>>(
            async connection =>
            {
                var parameters = Parameters(organizations, window, after, limit);
                parameters.AddDynamicParams(new { top.Largest, top.Smallest });
                // At least one row a project, for the sums; without a name when no transaction was asked for. Grouped by transaction
                // first, because projects repeat and would make the sort compare twice.
                var rows = await connection.QueryAsync<TransactionRow>(
                    $"""
                    SELECT r.organization AS Organization, r.project AS Project, r.project_total AS ProjectTotal, r.project_kept AS ProjectKept, r.names AS Names,
                           CASE WHEN r.place <= @Largest OR r.names - r.place < @Smallest THEN t.name END AS "Transaction", r.total AS Total, r.kept AS Kept
                    FROM (SELECT p.organization, p.name AS project, g.transaction_id, g.total, g.kept,
                                 SUM(g.total) OVER whole AS project_total, SUM(g.kept) OVER whole AS project_kept, COUNT(*) OVER whole AS names,
                                 ROW_NUMBER() OVER (PARTITION BY g.project_id ORDER BY g.total DESC, g.transaction_id) AS place
                          FROM ({_projectsWithTraffic}) p
                          JOIN (SELECT v.project_id, v.transaction_id, SUM(v.total) AS total, SUM(v.kept) AS kept
                                FROM ({_projectsWithTraffic}) q
                                JOIN volumes v ON v.project_id = q.id AND v.minute BETWEEN @First AND @Last
                                GROUP BY v.transaction_id, v.project_id) g ON g.project_id = p.id
                          WINDOW whole AS (PARTITION BY g.project_id)) r
                    JOIN transactions t ON t.id = r.transaction_id
                    WHERE r.place = 1 OR r.place <= @Largest OR r.names - r.place < @Smallest
                    ORDER BY r.organization, r.project, r.place
                    """,
                    parameters);
                return Group(rows);
            },
            cancellationToken);

    public async IAsyncEnumerable<TransactionMinute> ReadMinutesAsync(
        string organization, MinuteWindow window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        (string Project, long Minute, long Transaction) after = ("", 0, 0);
        List<TransactionMinute> page;
        do
        {
            (page, after) = await database.ReadAsync(connection => ReadPageAsync(connection, organization, window, after), cancellationToken);
            foreach (var minute in page)
                yield return minute;
        }
        while (page.Count == RowsPerPage);
    }

    public Task<OrganizationVolume> ReadTotalAsync(string organization, MinuteWindow window, CancellationToken cancellationToken) =>
        database.ReadConsistentlyAsync(
            async (connection, transaction) =>
            {
                // Whole hours from their sums, and the minutes at both ends one by one.
                var firstHour = (window.First + 59) / 60;
                var endHour = Math.Max(firstHour, (window.Last + 1) / 60);
                var row = await connection.QuerySingleAsync<TotalRow>(
                    """
                    SELECT COALESCE(SUM(total), 0.0) AS Total, COALESCE(SUM(kept), 0.0) AS Kept, COALESCE(MIN(exact), 1) AS Exact,
                           (SELECT MIN(f.first_minute) FROM projects f WHERE f.organization_id = (SELECT id FROM organizations WHERE name = @organization)) AS FirstMinute
                    FROM (
                        SELECT h.total, h.kept, CASE WHEN h.estimated_minutes = 0 THEN 1 ELSE 0 END AS exact
                        FROM projects p JOIN project_hours h ON h.project_id = p.id AND h.hour >= @firstHour AND h.hour < @endHour
                        WHERE p.organization_id = (SELECT id FROM organizations WHERE name = @organization)
                        UNION ALL
                        SELECT v.total, v.kept, v.exact
                        FROM projects p JOIN volumes v ON v.project_id = p.id AND v.minute BETWEEN @First AND @headEnd
                        WHERE p.organization_id = (SELECT id FROM organizations WHERE name = @organization)
                        UNION ALL
                        SELECT v.total, v.kept, v.exact
                        FROM projects p JOIN volumes v ON v.project_id = p.id AND v.minute BETWEEN @tailStart AND @Last
                        WHERE p.organization_id = (SELECT id FROM organizations WHERE name = @organization)) s
                    """,
                    new
                    {
                        organization,
                        window.First,
                        window.Last,
                        firstHour,
                        endHour,
                        headEnd = Math.Min(window.Last, (firstHour * 60) - 1),
                        tailStart = endHour * 60,
                    },
                    transaction);
                return new OrganizationVolume(row.Total, row.Kept, row.Exact != VolumeKind.Estimated, row.FirstMinute);
            },
            cancellationToken);

    public async IAsyncEnumerable<TransactionVolume> ReadKeptAsync(
        string organization, string? project, MinuteWindow window, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // In the order of the indexes, so that no page is sorted.
        (string Project, string Transaction) after = ("", "");
        List<KeptRow> page;
        do
        {
            page = await database.ReadAsync(
                async connection => (await connection.QueryAsync<KeptRow>(
                    """
                    SELECT t.project AS Project, t.name AS "Transaction", COALESCE(SUM(v.total), 0.0) AS Total, COALESCE(SUM(v.kept), 0.0) AS Kept
                    FROM (SELECT t.id, t.project_id, p.name AS project, t.name FROM projects p JOIN transactions t ON t.project_id = p.id
                          WHERE p.organization_id = (SELECT id FROM organizations WHERE name = @organization)
                            AND (@project IS NULL OR p.name = @project)
                            AND p.name >= @afterProject AND (p.name, t.name) > (@afterProject, @afterTransaction)
                          ORDER BY p.name, t.name LIMIT @rows) t
                    LEFT JOIN volumes v ON v.transaction_id = t.id AND v.project_id = t.project_id AND v.minute BETWEEN @First AND @Last
                    GROUP BY t.project, t.name
                    ORDER BY t.project, t.name
                    """,
                    new
                    {
                        organization,
                        project,
                        afterProject = after.Project,
                        afterTransaction = after.Transaction,
                        window.First,
                        window.Last,
                        rows = RowsPerPage,
                    })).AsList(),
                cancellationToken);
            foreach (var row in page)
            {
                after = (row.Project, row.Transaction);
                if (row.Total > 0)
                    yield return new(row.Transaction, row.Total, row.Kept);
            }
        }
        while (page.Count == RowsPerPage);
    }

    /// <summary>The largest projects or transactions of an organization in a window.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="window">The window.</param>
    /// <param name="byTransaction">Whether transactions are told apart.</param>
    /// <param name="project">Only those of this project; null for all.</param>
    /// <param name="after">The last item of the page before; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public Task<IReadOnlyList<VolumeRow>> ListLargestAsync(
        string organization, MinuteWindow window, bool byTransaction, string? project, VolumeRow? after, int limit, CancellationToken cancellationToken)
    {
        var keys = byTransaction ? "v.project_id, v.transaction_id" : "v.project_id";
        return database.ReadAsync<IReadOnlyList<VolumeRow>>(
            async connection => (await connection.QueryAsync<VolumeRow>(
                $"""
                SELECT Project, "Transaction", Total, Kept, Exact
                FROM (SELECT p.name AS Project, {(byTransaction ? "t.name" : "''")} AS "Transaction", g.total AS Total, g.kept AS Kept, g.exact AS Exact
                      -- Added up first, since there are minutes for each name.
                      FROM (SELECT {keys}, SUM(v.total) AS total, SUM(v.kept) AS kept,
                                   MIN(CASE WHEN {(byTransaction ? VolumeKind.IsExactSql : "v.exact <> 0")} THEN 1 ELSE 0 END) AS exact
                            FROM projects q
                            JOIN volumes v ON v.project_id = q.id AND v.minute BETWEEN @First AND @Last
                            WHERE q.organization_id = (SELECT id FROM organizations WHERE name = @organization) {(project is null ? "" : "AND q.name = @project")}
                            GROUP BY {keys}) g
                      JOIN projects p ON p.id = g.project_id
                      {(byTransaction ? "JOIN transactions t ON t.id = g.transaction_id" : "")}) s
                WHERE @noAfter OR (-Total, Project, "Transaction") > (-@afterTotal, @afterProject, @afterTransaction)
                ORDER BY Total DESC, Project, "Transaction"
                LIMIT @limit
                """,
                new
                {
                    organization,
                    project,
                    window.First,
                    window.Last,
                    noAfter = after is null,
                    afterTotal = after?.Total ?? 0,
                    afterProject = after?.Project ?? "",
                    afterTransaction = after?.Transaction ?? "",
                    limit,
                })).AsList(),
            cancellationToken);
    }

    /// <summary>Counts a batch, all of it or nothing, unless it turns out to have been counted.</summary>
    /// <param name="batch">What to count.</param>
    /// <param name="recognize">Notes in the same transaction that it is counted, and tells whether it had been.</param>
    /// <param name="cancellationToken">Cancels it before it is committed.</param>
    /// <exception cref="NoRoomException">There are too many organizations or projects.</exception>
    public async Task<VolumeReceipt> WriteAsync(
        VolumeBatch batch, Func<DbConnection, DbTransaction, Task<VolumeReceipt>> recognize, CancellationToken cancellationToken)
    {
        if (batch.Counts.Count > 0)
            await partitions.EnsureAsync(batch.Counts.Keys.Min(key => key.Minute), batch.Counts.Keys.Max(key => key.Minute), cancellationToken);
        return await database.WriteAsync(
            async (connection, transaction) =>
            {
                // First, since whoever deletes names holds them before anything else.
                await database.Dialect.KeepNamesAsync(connection, transaction);
                var receipt = await recognize(connection, transaction);
                if (!receipt.IsRepetition)
                    await new VolumeWriter(connection, transaction, database.Dialect, limits, batch, cancellationToken).WriteAsync();
                return receipt;
            },
            cancellationToken);
    }

    private static DynamicParameters Parameters(IReadOnlyList<string> organizations, MinuteWindow window, ProjectKey? after, int limit) => new(new
    {
        organizations,
        window.First,
        window.Last,
        afterOrganization = after?.Organization ?? "",
        afterProject = after?.Project ?? "",
        limit,
    });

    /// <summary>A page of minutes. Ordered by names as the index has them, so that a page costs what is on it and not what follows.</summary>
    private static async Task<(List<TransactionMinute> Page, (string Project, long Minute, long Transaction) Last)> ReadPageAsync(
        DbConnection connection, string organization, MinuteWindow window, (string Project, long Minute, long Transaction) after)
    {
        await using var reader = await connection.ExecuteReaderAsync(
            """
            SELECT p.id, p.name, v.minute, v.transaction_id, t.name, v.total, v.kept, v.exact
            FROM projects p
            JOIN volumes v ON v.project_id = p.id AND v.minute BETWEEN @First AND @Last
            JOIN transactions t ON t.id = v.transaction_id
            WHERE p.organization_id = (SELECT id FROM organizations WHERE name = @organization)
              AND p.name >= @afterProject AND (p.name, v.minute, v.transaction_id) > (@afterProject, @afterMinute, @afterTransaction)
            ORDER BY p.name, v.minute, v.transaction_id
            LIMIT @rows
            """,
            new
            {
                organization,
                window.First,
                window.Last,
                afterProject = after.Project,
                afterMinute = after.Minute,
                afterTransaction = after.Transaction,
                rows = RowsPerPage,
            });
        var page = new List<TransactionMinute>();
        // Each name comes once a minute; one string of it will do.
        var projects = new Dictionary<long, string>();
        var transactions = new Dictionary<long, string>();
        while (await reader.ReadAsync())
        {
            ref var project = ref CollectionsMarshal.GetValueRefOrAddDefault(projects, reader.GetInt64(0), out _);
            project ??= reader.GetString(1);
            var minute = reader.GetInt64(2);
            var transactionId = reader.GetInt64(3);
            ref var transaction = ref CollectionsMarshal.GetValueRefOrAddDefault(transactions, transactionId, out _);
            transaction ??= reader.GetString(4);
            page.Add(new(project, transaction, minute, reader.GetDouble(5), reader.GetDouble(6), VolumeKind.IsExact(reader.GetInt64(7))));
            after = (project, minute, transactionId);
        }

        return (page, after);
    }

    private static List<ProjectVolume> Group(IEnumerable<TransactionRow> rows)
    {
        var projects = new List<ProjectVolume>();
        List<TransactionVolume> transactions = [];
        foreach (var row in rows)
        {
            var key = new ProjectKey(row.Organization, row.Project);
            if (projects.Count == 0 || projects[^1].Key != key)
                projects.Add(new(key, row.ProjectTotal, row.ProjectKept, row.Names, transactions = []));
            if (row.Transaction is not null)
                transactions.Add(new(row.Transaction, row.Total, row.Kept));
        }

        return projects;
    }

    // Named, because SQLite does not know the types of sums in a result without rows, by which Dapper would look for it.
    [method: ExplicitConstructor]
    private sealed record ProjectRow(string Organization, string Project, double Total, double Kept);

    [method: ExplicitConstructor]
    private sealed record TransactionRow(
        string Organization, string Project, double ProjectTotal, double ProjectKept, long Names, string? Transaction, double Total, double Kept);

    [method: ExplicitConstructor]
    private sealed record KeptRow(string Project, string Transaction, double Total, double Kept);

    [method: ExplicitConstructor]
    private sealed record TotalRow(double Total, double Kept, long Exact, long? FirstMinute);
}

/// <summary>Volume of a project, or of one of its transactions, in a window.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Transaction">The transaction's name; empty for the project as a whole.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
/// <param name="Exact">1 if every minute of it is a true count.</param>
// Named, because SQLite does not know the types of sums in a result without rows, by which Dapper would look for it.
[method: ExplicitConstructor]
internal sealed record VolumeRow(string Project, string Transaction, double Total, double Kept, long Exact);

/// <summary>The answer to a batch.</summary>
/// <param name="Taken">How many items were taken.</param>
/// <param name="IsRepetition">Whether they had been taken before, under the same key or as the same flush.</param>
internal sealed record VolumeReceipt(long Taken, bool IsRepetition);
