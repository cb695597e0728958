using System.Data;
using System.Data.Common;
using Dapper;
using Npgsql;
using NpgsqlTypes;

namespace DynamicSampling.Api.Storage.Dialects;

/// <summary>PostgreSQL: several processes write at a time, and each statement is a way over the network, so that rows go together.</summary>
internal sealed class PostgresDialect(NpgsqlDataSource source) : SqlDialect
{
    public const string ProviderName = "postgres";

    /// <summary>The first key of all advisory locks of this service: others may use the same database.</summary>
    // idle_in_transaction_session_timeout; Npgsql has no name for it.
    private const string IdleInTransactionTimeout = "25P03";

    private const int LockSpace = 0x44_53_41_4D;

    /// <summary>From so many rows on they are copied into a table of their own first. Fewer go as parameters, in one way instead of two.</summary>
    private const int RowsToCopy = 500;

    public override string Name => ProviderName;

    public override bool IsShared => true;

    // Others may still refer to the row.
    public override string ForUpdate => "FOR NO KEY UPDATE";

    public override string ForShare => "FOR SHARE";

    // Counting them would read them all; the statistics read a part of them.
    public override string CountVolumes =>
        """
        ANALYZE volumes;
        ANALYZE mixed_volumes;
        SELECT CAST(COALESCE(SUM(GREATEST(c.reltuples, 0)), 0) AS BIGINT) FROM pg_class c
        WHERE c.oid = 'mixed_volumes'::regclass OR c.oid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = 'volumes'::regclass)
        """;

    public override string CountTable => "SELECT COUNT(to_regclass(@table))";

    public override string IsOneOf(string column, string parameter) => $"{column} = ANY({parameter})";

    public override DbTransaction Begin(DbConnection connection, TransactionKind kind) => connection.BeginTransaction(kind switch
    {
        TransactionKind.Snapshot => IsolationLevel.RepeatableRead,
        TransactionKind.Serializable => IsolationLevel.Serializable,
        _ => IsolationLevel.ReadCommitted,
    });

    public override IAsyncDisposable InterruptWhenCancelled(DbConnection connection, CancellationToken cancellationToken) =>
        cancellationToken.CanBeCanceled ? new PostgresInterrupt(source, (NpgsqlConnection)connection, cancellationToken) : default(CancellationTokenRegistration);

    // Locks of a table, and not advisory ones: taking those is a query, which would see the data as they were before the wait.
    public override Task KeepNamesAsync(DbConnection connection, DbTransaction transaction) =>
        connection.ExecuteAsync("LOCK TABLE volume_writers IN ROW SHARE MODE", transaction: transaction);

    public override Task LockNamesAsync(DbConnection connection, DbTransaction transaction) =>
        connection.ExecuteAsync("LOCK TABLE volume_writers IN EXCLUSIVE MODE", transaction: transaction);

    // In the order of the ids, so that no two processes wait for each other.
    public override Task LockProjectsAsync(DbConnection connection, DbTransaction transaction, long[] projects) =>
        connection.ExecuteAsync("SELECT FROM projects WHERE id = ANY(@projects) ORDER BY id FOR NO KEY UPDATE", new { projects }, transaction);

    public override Task LockAsync(DbConnection connection, DbTransaction transaction, SharedLock what) =>
        connection.ExecuteAsync(
            // Whoever holds that of the schedule waits for the scheduler's own connections, for as long as it takes.
            what == SharedLock.Schedule
                ? "SELECT pg_advisory_xact_lock(@LockSpace, @what); SET LOCAL idle_in_transaction_session_timeout = 0"
                : "SELECT pg_advisory_xact_lock(@LockSpace, @what)",
            new { LockSpace, what = (int)what },
            transaction);

    public override Task NoteChangeAsync(DbConnection connection, DbTransaction transaction, string organization) =>
        connection.ExecuteAsync(
            """
            INSERT INTO organization_changes (organization, transaction, changed_at)
            VALUES (@organization, pg_current_xact_id()::text::bigint, (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint)
            ON CONFLICT DO NOTHING
            """,
            new { organization },
            transaction);

    public override bool IsConflict(DbException exception) =>
        exception.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    public override string? Explain(DbException exception) => exception switch
    {
        PostgresException { SqlState: PostgresErrorCodes.DiskFull } =>
            "The disk of the PostgreSQL server is full. Make room there; the service goes on by itself.",
        PostgresException { SqlState: PostgresErrorCodes.TooManyConnections } =>
            "The PostgreSQL server takes no more connections. Raise its max_connections, or lower 'Maximum Pool Size' in ConnectionStrings:DynamicSampling of each node.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification } refused =>
            $"The PostgreSQL server refuses the user: {refused.MessageText}. Look at user and password in ConnectionStrings:DynamicSampling.",
        PostgresException { SqlState: PostgresErrorCodes.InvalidCatalogName } missing =>
            $"The PostgreSQL server has no such database: {missing.MessageText}. Create it, or mend ConnectionStrings:DynamicSampling.",
        PostgresException { SqlState: PostgresErrorCodes.ReadOnlySqlTransaction } =>
            "The PostgreSQL server only lets read, as a standby does. Let ConnectionStrings:DynamicSampling name the primary; with several hosts add 'Target Session Attributes=primary'.",
        PostgresException { SqlState: IdleInTransactionTimeout or PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.QueryCanceled } late =>
            $"The PostgreSQL server has given up, because it took too long: {late.MessageText}. It is tried again.",
        // Class 08 are connections, 53 resources, 57P the operator.
        PostgresException { SqlState: var state } server when state.StartsWith("08", StringComparison.Ordinal) || state.StartsWith("53", StringComparison.Ordinal)
            || state.StartsWith("57P", StringComparison.Ordinal) => $"The PostgreSQL server does not serve: {server.MessageText}. The service goes on by itself when it does again.",
        PostgresException or NpgsqlOperationInProgressException => null,
        // What has no state did not come from the server.
        NpgsqlException lost => $"The PostgreSQL server cannot be reached: {(lost.InnerException?.Message ?? lost.Message).TrimEnd('.')}. The service goes on by itself when it can.",
        _ => null,
    };

