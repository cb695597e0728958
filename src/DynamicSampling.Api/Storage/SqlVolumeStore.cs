using System.Data.Common;
using Dapper;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Volumes per minute.</summary>
internal sealed class SqlVolumeStore(Database database, TimeProvider clock) : IVolumeStore
{
    public static readonly TimeSpan IdempotencyWindow = TimeSpan.FromDays(1);

    /// <summary>Counts a batch, all of it or nothing.</summary>
    /// <param name="batch">What to count.</param>
    /// <param name="idempotencyKey">Makes a repetition within a day count nothing.</param>
    /// <param name="cancellationToken">Cancels it before it is committed.</param>
    /// <returns>How many items were taken, or had been under that key.</returns>
    public Task<VolumeReceipt> AddAsync(VolumeBatch batch, string? idempotencyKey, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                if (idempotencyKey is not null && await FindReceiptAsync(connection, transaction, idempotencyKey) is { } known)
                    return new VolumeReceipt(known, IsRepetition: true);
                using (var writer = new VolumeWriter(connection, transaction))
                {
                    foreach (var (key, count) in batch.Counts)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        writer.Add(key, count);
                    }
                }

                if (idempotencyKey is not null)
                {
                    await connection.ExecuteAsync(
                        """
                        INSERT INTO idempotency_keys (key, created_at, taken) VALUES (@idempotencyKey, @now, @Items)
                        ON CONFLICT (key) DO UPDATE SET created_at = excluded.created_at, taken = excluded.taken
                        """,
                        new { idempotencyKey, now = clock.GetUtcNow().ToUnixTimeMilliseconds(), batch.Items },
                        transaction);
                }

                return new VolumeReceipt(batch.Items, IsRepetition: false);
            },
            cancellationToken);

    public Task<IReadOnlyList<ProjectVolume>> ReadProjectsAsync(
        string organization, MinuteWindow window, string? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ProjectVolume>>(
            async connection => (await connection.QueryAsync<ProjectVolume>(
                """
                SELECT p.name AS Project, COALESCE(SUM(v.total), 0.0) AS Total, COALESCE(SUM(v.kept), 0.0) AS Kept
                FROM (SELECT id, name FROM projects
                      WHERE organization_id = (SELECT id FROM organizations WHERE name = @organization) AND name > @after
                      ORDER BY name LIMIT @limit) p
                LEFT JOIN volumes v ON v.project_id = p.id AND v.minute BETWEEN @First AND @Last
                GROUP BY p.id, p.name
                ORDER BY p.name
                """,
                new { organization, after = after ?? "", limit, window.First, window.Last })).AsList(),
            cancellationToken);

    /// <summary>The largest projects or transactions of an organization in a window.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="window">The window.</param>
    /// <param name="byTransaction">Whether transactions are told apart.</param>
    /// <param name="after">The last item of the page before; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public Task<IReadOnlyList<VolumeRow>> ListLargestAsync(
        string organization, MinuteWindow window, bool byTransaction, VolumeRow? after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<VolumeRow>>(
            async connection => (await connection.QueryAsync<VolumeRow>(
                $"""
                SELECT Project, "Transaction", Total, Kept, Exact
                FROM (SELECT p.name AS Project, {(byTransaction ? "t.name" : "''")} AS "Transaction",
                             SUM(v.total) AS Total, SUM(v.kept) AS Kept, MIN(v.exact) AS Exact
                      FROM projects p
                      JOIN volumes v ON v.project_id = p.id AND v.minute BETWEEN @First AND @Last
                      {(byTransaction ? "JOIN transactions t ON t.id = v.transaction_id" : "")}
                      WHERE p.organization_id = (SELECT id FROM organizations WHERE name = @organization)
                      GROUP BY p.id, p.name{(byTransaction ? ", t.id, t.name" : "")})
                WHERE @noAfter OR (-Total, Project, "Transaction") > (-@afterTotal, @afterProject, @afterTransaction)
                ORDER BY Total DESC, Project, "Transaction"
                LIMIT @limit
                """,
                new
                {
                    organization,
                    window.First,
                    window.Last,
                    noAfter = after is null,
                    afterTotal = after?.Total ?? 0,
                    afterProject = after?.Project ?? "",
                    afterTransaction = after?.Transaction ?? "",
                    limit,
                })).AsList(),
            cancellationToken);

    private async Task<long?> FindReceiptAsync(DbConnection connection, DbTransaction transaction, string key)
    {
        var oldest = (clock.GetUtcNow() - IdempotencyWindow).ToUnixTimeMilliseconds();
        return await connection.QuerySingleOrDefaultAsync<long?>(
            "SELECT taken FROM idempotency_keys WHERE key = @key AND created_at > @oldest", new { key, oldest }, transaction);
    }
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
/// <param name="IsRepetition">Whether they had been taken before, under the same key.</param>
internal sealed record VolumeReceipt(long Taken, bool IsRepetition);
