using System.Data.Common;
using DynamicSampling.Api.Storage.Dialects;

namespace DynamicSampling.Api.Storage;

/// <summary>
/// Reads and writes with a connection of its own each, lets a cancellation reach the running statement, and tells apart a database that
/// cannot be used from a statement that is wrong.
/// </summary>
internal sealed class Database(DbDataSource source) : IDisposable
{
    /// <summary>Of transactions that lose against others. Each time somebody has won.</summary>
    private const int MaxAttempts = 30;

    // SQLite has one writer at a time. Waiting here is fair and can be cancelled; waiting for its lock is neither.
    private readonly SemaphoreSlim _writer = new(1, 1);

    /// <summary>What differs between the databases.</summary>
    public SqlDialect Dialect { get; } = SqlDialect.Of(source);

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> query, CancellationToken cancellationToken) =>
        ReadAsync((connection, _) => query(connection), cancellationToken);

    /// <summary>Several statements that see one state of the data.</summary>
    public Task<T> ReadConsistentlyAsync<T>(Func<DbConnection, DbTransaction, Task<T>> query, CancellationToken cancellationToken) =>
        ReadAsync(
            async (connection, token) =>
            {
                await using var transaction = Dialect.Begin(connection, TransactionKind.Snapshot);
                var result = await query(connection, transaction);
                await transaction.CommitAsync(token);
                return result;
            },
            cancellationToken);

    /// <summary>
    /// One transaction; what throws rolls it back. On PostgreSQL others may write at the same time what it has read. It may be tried again, so it
    /// must not leave anything behind but in the database.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The database cannot be used. If it was lost at the very end, it may have been written.</exception>
    public Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write, CancellationToken cancellationToken) =>
        WriteAsync(TransactionKind.Write, write, cancellationToken);

    /// <summary>The same as if nobody else wrote meanwhile: for what is written because of what was read.</summary>
    /// <inheritdoc cref="WriteAsync{T}(Func{DbConnection, DbTransaction, Task{T}}, CancellationToken)"/>
    public Task<T> WriteSerializablyAsync<T>(Func<DbConnection, DbTransaction, Task<T>> write, CancellationToken cancellationToken) =>
        WriteAsync(TransactionKind.Serializable, write, cancellationToken);

    public void Dispose() => _writer.Dispose();

    private async Task<T> ReadAsync<T>(Func<DbConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(read, cancellationToken);
        }
        catch (StorageUnavailableException) when (Dialect.IsShared)
        {
            // Connections of the pool may be those to a server that has been started again since: another one knows.
            return await RunAsync(read, cancellationToken);
        }
    }

    private async Task<T> WriteAsync<T>(TransactionKind kind, Func<DbConnection, DbTransaction, Task<T>> write, CancellationToken cancellationToken)
    {
        var isSecondConnection = false;
        for (var attempt = 1; ; attempt++)
        {
            var progress = new WriteProgress();
            try
            {
                return await WriteOnceAsync(kind, write, progress, cancellationToken);
            }
            catch (DbException exception) when (attempt < MaxAttempts && Dialect.IsConflict(exception))
            {
                // At once: whoever has won has finished, or holds locks that the next attempt waits for.
            }
            catch (DbException exception) when (Dialect.IsConflict(exception))
            {
                throw new StorageUnavailableException("Others change the same at the same time, again and again. Try it once more.", exception);
            }
            catch (StorageUnavailableException) when (Dialect.IsShared && !progress.IsCommitting && !isSecondConnection)
            {
                // As for reading; what was not about to be committed has not been.
                isSecondConnection = true;
            }
        }
    }

    private async Task<T> WriteOnceAsync<T>(
        TransactionKind kind, Func<DbConnection, DbTransaction, Task<T>> write, WriteProgress progress, CancellationToken cancellationToken)
    {
        if (!Dialect.IsShared)
            await _writer.WaitAsync(cancellationToken);
        try
        {
            return await RunAsync(
                async (connection, token) =>
                {
                    await using var transaction = Dialect.Begin(connection, kind);
                    var result = await write(connection, transaction);
                    token.ThrowIfCancellationRequested();
                    progress.IsCommitting = true;
                    await transaction.CommitAsync(CancellationToken.None);
                    return result;
                },
                cancellationToken);
        }
        finally
        {
            if (!Dialect.IsShared)
                _writer.Release();
        }
    }

    private async Task<T> RunAsync<T>(Func<DbConnection, CancellationToken, Task<T>> use, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using var interrupt = Dialect.InterruptWhenCancelled(connection, cancellationToken);
            return await use(connection, cancellationToken);
        }
        catch (DbException exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("The database statement was interrupted.", exception, cancellationToken);
        }
        catch (DbException exception) when (Dialect.Explain(exception) is { } explanation)
        {
            throw new StorageUnavailableException(explanation, exception);
        }
    }

    private sealed class WriteProgress
    {
        /// <summary>Whether the commit was asked for: from then on it is not known whether it has happened, until there is an answer.</summary>
        public bool IsCommitting { get; set; }
    }
}
