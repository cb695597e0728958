using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace DynamicSampling.Api.Storage;

/// <summary>Opens pooled connections to the embedded database.</summary>
internal sealed class SqliteDataSource : DbDataSource
{
    // Made with the first connection; null when there is none to make.
    private string? _folder;

    public SqliteDataSource(string connectionString, string contentRoot)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString) { ForeignKeys = true };
        if (builder.DataSource is not ("" or ":memory:") && builder.Mode != SqliteOpenMode.Memory)
        {
            builder.DataSource = System.IO.Path.GetFullPath(builder.DataSource, contentRoot);
            _folder = System.IO.Path.GetDirectoryName(builder.DataSource);
        }

        Path = builder.DataSource;
        ConnectionString = builder.ToString();
    }

    /// <summary>The database file.</summary>
    public string Path { get; }

    public override string ConnectionString { get; }

    protected override DbConnection CreateDbConnection() => new SqliteConnection(ConnectionString);

    protected override DbConnection OpenDbConnection()
    {
        if (_folder is { } folder)
        {
            Directory.CreateDirectory(folder);
            _folder = null;
        }

        var connection = new SqliteConnection(ConnectionString);
        try
        {
            connection.Open();
            using var command = connection.CreateCommand();
            // Readers and the writer do not wait for each other; and an acknowledged request must survive a power cut, so every
            // commit reaches the disk.
            command.CommandText = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
            command.ExecuteNonQuery();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // SQLite opens synchronously anyway; without this the framework would open a connection past the method above.
    protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(OpenDbConnection());
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            using var connection = new SqliteConnection(ConnectionString);
            SqliteConnection.ClearPool(connection);
        }

        base.Dispose(disposing);
    }
}
