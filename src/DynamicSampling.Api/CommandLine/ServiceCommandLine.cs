using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Reflection;

namespace DynamicSampling.Api.CommandLine;

/// <summary>The service's command line: its commands, and serving when there is none.</summary>
internal static class ServiceCommandLine
{
    private const string Program = "dynamic-sampling";

    private const string Description =
        "Decides which traces to keep. Without a command the service serves.\n\n"
        + "Every setting of docs/settings.md may be given as --key value or --key=value, also after a command, for instance "
        + "--urls http://localhost:5080 or --Storage:Provider postgres.";

    /// <returns>The process's exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, CommandEnvironment environment)
    {
        // Commands are made before it is known which settings there are, and run after.
        string[] settings = [];
        var root = CreateRoot(environment, () => settings);
        (settings, var others) = SettingsArguments.Split(arguments, root);
        var parsed = root.Parse(others, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
            return await ExplainAsync(parsed, root, environment.Error);
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = environment.Output,
                Error = environment.Error,
                EnableDefaultExceptionHandler = false,
                // The host of the service ends by itself, in order.
                ProcessTerminationTimeout = parsed.CommandResult.Command == root ? null : TimeSpan.FromSeconds(5),
            });
        }
        catch (OperationCanceledException) when (parsed.CommandResult.Command != root)
        {
            await environment.Error.WriteLineAsync("Interrupted; what was not finished is undone.");
            return ExitCodes.Interrupted;
        }
        catch (Exception exception) when (Failures.Describe(exception) is { } sentence)
        {
            // The sentence says what to do; a stack trace would hide it.
            await environment.Error.WriteLineAsync(sentence);
            return ExitCodes.Failed;
        }
    }

    private static Command CreateRoot(CommandEnvironment environment, Func<string[]> settings)
    {
        var root = new Command(Program, Description)
        {
            new HelpOption { Description = "Shows this help, or that of a command." },
            new VersionOption { Description = "Shows the version.", Action = new ShowVersion() },
            MigrateCommand.Create(environment, settings),
            DoctorCommand.Create(environment, settings),
            ExportCommand.Create(environment, settings),
            ImportCommand.Create(environment, settings),
            KeysCommand.Create(environment, settings),
        };
        root.SetAction(async _ =>
        {
            await ApiBuilder.Build(settings()).RunAsync();
            return ExitCodes.Done;
        });
        return root;
    }

    private static async Task<int> ExplainAsync(ParseResult parsed, Command root, TextWriter error)
    {
        foreach (var message in parsed.Errors.Select(problem => problem.Message).Distinct(StringComparer.Ordinal))
            await error.WriteLineAsync(message);
        var commands = root.Subcommands.Select(command => command.Name).ToList();
        if (parsed.CommandResult.Command == root && parsed.UnmatchedTokens is [var token, ..] && Similar.Find(token.TrimStart('-'), commands, 0.3) is { } meant)
            await error.WriteLineAsync($"Did you mean {meant}?");
        await error.WriteLineAsync(
            $"The commands are {string.Join(", ", commands)}; without one the service serves. A setting is given as --key value. '{Program} --help' says more.");
        return ExitCodes.Misunderstood;
    }

    private sealed class ShowVersion : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(
                typeof(ServiceCommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
            return ExitCodes.Done;
        }
    }
}
