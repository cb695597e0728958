using System.Data.Common;
using Dapper;
using DynamicSampling.Api.Storage.Dialects;

namespace DynamicSampling.Api.Storage;

/// <summary>Forgets names of transactions without volumes. A part of them at a time; the next round goes on where this one stopped.</summary>
internal sealed class UnusedNames(Database database)
{
    /// <summary>How many names are looked at in one transaction, and how many transactions a round has.</summary>
    private const int NamesAtATime = 5000;
    private const int TransactionsARound = 20;

    private long _start;

    /// <returns>How many names went.</returns>
    public async Task<int> DeleteAsync(CancellationToken cancellationToken)
    {
        var after = _start;
        var deleted = 0;
        for (var i = 0; i < TransactionsARound; i++)
        {
            var (last, count) = await database.WriteAsync((connection, transaction) => DeleteAsync(connection, transaction, database.Dialect, after), cancellationToken);
            deleted += count;
            if (last is not { } next)
            {
                _start = 0;
                return deleted;
            }

            after = next;
        }

        _start = after;
        return deleted;
    }

    /// <returns>The last name that was looked at, null at the end; and how many went.</returns>
    private static async Task<(long? Last, int Deleted)> DeleteAsync(DbConnection connection, DbTransaction transaction, SqlDialect dialect, long after)
    {
        await dialect.LockNamesAsync(connection, transaction);
        var (count, last) = await connection.QuerySingleAsync<(long Count, long? Last)>(
            "SELECT COUNT(*), MAX(id) FROM (SELECT id FROM transactions WHERE id > @after ORDER BY id LIMIT @rows) n", new { after, rows = NamesAtATime }, transaction);
        if (count == 0)
            return (null, 0);
        var deleted = await connection.ExecuteAsync(
            """
            DELETE FROM transactions
            WHERE id > @after AND id <= @last
              AND NOT EXISTS (SELECT 1 FROM volumes v WHERE v.transaction_id = transactions.id)
              AND NOT EXISTS (SELECT 1 FROM mixed_volumes m WHERE m.transaction_id = transactions.id)
            """,
            new { after, last },
            transaction);
        return (count == NamesAtATime ? last : null, deleted);
    }
}
