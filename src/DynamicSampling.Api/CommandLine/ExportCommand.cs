using System.Buffers;
using System.CommandLine;
using System.Text;
using System.Text.Json;
using DynamicSampling.Api.Storage;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.CommandLine;

/// <summary>Writes all settings and custom rules as one document: that of <c>GET /api/export</c>, in lines.</summary>
internal static class ExportCommand
{
    public static Command Create(CommandEnvironment environment, Func<string[]> settings)
    {
        var file = new Argument<string?>("file") { Description = "Where to; the standard output by default.", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("export", "Writes all settings and custom rules as one document. The service may run meanwhile.") { file };
        command.SetAction((parsed, cancellationToken) => RunAsync(environment, settings(), parsed.GetValue(file), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandEnvironment environment, string[] settings, string? file, CancellationToken cancellationToken)
    {
        await using var host = CommandHost.Build(settings, environment);
        await SchemaState.ThrowUnlessCurrentAsync(host, cancellationToken);
        var document = await host.Services.GetRequiredService<SqlSettingsDocuments>().ExportAsync(cancellationToken);
        var text = Write(document, host.Services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions);
        if (file is null)
        {
            await environment.Output.WriteAsync(text);
        }
        else
        {
            await File.WriteAllTextAsync(file, text, cancellationToken);
            await environment.Output.WriteLineAsync($"{Counted.Of(document.Organizations.Count, "organization")} exported to {file}.");
        }

        return ExitCodes.Done;
    }

    // In lines, for version control to compare.
    private static string Write(SettingsDocument document, JsonSerializerOptions options)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
            JsonSerializer.Serialize(writer, document, options);
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }
}
