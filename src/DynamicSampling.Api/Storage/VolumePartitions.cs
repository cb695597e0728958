using System.Collections.Concurrent;
using System.Data.Common;
using Dapper;
using DynamicSampling.Api.Storage.Dialects;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>
/// The days of volumes on PostgreSQL, each a table of its own: they are made before their first row comes, and dropped as a whole. The embedded
/// database has none.
/// </summary>
internal sealed class VolumePartitions(Database database, ILogger<VolumePartitions> logger)
{
    private const long MinutesPerDay = 24 * 60;

    // Of this process, so that not every flush asks.
    private readonly ConcurrentDictionary<long, bool> _days = new();

    /// <summary>Makes sure that there is room for what may come at an instant, and for a day from then on.</summary>
    public Task EnsureAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
        EnsureAsync(MinuteWindow.MinuteOf(now), MinuteWindow.MinuteOf(now) + MinutesPerDay, cancellationToken);

    /// <summary>Makes sure that there is room for the volumes of some minutes.</summary>
    /// <param name="first">The first minute since the Unix epoch.</param>
    /// <param name="last">The last one.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task EnsureAsync(long first, long last, CancellationToken cancellationToken)
    {
        if (!database.Dialect.IsShared)
            return;
        for (var day = first / MinutesPerDay; day <= last / MinutesPerDay; day++)
        {
            if (_days.ContainsKey(day))
                continue;
            var number = day;
            await database.WriteAsync((connection, transaction) => CreateAsync(connection, transaction, number), cancellationToken);
            _days[day] = true;
        }
    }

    /// <summary>Drops the days that are over before a minute.</summary>
    /// <returns>How many.</returns>
    public async Task<int> DropAsync(long end, CancellationToken cancellationToken)
    {
        if (!database.Dialect.IsShared)
            return 0;
        var names = await database.ReadAsync(ListAsync, cancellationToken);
        var dropped = 0;
        foreach (var name in names.Where(name => (DayOf(name) + 1) * MinutesPerDay <= end))
        {
            await database.WriteAsync(
                async (connection, transaction) =>
                {
                    await database.Dialect.LockAsync(connection, transaction, SharedLock.Partitions);
                    // It waits for whoever reads volumes, and all others would wait behind it: rather not now than long.
                    return await connection.ExecuteAsync($"SET LOCAL lock_timeout = '3s'; DROP TABLE IF EXISTS {name}", transaction: transaction);
                },
                cancellationToken);
            _days.TryRemove(DayOf(name), out _);
            Log.PartitionDropped(logger, name);
            dropped++;
        }

        return dropped;
    }

    private async Task<bool> CreateAsync(DbConnection connection, DbTransaction transaction, long day)
    {
        await database.Dialect.LockAsync(connection, transaction, SharedLock.Partitions);
        var name = NameOf(day);
        if (await connection.ExecuteScalarAsync<long>(database.Dialect.CountTable, new { table = name }, transaction) > 0)
            return false;
        // Made apart and attached: that stops neither readers nor writers of the other days.
        await connection.ExecuteAsync(
            $"""
            CREATE TABLE {name} (LIKE volumes INCLUDING ALL);
            ALTER TABLE volumes ATTACH PARTITION {name} FOR VALUES FROM ({day * MinutesPerDay}) TO ({(day + 1) * MinutesPerDay});
            """,
            transaction: transaction);
        return true;
    }

    private static async Task<IReadOnlyList<string>> ListAsync(DbConnection connection) =>
        (await connection.QueryAsync<string>(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'volumes'::regclass ORDER BY c.relname")).AsList();

    // By number, so that the name is as sure as the number is.
    private static string NameOf(long day) => $"volumes_{day}";

    private static long DayOf(string name) => long.Parse(name["volumes_".Length..], System.Globalization.CultureInfo.InvariantCulture);
}
