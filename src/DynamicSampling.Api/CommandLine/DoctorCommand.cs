using System.CommandLine;
using DynamicSampling.Api.CommandLine.Doctor;

namespace DynamicSampling.Api.CommandLine;

/// <summary>Looks whether the service can do its work, says what to do where it cannot, and changes nothing.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandEnvironment environment, Func<string[]> settings)
    {
        var command = new Command("doctor", "Checks settings, storage, ports and clock, and says what to do. It changes nothing.");
        command.SetAction((_, cancellationToken) => RunAsync(environment, settings(), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandEnvironment environment, string[] settings, CancellationToken cancellationToken)
    {
        await using var host = CommandHost.Build(settings, environment);
        using var storage = StorageProbe.Create(host.Configuration, host.Environment.ContentRootPath);
        var problems = 0;
        var warnings = 0;
        foreach (var check in Checks(host, storage, environment))
        {
            foreach (var finding in await check.RunAsync(cancellationToken))
            {
                problems += finding.Level == FindingLevel.Problem ? 1 : 0;
                warnings += finding.Level == FindingLevel.Warning ? 1 : 0;
                await environment.Output.WriteLineAsync($"{Word(finding.Level),-8} {check.Name,-8} {finding.Text}");
            }
        }

        await environment.Output.WriteLineAsync(problems + warnings == 0 ? "All is well." : $"{Counted.Of(problems, "problem")}, {Counted.Of(warnings, "warning")}.");
        return problems == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static IEnumerable<IDoctorCheck> Checks(WebApplication host, StorageProbe storage, CommandEnvironment environment)
    {
        yield return new SettingsCheck(host.Services);
        yield return new UnknownSettingsCheck(host.Configuration);
        switch (storage)
        {
            case SqliteProbe sqlite:
                yield return new SqliteFileCheck(sqlite);
                yield return new DiskSpaceCheck(sqlite);
                break;
            case PostgresProbe postgres:
                yield return new PostgresServerCheck(postgres);
                break;
            default:
                yield return new ReachableCheck(storage);
                break;
        }

        yield return new SchemaCheck(storage);
        yield return new KeysCheck(host.Configuration, storage, environment.Clock);
        yield return new AddressesCheck(host.Configuration, environment.Ports);
        yield return new ClockCheck(storage, environment.Clock);
    }

    private static string Word(FindingLevel level) => level switch
    {
        FindingLevel.Ok => "ok",
        FindingLevel.Warning => "warning",
        _ => "problem",
    };
}
