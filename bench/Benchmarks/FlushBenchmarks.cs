using System.Data.Common;
using BenchmarkDotNet.Attributes;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Benchmarks.Flushes;
using Npgsql;
using NpgsqlTypes;

namespace DynamicSampling.Benchmarks;

/// <summary>
/// A flush of 20,000 counts, each with its names, beside its floor: the same rows with the ids of their names at hand, in one transaction. On SQLite
/// that is a loop over one prepared statement, on PostgreSQL a binary COPY into a temporary table and one upsert.
/// </summary>
[MemoryDiagnoser]
public class FlushBenchmarks
{
    private FlushDatabase? _database;
    private VolumeBatch? _batch;
    private long _minute;

    [Params("sqlite", "postgres")]
    public string Storage { get; set; } = "";

    private FlushDatabase Database => _database!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _database = await FlushDatabase.CreateAsync(string.Equals(Storage, "postgres", StringComparison.Ordinal));
        // A floor that does something else is none.
        var before = _database.Total();
        Prepare();
        Bare();
        var bare = _database.Total();
        Prepare();
        await Flush();
        if (bare - before != _database.Total() - bare || bare == before)
            throw new InvalidOperationException("The two do not count the same.");
    }

    [IterationSetup]
    public void Prepare()
    {
        _batch = Database.NextBatch();
        _minute = Database.NextMinute();
    }

    [Benchmark]
    public Task Flush() => Database.FlushAsync(_batch!);

    [Benchmark(Baseline = true)]
    public void Bare()
    {
        using var connection = Database.Source.OpenConnection();
        using var transaction = connection.BeginTransaction();
        if (connection is NpgsqlConnection postgres)
            CopyAndUpsert(postgres);
        else
            Loop(connection, transaction);
        transaction.Commit();
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }

    private void Loop(DbConnection connection, DbTransaction transaction)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText =
            """
            INSERT INTO volumes (project_id, minute, transaction_id, total, kept, exact) VALUES (@project, @minute, @transaction, @total, @kept, 0)
            ON CONFLICT (project_id, minute, transaction_id) DO UPDATE SET total = volumes.total + excluded.total, kept = volumes.kept + excluded.kept
            """;
        DbParameter[] parameters = [.. new[] { "@project", "@minute", "@transaction", "@total", "@kept" }.Select(name =>
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            command.Parameters.Add(parameter);
            return parameter;
        })];
        foreach (var (project, id) in Database.Ids)
        {
            (parameters[0].Value, parameters[1].Value, parameters[2].Value, parameters[3].Value, parameters[4].Value) = (project, _minute, id, 10.0, 1.0);
            command.ExecuteNonQuery();
        }
    }

    private void CopyAndUpsert(NpgsqlConnection connection)
    {
        using (var create = new NpgsqlCommand(
            "CREATE TEMPORARY TABLE IF NOT EXISTS bare (project bigint, minute bigint, transaction bigint, total double precision, kept double precision) ON COMMIT DELETE ROWS", connection))
            create.ExecuteNonQuery();
        using (var copy = connection.BeginBinaryImport("COPY bare FROM STDIN (FORMAT BINARY)"))
        {
            foreach (var (project, id) in Database.Ids)
            {
                copy.StartRow();
                copy.Write(project, NpgsqlDbType.Bigint);
                copy.Write(_minute, NpgsqlDbType.Bigint);
                copy.Write(id, NpgsqlDbType.Bigint);
                copy.Write(10.0, NpgsqlDbType.Double);
                copy.Write(1.0, NpgsqlDbType.Double);
            }

            copy.Complete();
        }

        using var upsert = new NpgsqlCommand(
            """
            INSERT INTO volumes (project_id, minute, transaction_id, total, kept, exact) SELECT project, minute, transaction, total, kept, 0 FROM bare
            ON CONFLICT (project_id, minute, transaction_id) DO UPDATE SET total = volumes.total + excluded.total, kept = volumes.kept + excluded.kept
            """,
            connection);
        upsert.ExecuteNonQuery();
    }
}
