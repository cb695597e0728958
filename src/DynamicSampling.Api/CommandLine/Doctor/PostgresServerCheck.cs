using Dapper;

namespace DynamicSampling.Api.CommandLine.Doctor;

/// <summary>Whether the PostgreSQL server answers, is new enough, has connections to give, and lets the user do what the service does.</summary>
internal sealed class PostgresServerCheck(PostgresProbe storage) : IDoctorCheck
{
    private const int OldestVersion = 14;

    private const string Query =
        """
        SELECT current_setting('server_version_num')::int / 10000 AS MajorVersion, current_setting('server_version') AS Version,
            current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS Connections,
            pg_is_in_recovery() AS IsStandby, current_schema()::text AS Schema,
            COALESCE(has_schema_privilege(current_schema(), 'CREATE'), false) AS MayCreate,
            has_database_privilege(current_database(), 'TEMPORARY') AS MayCreateTemporary
        """;

    public string Name => "storage";

    public async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var server = await storage.ReadAsync(
                connection => connection!.QuerySingleAsync<Server>(new CommandDefinition(Query, cancellationToken: cancellationToken)), cancellationToken);
            var findings = Judge(server).ToList();
            return findings.Count > 0 ? findings : [Finding.Ok($"{storage.Name} can be used; its version is {server.Version}.")];
        }
        catch (Exception exception) when (Failures.Describe(exception) is { } sentence)
        {
            return [Finding.Problem($"{storage.Name}: {sentence}")];
        }
    }

    private IEnumerable<Finding> Judge(Server server)
    {
        if (server.MajorVersion < OldestVersion)
            yield return Finding.Problem($"The PostgreSQL server has version {server.Version}; the service needs {OldestVersion} or later. Upgrade it.");
        if (server.IsStandby)
            yield return Finding.Problem("The PostgreSQL server is a standby, which only lets read. Name the primary in ConnectionStrings:DynamicSampling.");
        if (server.Schema is null)
            yield return Finding.Problem("The user has no schema to make tables in. Set its search_path to one that is there.");
        else if (!server.MayCreate)
            yield return Finding.Problem($"The user may not make tables. GRANT CREATE ON SCHEMA {server.Schema} to it.");
        if (!server.MayCreateTemporary)
            yield return Finding.Problem("The user may not make temporary tables. GRANT TEMPORARY ON DATABASE to it.");
        if (storage.MaxPoolSize > server.Connections)
        {
            yield return Finding.Warning(
                $"A process of the service opens up to {storage.MaxPoolSize} connections, and the server has {server.Connections} for all. "
                + "Raise its max_connections, or lower 'Maximum Pool Size' in ConnectionStrings:DynamicSampling.");
        }
    }

    private sealed record Server(
        int MajorVersion, string Version, int Connections, bool IsStandby, string? Schema, bool MayCreate, bool MayCreateTemporary);
}