    public override async Task ExecuteAsync(
        DbConnection connection, DbTransaction transaction, string sql, IReadOnlyList<Array> columns, CancellationToken cancellationToken)
    {
        await using var command = await PrepareAsync((NpgsqlConnection)connection, (NpgsqlTransaction)transaction, sql, columns, cancellationToken);
        if (command is not null)
            await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public override async Task QueryAsync(
        DbConnection connection, DbTransaction transaction, string sql, IReadOnlyList<Array> columns, Action<DbDataReader> read,
        CancellationToken cancellationToken)
    {
        await using var command = await PrepareAsync((NpgsqlConnection)connection, (NpgsqlTransaction)transaction, sql, columns, cancellationToken);
        if (command is null)
            return;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            read(reader);
    }

    public override Task FindTransactionsAsync(
        DbConnection connection, DbTransaction transaction, long[] projects, string[] names, Action<int, long> found, CancellationToken cancellationToken) =>
        QueryAsync(
            connection, transaction,
            $"WITH r (i, project_id, name) AS ({Rows}) SELECT r.i, t.id FROM r JOIN transactions t ON t.project_id = r.project_id AND t.name = r.name",
            [Enumerable.Range(0, names.Length).Select(i => (long)i).ToArray(), projects, names],
            reader => found((int)reader.GetInt64(0), reader.GetInt64(1)),
            cancellationToken);

    // Null when there is nothing to do.
    private static async Task<NpgsqlCommand?> PrepareAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, IReadOnlyList<Array> columns, CancellationToken cancellationToken)
    {
        var rows = columns[0].Length;
        if (rows == 0)
            return null;
        string source;
        if (rows >= RowsToCopy)
        {
            var table = await CopyAsync(connection, transaction, columns, cancellationToken);
            source = $"SELECT {string.Join(", ", columns.Select((_, i) => $"c{i}"))} FROM {table}";
        }
        else
        {
            source = $"SELECT * FROM unnest({string.Join(", ", columns.Select((_, i) => $"@p{i}"))})";
        }

#pragma warning disable CA2100 // The text is ours; what comes from outside is in the parameters.
        var command = new NpgsqlCommand(sql.Replace(Rows, source, StringComparison.Ordinal), connection, transaction);
#pragma warning restore CA2100
        for (var i = 0; rows < RowsToCopy && i < columns.Count; i++)
            command.Parameters.Add(new NpgsqlParameter($"p{i}", columns[i]));
        return command;
    }

    /// <summary>Copies rows into a table of the connection's, which is empty again when the transaction ends.</summary>
    private static async Task<string> CopyAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyList<Array> columns, CancellationToken cancellationToken)
    {
        var types = columns.Select(TypeOf).ToArray();
        // A table for each list of columns: it stays as long as the connection does.
        var table = "staging_" + string.Concat(types.Select(type => type[0]));
        var names = string.Join(", ", types.Select((type, i) => $"c{i} {type}"));
        await connection.ExecuteAsync(
            new CommandDefinition(
                $"CREATE TEMPORARY TABLE IF NOT EXISTS {table} ({names}) ON COMMIT DELETE ROWS; TRUNCATE {table}",
                transaction: transaction,
                cancellationToken: cancellationToken));
        await using var copy = await connection.BeginBinaryImportAsync($"COPY {table} FROM STDIN (FORMAT BINARY)", cancellationToken);
        for (var row = 0; row < columns[0].Length; row++)
        {
            // Not awaited: nearly all of it only fills a buffer.
            cancellationToken.ThrowIfCancellationRequested();
            copy.StartRow();
            for (var i = 0; i < types.Length; i++)
            {
                switch (columns[i])
                {
                    case long[] numbers:
                        copy.Write(numbers[row], NpgsqlDbType.Bigint);
                        break;
                    case double[] numbers:
                        copy.Write(numbers[row], NpgsqlDbType.Double);
                        break;
                    case string[] texts:
                        copy.Write(texts[row], NpgsqlDbType.Text);
                        break;
                }
            }
        }

        await copy.CompleteAsync(cancellationToken);
        return table;
    }

    private static string TypeOf(Array column) => column switch
    {
        long[] => "bigint",
        double[] => "double precision",
        string[] => "text COLLATE \"C\"",
        _ => throw new ArgumentException($"A column of {column.GetType()} is none of a statement.", nameof(column)),
    };
}
