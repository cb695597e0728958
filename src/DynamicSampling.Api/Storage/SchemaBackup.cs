using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace DynamicSampling.Api.Storage;

/// <summary>Copies the embedded database before its schema changes, so that the program before this one can be gone back to.</summary>
internal sealed class SchemaBackup(DbDataSource source, ILogger<SchemaBackup> logger)
{
    /// <summary>Makes a copy beside the file, unless there is one of this version. A PostgreSQL server's operator makes backups.</summary>
    /// <param name="version">The schema version of the file.</param>
    public void Make(long version)
    {
        if (source is not SqliteDataSource sqlite || !File.Exists(sqlite.Path))
            return;
        var copy = PathOf(sqlite.Path, version);
        if (File.Exists(copy))
            return;
        // Under another name first: what bears the name is whole.
        var unfinished = copy + ".unfinished";
        File.Delete(unfinished);
        using (var from = (SqliteConnection)sqlite.OpenConnection())
        using (var to = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = unfinished, Pooling = false }.ToString()))
        {
            to.Open();
            from.BackupDatabase(to);
        }

        File.Move(unfinished, copy);
        Log.SchemaBackedUp(logger, copy);
    }

    /// <summary>Where the copy of a version is.</summary>
    public static string PathOf(string path, long version) => $"{path}.v{version}.bak";
}
