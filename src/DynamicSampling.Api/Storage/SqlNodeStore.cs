using Dapper;
using DynamicSampling.Api.Cluster;

namespace DynamicSampling.Api.Storage;

/// <summary>The processes that share the database. All times are those of the database's clock, so that the clocks of the processes do not matter.</summary>
internal sealed class SqlNodeStore(Database database, ThisNode node)
{
    /// <summary>A process that has not checked in for this long is dead, or as good as dead.</summary>
    public static readonly TimeSpan DeadAfter = TimeSpan.FromSeconds(10);

    /// <summary>Milliseconds since the Unix epoch, by the database's clock.</summary>
    public const string Now = "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint";

    /// <summary>A condition on <c>nodes</c>: it is there, and works.</summary>
    public static readonly string IsAlive = $"ended_at IS NULL AND seen_at >= {Now} - {DeadAfter.TotalMilliseconds}";

    /// <summary>This process is there.</summary>
    /// <returns>When it was there first, in milliseconds since the Unix epoch.</returns>
    public Task<long> StartAsync(CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteScalarAsync<long>(
            $"""
            INSERT INTO nodes (name, host, process_id, version, started_at, seen_at) VALUES (@Name, @Host, @ProcessId, @Version, {Now}, {Now})
            ON CONFLICT (name) DO UPDATE SET
                host = excluded.host, process_id = excluded.process_id, version = excluded.version, started_at = excluded.started_at, seen_at = excluded.seen_at,
                ended_at = NULL
            RETURNING started_at
            """,
            node,
            transaction),
        cancellationToken);

    /// <summary>This process is still there.</summary>
    /// <param name="startedAt">When it was there first.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    /// <returns>False when another process has taken its name, or it was forgotten.</returns>
    public Task<bool> CheckInAsync(long startedAt, CancellationToken cancellationToken) => database.WriteAsync(
        async (connection, transaction) => await connection.ExecuteAsync(
            $"UPDATE nodes SET seen_at = {Now}, ended_at = NULL WHERE name = @Name AND started_at = @startedAt", new { node.Name, startedAt }, transaction) > 0,
        cancellationToken);

    /// <summary>This process stops in good order.</summary>
    public Task EndAsync(long startedAt, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync(
            $"UPDATE nodes SET ended_at = {Now} WHERE name = @Name AND started_at = @startedAt", new { node.Name, startedAt }, transaction),
        cancellationToken);

    /// <summary>Forgets processes that have been gone for long.</summary>
    public Task<int> ForgetAsync(TimeSpan age, CancellationToken cancellationToken) => database.WriteAsync(
        (connection, transaction) => connection.ExecuteAsync($"DELETE FROM nodes WHERE seen_at < {Now} - @age", new { age = (long)age.TotalMilliseconds }, transaction),
        cancellationToken);

    /// <summary>All processes that have been there lately, by name.</summary>
    public Task<IReadOnlyList<StoredNode>> ListAsync(CancellationToken cancellationToken) => database.ReadAsync<IReadOnlyList<StoredNode>>(
        async connection => (await connection.QueryAsync<StoredNode>(
            $"""
            SELECT name AS Name, host AS Host, process_id AS ProcessId, version AS Version, started_at AS StartedAt, seen_at AS SeenAt, ended_at AS EndedAt,
                   {IsAlive} AS IsAlive
            FROM nodes ORDER BY name
            """)).AsList(),
        cancellationToken);
}

/// <summary>A process that shares the database. Times are milliseconds since the Unix epoch.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Host">The machine it runs on.</param>
/// <param name="ProcessId">Its number there.</param>
/// <param name="Version">The version of the program.</param>
/// <param name="StartedAt">When it was there first.</param>
/// <param name="SeenAt">When it checked in last.</param>
/// <param name="EndedAt">When it stopped in good order; null while it has not.</param>
/// <param name="IsAlive">Whether it is there, and works.</param>
[method: ExplicitConstructor]
internal sealed record StoredNode(
    string Name, string Host, long ProcessId, string Version, long StartedAt, long SeenAt, long? EndedAt, bool IsAlive);
