using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using DynamicSampling.Api;
using DynamicSampling.IntegrationTests.Api;

namespace DynamicSampling.IntegrationTests.Cluster;

/// <summary>The service as a process of its own, on a port of its own.</summary>
internal sealed partial class NodeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly TaskCompletionSource<Uri> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> _output = new();

    private NodeProcess(string name, IReadOnlyDictionary<string, string> settings)
    {
        Name = name;
        var start = new ProcessStartInfo("dotnet")
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.ArgumentList.Add(typeof(ApiBuilder).Assembly.Location);
        start.ArgumentList.Add("--urls");
        start.ArgumentList.Add("http://127.0.0.1:0");
        start.Environment["Cluster__Node"] = name;
        foreach (var (key, value) in settings)
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        _process = new() { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _listening.TrySetException(new InvalidOperationException($"Node {name} has ended before it listened:\n{Output}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    public HttpClient Client { get; private set; } = new();

    /// <summary>All that it has written so far.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>How it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Starts it, and waits until it serves.</summary>
    public static async Task<NodeProcess> StartAsync(string name, IReadOnlyDictionary<string, string> settings)
    {
        var node = new NodeProcess(name, settings);
        try
        {
            // It shares two processors with others that start.
            node.Client = new() { BaseAddress = await node._listening.Task.WaitAsync(TimeSpan.FromMinutes(2), TimeProvider.System), Timeout = TimeSpan.FromSeconds(60) };
            return node;
        }
        catch
        {
            await node.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends it as a crash would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Holds it up: it does nothing until <see cref="ResumeAsync"/>, and does not know of it afterwards.</summary>
    public Task PauseAsync() => SignalAsync("STOP");

    public Task ResumeAsync() => SignalAsync("CONT");

    /// <summary>Asks it to stop, and waits until it has.</summary>
    public async Task StopAsync()
    {
        await SignalAsync("TERM");
        await _process.WaitForExitAsync();
    }

    /// <summary>The answer of a GET; null when there is none, or none that is JSON.</summary>
    public async Task<JsonElement?> TryGetJsonAsync(string path)
    {
        try
        {
            using var response = await Client.GetAsync(path);
            return response.IsSuccessStatusCode ? await response.ReadJsonAsync() : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            return null;
        }
    }

    /// <summary>Posts once. Whatever comes of it.</summary>
    /// <returns>The status; null when there was no answer.</returns>
    public async Task<HttpResponseMessage?> TryPostVolumesAsync(object volumes, string idempotencyKey)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/volumes") { Content = JsonContent.Create(volumes) };
        request.Headers.Add("Idempotency-Key", idempotencyKey);
        try
        {
            return await Client.SendAsync(request);
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or IOException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
        Client.Dispose();
    }

    private async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        _output.Enqueue(line);
        if (Listening().Match(line) is { Success: true } match)
            _listening.TrySetResult(new(match.Groups["address"].Value));
    }

    [GeneratedRegex(@"Now listening on: (?<address>http://\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Listening();
}
