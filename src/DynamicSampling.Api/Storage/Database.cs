using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DynamicSampling.Api.Storage;

/// <summary>Reads and writes with a connection of its own each, and lets a cancellation reach the running statement.</summary>
internal sealed class Database(DbDataSource source) : IDisposable
{
    // SQLite has one writer at a time. Waiting here is fair and can be cancelled; waiting for its lock is neither.
    private readonly SemaphoreSlim _writer = new(1, 1);

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> query, CancellationToken cancellationToken) =>
        RunAsync((connection, _) => query(connection), cancellationToken);

    /// <summary>Several statements that see one state of the data.</summary>
    public Task<T> ReadConsistentlyAsync<T>(Func<DbConnection, DbTransaction, Task<T>> query, CancellationToken cancellationToken) =>
        RunAsync(
            async (connection, token) =>
            {
                await using var transaction = Begin(connection, deferred: true);
                var result = await query(connection, transaction);
                await transaction.CommitAsync(token);
                return result;
            },
            cancellationToken);

    /// <summary>One transaction; what throws rolls it back.</summary>
    public async Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write, CancellationToken cancellationToken)
    {
        await _writer.WaitAsync(cancellationToken);
        try
        {
            return await RunAsync(
                async (connection, token) =>
                {
                    await using var transaction = Begin(connection, deferred: false);
                    var result = await write(connection, transaction);
                    token.ThrowIfCancellationRequested();
                    await transaction.CommitAsync(CancellationToken.None);
                    return result;
                },
                cancellationToken);
        }
        finally
        {
            _writer.Release();
        }
    }

    public void Dispose() => _writer.Dispose();

    private async Task<T> RunAsync<T>(Func<DbConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        // SQLite's commands ignore tokens. Disposed before the connection goes back to the pool, so that it stops nobody else.
        using var interrupt = connection is SqliteConnection sqlite
            ? cancellationToken.UnsafeRegister(static handle => raw.sqlite3_interrupt((sqlite3)handle!), sqlite.Handle)
            : default;
        try
        {
            return await use(connection, cancellationToken);
        }
        catch (DbException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The database statement was interrupted.", exception, cancellationToken);
        }
    }

    private static DbTransaction Begin(DbConnection connection, bool deferred) =>
        connection is SqliteConnection sqlite ? sqlite.BeginTransaction(deferred) : connection.BeginTransaction();
}
