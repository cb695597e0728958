using System.Buffers;
using System.Data.Common;
using System.Text;
using System.Text.Json;
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

    public override string ForShare => "";

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
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The text is ours; what comes from outside is in the parameters.
        command.CommandText = sql.Replace(Rows, $"VALUES ({string.Join(", ", columns.Select((_, i) => $"@{i}"))})", StringComparison.Ordinal);
#pragma warning restore CA2100
        var parameters = new DbParameter[columns.Count];
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i] = command.CreateParameter();
            parameters[i].ParameterName = $"@{i}";
            command.Parameters.Add(parameters[i]);
        }

        // A row at a time, since a number that has been a text need not be the same.
        for (var row = 0; row < columns[0].Length; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < parameters.Length; i++)
                SetValue(parameters[i], columns[i], row);
            command.ExecuteNonQuery();
        }

        return Task.CompletedTask;
    }

    public override Task QueryAsync(
        DbConnection connection, DbTransaction transaction, string sql, IReadOnlyList<Array> columns, Action<DbDataReader> read,
        CancellationToken cancellationToken)
    {
        // All rows at once, as an array of arrays: here the ways in and out of a statement are what takes time.
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        var values = string.Join(", ", columns.Select((_, i) => $"value ->> {i}"));
#pragma warning disable CA2100 // The text is ours; what comes from outside is in the parameters.
        command.CommandText = sql.Replace(Rows, $"SELECT {values} FROM json_each(@rows)", StringComparison.Ordinal);
#pragma warning restore CA2100
        var rows = command.CreateParameter();
        rows.ParameterName = "@rows";
        rows.Value = ToJson(columns);
        command.Parameters.Add(rows);
        cancellationToken.ThrowIfCancellationRequested();
        using var reader = command.ExecuteReader();
        while (reader.Read())
            read(reader);
        return Task.CompletedTask;
    }

    // Project by project: what is looked up need not be taken out of an array for each name.
    public override Task FindTransactionsAsync(
        DbConnection connection, DbTransaction transaction, long[] projects, string[] names, Action<int, long> found, CancellationToken cancellationToken)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        // CROSS, so that it looks for names, and not through all that the project has.
        command.CommandText = "SELECT r.key, t.id FROM json_each(@names) r CROSS JOIN transactions t ON t.project_id = @project AND t.name = r.value";
        var (projectId, ofProject) = (command.CreateParameter(), command.CreateParameter());
        (projectId.ParameterName, ofProject.ParameterName) = ("@project", "@names");
        command.Parameters.Add(projectId);
        command.Parameters.Add(ofProject);
        for (int first = 0, end; first < names.Length; first = end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (end = first + 1; end < names.Length && projects[end] == projects[first];)
                end++;
            projectId.Value = projects[first];
            ofProject.Value = JsonSerializer.Serialize(names[first..end]);
            using var reader = command.ExecuteReader();
            while (reader.Read())
                found(first + reader.GetInt32(0), reader.GetInt64(1));
        }

        return Task.CompletedTask;
    }

    private static string ToJson(IReadOnlyList<Array> columns)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            for (var row = 0; row < columns[0].Length; row++)
            {
                json.WriteStartArray();
                foreach (var column in columns)
                {
                    if (column is long[] numbers)
                        json.WriteNumberValue(numbers[row]);
                    else
                        json.WriteStringValue(((string[])column)[row]);
                }

                json.WriteEndArray();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // Most columns say the same again and again: then what the last row was given will do.
    private static void SetValue(DbParameter parameter, Array column, int row)
    {
        switch (column)
        {
            case long[] numbers:
                if (parameter.Value is not long number || number != numbers[row])
                    parameter.Value = numbers[row];
                break;
            case double[] numbers:
                if (parameter.Value is not double real || !real.Equals(numbers[row]))
                    parameter.Value = numbers[row];
                break;
            case string[] texts:
                parameter.Value = texts[row];
                break;
            default:
                throw new ArgumentException($"A column of {column.GetType()} is none of a statement.", nameof(column));
        }
    }
}
