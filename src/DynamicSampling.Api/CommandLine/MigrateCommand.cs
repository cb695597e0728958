using System.CommandLine;
using System.Data.Common;
using DynamicSampling.Api.Storage;

namespace DynamicSampling.Api.CommandLine;

/// <summary>Brings the schema of the database up to date and ends, for deployments that want it as a step of its own.</summary>
internal static class MigrateCommand
{
    public static Command Create(CommandEnvironment environment, Func<string[]> settings)
    {
        var command = new Command("migrate", "Brings the database's schema up to date and ends. The service does the same when it starts.");
        command.SetAction((_, cancellationToken) => RunAsync(environment, settings(), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandEnvironment environment, string[] settings, CancellationToken cancellationToken)
    {
        await using var host = CommandHost.Build(settings, environment);
        var migrations = host.Services.GetRequiredService<Migrations>();
        var before = await migrations.FindVersionAsync(cancellationToken);
        var applied = await migrations.RunAsync(cancellationToken);
        foreach (var script in applied)
            await environment.Output.WriteLineAsync($"applied {script}");
        if (applied.Count > 0 && before > 0 && host.Services.GetRequiredService<DbDataSource>() is SqliteDataSource sqlite)
            await environment.Output.WriteLineAsync($"The database as it was, with schema version {before}, is in {SchemaBackup.PathOf(sqlite.Path, before)}.");
        if (applied.Count == 0)
            await environment.Output.WriteLineAsync("The schema is up to date.");
        return ExitCodes.Done;
    }
}
