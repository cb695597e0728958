using System.Data.Common;
using DynamicSampling.Api.Storage.Dialects;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace DynamicSampling.Api.CommandLine;

/// <summary>Looks into a SQLite file, also while the service runs, and leaves the file and what is beside it as it is.</summary>
internal sealed class SqliteProbe : StorageProbe
{
    // sqlite3.h; the last connection to be closed would copy the write-ahead log into the file and delete it.
    private const int NoCheckpointOnClose = 1006;
    private readonly SqliteConnectionStringBuilder _settings;

    public SqliteProbe(string connectionString, string contentRoot)
    {
        _settings = new(connectionString) { Pooling = false };
        IsInMemory = _settings.DataSource is "" or ":memory:" || _settings.Mode == SqliteOpenMode.Memory;
        Path = IsInMemory ? "" : System.IO.Path.GetFullPath(_settings.DataSource, contentRoot);
    }

    /// <summary>Whether there is no file: then everything is gone with the process.</summary>
    public bool IsInMemory { get; }

    /// <summary>The whole path of the file.</summary>
    public string Path { get; }

    public override string Name => IsInMemory ? "The database in memory" : $"The database {Path}";

    public override SqlDialect Dialect { get; } = new SqliteDialect();

    public override void Dispose()
    {
        // Connections are not pooled.
    }

    protected override Task<DbConnection?> OpenAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (IsInMemory || !File.Exists(Path))
            return Task.FromResult<DbConnection?>(null);
        // A reader makes these files when they are not there. Where they are not, nothing is in them, and nobody writes: then SQLite may be told
        // that the file does not change, and makes none.
        var isInUse = File.Exists(Path + "-wal") && File.Exists(Path + "-shm");
        _settings.DataSource = isInUse ? Path : $"{new UriBuilder(Uri.UriSchemeFile, "") { Path = Path }.Uri.AbsoluteUri}?immutable=1";
        _settings.Mode = SqliteOpenMode.ReadOnly;
        var connection = new SqliteConnection(_settings.ToString());
        try
        {
            connection.Open();
            raw.sqlite3_db_config(connection.Handle, NoCheckpointOnClose, 1, out _);
            return Task.FromResult<DbConnection?>(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
