using System.Collections.Concurrent;
using System.Data.Common;
using DynamicSampling.IntegrationTests.Postgres;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace DynamicSampling.IntegrationTests.Storage;

/// <summary>The kinds of databases that the service can use.</summary>
internal enum TestStorage
{
    Sqlite,
    Postgres,
}

/// <summary>The database of a directory: a file in it, or one of its own on the PostgreSQL server of the tests.</summary>
internal sealed class TestDatabase
{
    // Hosts with the same directory, one after the other, are the same service that starts again.
    private static readonly ConcurrentDictionary<string, Lazy<string>> Databases = new(StringComparer.Ordinal);

    private readonly string _directory;

    public TestDatabase(TestStorage storage, string directory)
    {
        Storage = storage;
        _directory = directory;
        ConnectionString = storage == TestStorage.Sqlite
            ? $"Data Source={Path.Combine(directory, "test.db")};Pooling=False"
            : Databases.GetOrAdd(directory, static _ => new(Create)).Value;
    }

    /// <summary>Which one tests use that do not say: the environment variable <c>DYNAMIC_SAMPLING_TESTS_STORAGE</c> is <c>sqlite</c> or <c>postgres</c>.</summary>
    public static TestStorage Default => Environment.GetEnvironmentVariable("DYNAMIC_SAMPLING_TESTS_STORAGE") switch
    {
        null or "" or "sqlite" => TestStorage.Sqlite,
        "postgres" => TestStorage.Postgres,
        var other => throw new InvalidOperationException($"DYNAMIC_SAMPLING_TESTS_STORAGE must be sqlite or postgres, but is '{other}'."),
    };

    public TestStorage Storage { get; }

    /// <summary>As the setting <c>Storage:Provider</c> has it.</summary>
    public string Provider => Storage == TestStorage.Sqlite ? "sqlite" : "postgres";

    public string ConnectionString { get; }

    public DbConnection Open()
    {
        DbConnection connection = Storage == TestStorage.Sqlite
            ? new SqliteConnection(ConnectionString)
            : new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    public void Execute(string sql, params IEnumerable<(string Name, object Value)> parameters)
    {
        using var connection = Open();
        using var command = Command(connection, sql, parameters);
        command.ExecuteNonQuery();
    }

    public object? Scalar(string sql)
    {
        using var connection = Open();
        using var command = Command(connection, sql, []);
        return command.ExecuteScalar();
    }

    public List<T> Query<T>(string sql, Func<DbDataReader, T> read, params IEnumerable<(string Name, object Value)> parameters)
    {
        using var connection = Open();
        using var command = Command(connection, sql, parameters);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>Lets inserts into a table fail: all, or those whose row, called NEW, meets a condition.</summary>
    public void RefuseInserts(string table, string message, string condition = "1 = 1") => Execute(Storage == TestStorage.Sqlite
        ? $"CREATE TRIGGER refuse BEFORE INSERT ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
        : $"""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF {condition} THEN RAISE EXCEPTION '{message}'; END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refuse();
        """);

    /// <summary>Ends what <see cref="RefuseInserts"/> began.</summary>
    public void AcceptInserts(string table) =>
        Execute(Storage == TestStorage.Sqlite ? "DROP TRIGGER refuse" : $"DROP TRIGGER refuse ON {table}; DROP FUNCTION refuse()");

    /// <summary>Drops it on the server. A file goes with its directory.</summary>
    public async Task DropAsync()
    {
        if (Storage == TestStorage.Postgres && Databases.TryRemove(_directory, out _))
            await (await PostgresServer.Shared).DropDatabaseAsync(ConnectionString);
    }

    private static string Create() => Task.Run(async () => await (await PostgresServer.Shared).CreateDatabaseAsync()).GetAwaiter().GetResult();

    private static DbCommand Command(DbConnection connection, string sql, IEnumerable<(string Name, object Value)> parameters)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is the test's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
