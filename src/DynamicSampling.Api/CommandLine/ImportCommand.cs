using System.CommandLine;
using System.Text.Json;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.CommandLine;

/// <summary>Makes all settings and custom rules those of a document, as <c>PUT /api/import</c> does.</summary>
internal static class ImportCommand
{
    private const string StandardInput = "-";

    /// <summary>What the audit log calls whoever uses it.</summary>
    private const string Actor = "command line";

    public static Command Create(CommandEnvironment environment, Func<string[]> settings)
    {
        var file = new Argument<string>("file") { Description = "The document, as export writes it; - is the standard input." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only says what would change." };
        var command = new Command("import", "Makes all settings and custom rules those of a document, all of it or nothing. The service may run meanwhile.") { file, dryRun };
        command.SetAction((parsed, cancellationToken) =>
            RunAsync(environment, settings(), parsed.GetRequiredValue(file), parsed.GetValue(dryRun), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        CommandEnvironment environment, string[] settings, string file, bool dryRun, CancellationToken cancellationToken)
    {
        await using var host = CommandHost.Build(settings, environment);
        var text = string.Equals(file, StandardInput, StringComparison.Ordinal)
            ? await environment.Input.ReadToEndAsync(cancellationToken).WaitAsync(cancellationToken)
            : await File.ReadAllTextAsync(file, cancellationToken);
        var (document, problem) = Read(text, host.Services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions, environment.Clock);
        if (document is null)
        {
            await environment.Error.WriteLineAsync($"{problem} Nothing was changed.");
            return ExitCodes.Failed;
        }

        await SchemaState.ThrowUnlessCurrentAsync(host, cancellationToken);
        var changes = await host.Services.GetRequiredService<SqlSettingsDocuments>().ImportAsync(document, Actor, dryRun, cancellationToken);
        foreach (var change in changes)
            await environment.Output.WriteLineAsync(Describe(change));
        await environment.Output.WriteLineAsync(Summary(changes.Count, dryRun));
        return ExitCodes.Done;
    }

    private static (SettingsDocument? Document, string? Problem) Read(string text, JsonSerializerOptions json, TimeProvider clock)
    {
        try
        {
            if (JsonSerializer.Deserialize<SettingsDocument>(text, json) is not { } document)
                return (null, "The document is null.");
            return document.Check(clock.GetUtcNow()) is { } problem ? (null, problem) : (document, null);
        }
        catch (JsonException exception)
        {
            return (null, JsonErrors.Describe(exception, "The document"));
        }
    }

    private static string Describe(SettingsChange change)
    {
        var verb = change.Change switch
        {
            SettingsChangeKind.Added => "added",
            SettingsChangeKind.Changed => "changed",
            _ => "removed",
        };
        var project = change.Project is null ? "" : $", project {change.Project}";
        var what = change.CustomRule is { } rule ? $", custom rule {rule}" : ", settings";
        return $"{verb,-7} {change.Organization}{project}{what}";
    }

    private static string Summary(int changes, bool dryRun) =>
        changes == 0 ? "Everything is as in the document; nothing was changed."
        : dryRun ? $"{Counted.Of(changes, "change")} would be made; nothing was changed."
        : $"{Counted.Of(changes, "change")} made.";
}
