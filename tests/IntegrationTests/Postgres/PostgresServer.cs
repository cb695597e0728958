using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;

namespace DynamicSampling.IntegrationTests.Postgres;

/// <summary>
/// A PostgreSQL server on a port of its own, with its data in a temporary directory. It goes when it is disposed of, and also when this process
/// ends, however that comes about.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The environment variable that may name a server to use instead, by a connection string.</summary>
    public const string GivenVariable = "DYNAMIC_SAMPLING_TESTS_POSTGRES";

    // Waits until this process closes the pipe or is gone. A terminal's Ctrl+C must not end it before that.
    private const string Watchdog = "trap '' INT TERM HUP; cat > /dev/null; directory=$1; shift; \"$@\" > /dev/null 2>&1; rm -rf \"$directory\"";

    private static readonly Lazy<Task<PostgresServer>> SharedServer = new(() => Given is null ? CreateAsync() : Task.FromResult(new PostgresServer(Given)));

    private readonly string _directory;
    private readonly Process? _watchdog;
    private readonly NpgsqlConnectionStringBuilder _connection;

    private PostgresServer(string connectionString)
    {
        _directory = "";
        _connection = new(connectionString) { Pooling = false };
    }

    private PostgresServer(string directory, int port, string password)
    {
        _directory = directory;
        _connection = new() { Host = "127.0.0.1", Port = port, Username = "postgres", Password = password, Database = "postgres", Pooling = false };
        // Whoever stops the server by force need not wait for what it has to write.
        var stop = PostgresPrograms.Command("pg_ctl", "stop", "-D", Data, "-m", "immediate", "-w");
        _watchdog = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Watchdog, "sh", directory, .. stop])
        {
            UseShellExecute = false,
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
    }

    /// <summary>The server of the connection string in the environment; null when there is none.</summary>
    public static string? Given => Environment.GetEnvironmentVariable(GivenVariable) is { Length: > 0 } given ? given : null;

    /// <summary>The server that all tests share who have a database of their own, started when the first of them asks.</summary>
    public static Task<PostgresServer> Shared => SharedServer.Value;

    /// <summary>For the administrator, without a pool.</summary>
    public string ConnectionString => _connection.ConnectionString;

    public int Port => _connection.Port;

    private string Data => Path.Combine(_directory, "data");

    private string LogFile => Path.Combine(_directory, "log");

    /// <summary>Makes a server and starts it.</summary>
    /// <param name="durable">Whether what is committed outlasts the crash of the machine. Without it everything is faster.</param>
    public static async Task<PostgresServer> CreateAsync(bool durable = false)
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-postgres-").FullName;
        await PostgresPrograms.GiveAsync(directory);
        var password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var server = new PostgresServer(directory, FreePort(), password);
        try
        {
            await server.InitializeAsync(password, durable);
            await server.StartAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts it on the same port as before, and waits until it serves.</summary>
    public async Task StartAsync()
    {
        try
        {
            await PostgresPrograms.RunAsync("pg_ctl", "start", "-D", Data, "-l", LogFile, "-w", "-t", "60");
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException($"{exception.Message} {(File.Exists(LogFile) ? await File.ReadAllTextAsync(LogFile) : "")}", exception);
        }
    }

    /// <summary>Stops it in good order: whoever is connected is disconnected.</summary>
    public Task StopAsync() => PostgresPrograms.RunAsync("pg_ctl", "stop", "-D", Data, "-m", "fast", "-w", "-t", "60");

    /// <summary>Stops it as a crash would: it recovers when it starts again.</summary>
    public Task KillAsync() => PostgresPrograms.RunAsync("pg_ctl", "stop", "-D", Data, "-m", "immediate", "-w", "-t", "60");

    /// <summary>Stops it in good order, and starts it again.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    /// <summary>Makes an empty database.</summary>
    /// <returns>Its connection string, with a small pool.</returns>
    public async Task<string> CreateDatabaseAsync()
    {
        var name = $"test_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        // With an order of texts that is not that of their bytes, if there is one: what is to be in the order of bytes has to say so.
        await using var asked = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_collation WHERE collprovider = 'i')", connection);
        var order = connection.PostgreSqlVersion.Major >= 15 && await asked.ExecuteScalarAsync() is true ? "LOCALE_PROVIDER icu ICU_LOCALE 'en'" : "";
        await ExecuteAsync(connection, $"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' {order}");
        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name, Pooling = true, MaxPoolSize = 20 }.ConnectionString;
    }

    /// <summary>Drops a database, whoever is still connected to it.</summary>
    public async Task DropDatabaseAsync(string connectionString)
    {
        await using (var pooled = new NpgsqlConnection(connectionString))
            NpgsqlConnection.ClearPool(pooled);
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await ExecuteAsync(connection, $"DROP DATABASE {new NpgsqlConnectionStringBuilder(connectionString).Database} WITH (FORCE)");
    }

    public async ValueTask DisposeAsync()
    {
        if (_watchdog is null)
            return;
        _watchdog.StandardInput.Close();
        await _watchdog.WaitForExitAsync();
        _watchdog.Dispose();
    }

    private async Task InitializeAsync(string password, bool durable)
    {
        var passwordFile = Path.Combine(_directory, "password");
        await File.WriteAllTextAsync(passwordFile, password);
        await PostgresPrograms.RunAsync(
            "initdb", "-D", Data, "-U", "postgres", "--auth=password", $"--pwfile={passwordFile}", "--encoding=UTF8", "--locale=C", "--no-sync");
        var settings = new List<string>
        {
            "listen_addresses = '127.0.0.1'",
            $"port = {Port.ToString(CultureInfo.InvariantCulture)}",
            $"unix_socket_directories = '{_directory}'",
            "max_connections = 300",
            "shared_buffers = 64MB",
        };
        if (!durable)
            settings.AddRange(["fsync = off", "synchronous_commit = off", "full_page_writes = off"]);
        await File.AppendAllLinesAsync(Path.Combine(Data, "postgresql.conf"), settings);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // The names are ours.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
