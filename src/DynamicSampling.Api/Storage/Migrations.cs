using System.Data.Common;
using System.Globalization;
using System.Reflection;
using Dapper;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage.Dialects;

namespace DynamicSampling.Api.Storage;

/// <summary>
/// Runs the numbered scripts of Schema/ that a database has not seen, each in a transaction of its own: a script is there as a whole or not at
/// all. Processes may start together; one of them does it.
/// </summary>
internal sealed class Migrations(Database database, SchemaBackup backup, TimeProvider clock, ILogger<Migrations> logger)
{
    private const string Prefix = "Schema/";

    /// <summary>The version that this program makes of a database.</summary>
    public static long Latest(SqlDialect dialect) => ReadScripts(dialect)[^1].Version;

    /// <summary>The version that a database has; 0 for an empty one. Changes nothing.</summary>
    public Task<long> FindVersionAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            async connection => await HasVersionsAsync(connection, transaction: null) ? await ReadVersionAsync(connection, transaction: null) : 0, cancellationToken);

    /// <returns>The names of the scripts that were applied.</returns>
    /// <exception cref="StartupException">The database was made by a newer version of this program.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        var scripts = ReadScripts(database.Dialect);
        var current = await FindVersionAsync(cancellationToken);
        var latest = scripts[^1].Version;
        if (current > latest)
        {
            throw new StartupException(
                $"The database has schema version {current}, but this program knows only up to {latest}. Run the newer version of DynamicSampling that made it, or restore a backup.");
        }

        if (current > 0 && current < latest)
            backup.Make(current);
        var applied = new List<string>();
        foreach (var script in scripts.Where(script => script.Version > current))
        {
            if (await database.WriteAsync((connection, transaction) => ApplyAsync(connection, transaction, script), cancellationToken))
            {
                applied.Add(script.Name);
                Log.SchemaApplied(logger, script.Name);
            }
        }

        return applied;
    }

    // False when another process has been faster.
    private async Task<bool> ApplyAsync(DbConnection connection, DbTransaction transaction, Script script)
    {
        await database.Dialect.LockAsync(connection, transaction, SharedLock.Migration);
        await connection.ExecuteAsync(
            "CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)",
            transaction: transaction);
        if (await ReadVersionAsync(connection, transaction) >= script.Version)
            return false;
        await connection.ExecuteAsync(script.Sql, transaction: transaction);
        await connection.ExecuteAsync(
            "INSERT INTO schema_versions (version, name, applied_at) VALUES (@Version, @Name, @now)",
            new { script.Version, script.Name, now = clock.GetUtcNow().ToUnixTimeMilliseconds() },
            transaction);
        return true;
    }

    private async Task<bool> HasVersionsAsync(DbConnection connection, DbTransaction? transaction) =>
        await connection.ExecuteScalarAsync<long>(database.Dialect.CountTable, new { table = "schema_versions" }, transaction) > 0;

    private static Task<long> ReadVersionAsync(DbConnection connection, DbTransaction? transaction) =>
        connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(version), 0) FROM schema_versions", transaction: transaction);

    private static List<Script> ReadScripts(SqlDialect dialect)
    {
        var assembly = Assembly.GetExecutingAssembly();
        // Folders are named as namespaces are.
        var folder = $"{Prefix}{dialect.Name}/";
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(folder, StringComparison.OrdinalIgnoreCase))
                .Select(name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    var file = name[folder.Length..];
                    return new Script(long.Parse(file[..file.IndexOf('_', StringComparison.Ordinal)], CultureInfo.InvariantCulture), file, reader.ReadToEnd());
                })
                .OrderBy(script => script.Version),
        ];
    }

    private sealed record Script(long Version, string Name, string Sql);
}
