using System.Data.Common;
using System.Globalization;
using System.Reflection;
using Dapper;
using DynamicSampling.Api.Hosting;

namespace DynamicSampling.Api.Storage;

/// <summary>Runs the numbered scripts of Schema/ that a database has not seen, each in a transaction of its own.</summary>
internal sealed class Migrations(Database database, TimeProvider clock, ILogger<Migrations> logger)
{
    private const string Prefix = "Schema/";

    /// <summary>The version that this program makes of a database.</summary>
    public static long Latest() => ReadScripts()[^1].Version;

    /// <returns>The names of the scripts that were applied.</returns>
    /// <exception cref="StartupException">The database was made by a newer version of this program.</exception>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        var scripts = ReadScripts();
        var current = await database.WriteAsync(ReadVersionAsync, cancellationToken);
        var latest = scripts[^1].Version;
        if (current > latest)
        {
            throw new StartupException(
                $"The database has schema version {current}, but this program knows only up to {latest}. Run the newer version of DynamicSampling that made it, or restore a backup.");
        }

        var applied = new List<string>();
        foreach (var (version, name, sql) in scripts.Where(script => script.Version > current))
        {
            await database.WriteAsync(
                async (connection, transaction) =>
                {
                    await connection.ExecuteAsync(sql, transaction: transaction);
                    return await connection.ExecuteAsync(
                        "INSERT INTO schema_versions (version, name, applied_at) VALUES (@version, @name, @now)",
                        new { version, name, now = clock.GetUtcNow().ToUnixTimeMilliseconds() },
                        transaction);
                },
                cancellationToken);
            applied.Add(name);
            Log.SchemaApplied(logger, name);
        }

        return applied;
    }

    private static async Task<long> ReadVersionAsync(DbConnection connection, DbTransaction transaction)
    {
        await connection.ExecuteAsync(
            "CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)",
            transaction: transaction);
        return await connection.ExecuteScalarAsync<long>("SELECT COALESCE(MAX(version), 0) FROM schema_versions", transaction: transaction);
    }

    private static List<(long Version, string Name, string Sql)> ReadScripts()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
                .Select(name =>
                {
                    using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                    var file = name[Prefix.Length..];
                    return (long.Parse(file[..file.IndexOf('_', StringComparison.Ordinal)], CultureInfo.InvariantCulture), file, reader.ReadToEnd());
                })
                .OrderBy(script => script.Item1),
        ];
    }
}
