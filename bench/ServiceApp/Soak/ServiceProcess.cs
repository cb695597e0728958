using System.Diagnostics;
using System.Globalization;

namespace DynamicSampling.ServiceApp.Soak;

/// <summary>The published service as a process of its own.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private readonly Process _process;

    private ServiceProcess(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Starts it on the first core, as the scripts beside this do, and waits until it listens.</summary>
    public static async Task<ServiceProcess> StartAsync(string assembly, string[] settings, string metricsEndpoint)
    {
        var start = new ProcessStartInfo("taskset", ["-c", "0", "dotnet", assembly, "--urls", "http://127.0.0.1:0", .. settings])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            WorkingDirectory = Path.GetDirectoryName(assembly),
        };
        start.Environment["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] = metricsEndpoint;
        start.Environment["OTEL_METRIC_EXPORT_INTERVAL"] = "5000";
        const string Listening = "Now listening on: ";
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, output) =>
        {
            if (output.Data is not { } line)
                return;
            if (line.IndexOf(Listening, StringComparison.Ordinal) is >= 0 and var at)
                address.TrySetResult(new(line[(at + Listening.Length)..]));
            else
                // What it has to say is not part of the report.
                Console.Error.WriteLine(line);
        };
        process.Exited += (_, _) => address.TrySetException(new InvalidOperationException("The service has ended before it listened."));
        process.Start();
        process.BeginOutputReadLine();
        return new(process, await address.Task);
    }

    /// <summary>What the system knows of it: resident memory in bytes, threads and open files.</summary>
    public (long Resident, int Threads, int Files) Read()
    {
        var status = File.ReadLines($"/proc/{_process.Id}/status").Select(line => line.Split(':', StringSplitOptions.TrimEntries)).ToDictionary(line => line[0], line => line[1], StringComparer.Ordinal);
        var resident = long.Parse(status["VmRSS"].Split(' ')[0], CultureInfo.InvariantCulture) * 1024;
        return (resident, int.Parse(status["Threads"], CultureInfo.InvariantCulture), Directory.GetFiles($"/proc/{_process.Id}/fd").Length);
    }

    /// <summary>Stops it in good order.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
