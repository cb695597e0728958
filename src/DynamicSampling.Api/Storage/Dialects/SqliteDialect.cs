using System.Data.Common;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DynamicSampling.Api.Storage.Dialects;

/// <summary>The embedded database: one process, one writer at a time, statements that run in this process.</summary>
internal sealed class SqliteDialect : SqlDialect
{
    public const string ProviderName = "sqlite";

    public override string Name => ProviderName;

    public override bool IsShared => false;

    public override string ForUpdate => "";

    // This reads only how many rows each page of the smallest index has: tenths of a second for 50 million.
    public override string CountVolumes => "SELECT (SELECT COUNT(*) FROM volumes) + (SELECT COUNT(*) FROM mixed_volumes)";

    public override string CountTable => "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = @table";

    public override string IsOneOf(string column, string parameter) => $"{column} IN {parameter}";

    public override DbTransaction Begin(DbConnection connection, TransactionKind kind) => connection is SqliteConnection sqlite
        ? sqlite.BeginTransaction(deferred: kind == TransactionKind.Snapshot)
        : connection.BeginTransaction();

    // Commands ignore tokens.
    public override IAsyncDisposable InterruptWhenCancelled(DbConnection connection, CancellationToken cancellationToken) =>
        connection is SqliteConnection sqlite
            ? cancellationToken.UnsafeRegister(static handle => raw.sqlite3_interrupt((sqlite3)handle!), sqlite.Handle)
            : default(CancellationTokenRegistration);

    // There is one writer at a time.
    public override Task KeepNamesAsync(DbConnection connection, DbTransaction transaction) => Task.CompletedTask;

    public override Task LockNamesAsync(DbConnection connection, DbTransaction transaction) => Task.CompletedTask;

    public override Task LockProjectsAsync(DbConnection connection, DbTransaction transaction, long[] projects) => Task.CompletedTask;

    public override Task<bool> TryLockAsync(DbConnection connection, DbTransaction transaction, SharedLock what) => Task.FromResult(true);

    public override Task LockAsync(DbConnection connection, DbTransaction transaction, SharedLock what) => Task.CompletedTask;

    public override Task NoteChangeAsync(DbConnection connection, DbTransaction transaction, string organization) => Task.CompletedTask;

    public override bool IsConflict(DbException exception) => false;

    public override string? Explain(DbException exception) => exception is SqliteException sqlite ? sqlite.SqliteErrorCode switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED =>
            "The database file is locked by another program. Let only one process use it: stop the other one, or use PostgreSQL for several.",
        raw.SQLITE_FULL => "The disk that the database file is on is full. Make room; the service goes on by itself.",
        raw.SQLITE_READONLY => "The database file cannot be written. Give the service's user the right to write the file and its folder.",
        raw.SQLITE_IOERR => $"The database file cannot be read or written: {sqlite.Message} Look at the disk; the service goes on by itself when it works again.",
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB =>
            "The database file is damaged, or is no SQLite database. Stop the service, keep the file aside, and restore a backup (docs/operations.md).",
        raw.SQLITE_CANTOPEN => "The database file cannot be opened. Look at the path in ConnectionStrings:DynamicSampling, and at the rights of its folder.",
        _ => null,
    }
    : null;

    public override Task ExecuteAsync(
        DbConnection connection, DbTransaction transaction, string sql, IReadOnlyList<Array> columns, CancellationToken cancellationToken)
    {
        using var command = Prepare(connection, transaction, sql, columns);
        for (var row = 0; row < columns[0].Length; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Set(command, columns, row);
            command.ExecuteNonQuery();
        }

        return Task.CompletedTask;
    }

    public override Task QueryAsync(
        DbConnection connection, DbTransaction transaction, string sql, IReadOnlyList<Array> columns, Action<DbDataReader> read,
        CancellationToken cancellationToken)
    {
        using var command = Prepare(connection, transaction, sql, columns);
        for (var row = 0; row < columns[0].Length; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Set(command, columns, row);
            using var reader = command.ExecuteReader();
            while (reader.Read())
                read(reader);
        }

        return Task.CompletedTask;
    }

    // A row at a time: a statement in this process costs next to nothing beside what it does.
    private static DbCommand Prepare(DbConnection connection, DbTransaction transaction, string sql, IReadOnlyList<Array> columns)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The text is ours; what comes from outside is in the parameters.
        command.CommandText = sql.Replace(Rows, $"VALUES ({string.Join(", ", columns.Select((_, i) => $"@{i}"))})", StringComparison.Ordinal);
#pragma warning restore CA2100
        for (var i = 0; i < columns.Count; i++)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = $"@{i}";
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private static void Set(DbCommand command, IReadOnlyList<Array> columns, int row)
    {
        for (var i = 0; i < columns.Count; i++)
        {
            command.Parameters[i].Value = columns[i] switch
            {
                long[] numbers => numbers[row],
                double[] numbers => numbers[row],
                string[] texts => texts[row],
                var other => throw new ArgumentException($"A column of {other.GetType()} is none of a statement.", nameof(columns)),
            };
        }
    }
}
