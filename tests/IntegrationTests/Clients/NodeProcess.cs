using System.Collections;
using System.Diagnostics;
using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Clients;

/// <summary>A script of tests/clients that runs. It is told what to do, and answers, in lines of JSON.</summary>
internal sealed class NodeProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private NodeProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts a script. Of the variables that configure OpenTelemetry it gets none but these.</summary>
    public static NodeProcess Start(string script, IReadOnlyCollection<string>? arguments = null, IReadOnlyDictionary<string, string>? variables = null)
    {
        NodeClients.Require();
        var start = new ProcessStartInfo("node", [script, .. arguments ?? []])
        {
            UseShellExecute = false,
            WorkingDirectory = NodeClients.Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (((string)variable.Key).StartsWith("OTEL_", StringComparison.Ordinal))
                start.Environment.Remove((string)variable.Key);
        }

        foreach (var (name, value) in variables ?? new Dictionary<string, string>(StringComparer.Ordinal))
            start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    /// <summary>Says what to do, and waits for the answer.</summary>
    public async Task<JsonElement> SendAsync(object command)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(command));
        await _process.StandardInput.FlushAsync();
        return await ReadAsync();
    }

    /// <summary>Waits for a line.</summary>
    public async Task<JsonElement> ReadAsync()
    {
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience, TimeProvider.System)
            ?? throw new InvalidOperationException($"The script has ended. {await _errors}");
        return JsonSerializer.Deserialize<JsonElement>(line);
    }

    /// <summary>Nothing more is to be done: waits until it has sent what it still had.</summary>
    public async Task EndAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(Patience, TimeProvider.System);
        Assert.True(_process.ExitCode == 0, await _errors);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
