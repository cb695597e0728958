using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using DynamicSampling.Api;
using DynamicSampling.Api.CommandLine;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Tests;
using Microsoft.Data.Sqlite;

namespace DynamicSampling.IntegrationTests.CommandLine;

/// <summary>Commands in this process or another one, over a database file in a folder of its own. The clock stands at 2026-11-22T10:00:00Z.</summary>
internal sealed class Cli : IDisposable
{
    public DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("dynamic-sampling-tests-");

    public ManualTimeProvider Clock { get; } = new();

    // Other numbers than the service's own: those may be taken here.
    public DefaultPorts Ports { get; } = new(FreePort(), [new(FreePort(), "OTLP"), new(FreePort(), "Jaeger")]);

    public string File => Path.Combine(Folder.FullName, "test.db");

    public string Setting => $"--ConnectionStrings:DynamicSampling=Data Source={File};Pooling=False";

    public Task<CommandResult> RunAsync(params string[] arguments) => RunWithInputAsync("", arguments);

    public async Task<CommandResult> RunWithInputAsync(string input, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var reader = new StringReader(input);
        // Whatever the environment says of addresses.
        var code = await ServiceCommandLine.RunAsync(
            ["--urls=", "--http_ports=", "--https_ports=", Setting, .. arguments], new CommandEnvironment(reader, output, error, Clock, Ports));
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs the program until it ends.</summary>
    public async Task<CommandResult> RunProcessAsync(params string[] arguments)
    {
        using var process = Start("dotnet", [typeof(ApiBuilder).Assembly.Location, .. arguments]);
        return await EndAsync(process);
    }

    /// <summary>The same as a user who owns nothing.</summary>
    public async Task<CommandResult> RunProcessWithoutRightsAsync(params string[] arguments)
    {
        string[] command = ["dotnet", typeof(ApiBuilder).Assembly.Location, .. arguments];
        using var process = Environment.IsPrivilegedProcess
            ? Start("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", .. command])
            : Start(command[0], command[1..]);
        return await EndAsync(process);
    }

    public Process StartProcess(params string[] arguments) => Start("dotnet", [typeof(ApiBuilder).Assembly.Location, .. arguments]);

    /// <summary>Changes the database.</summary>
    public void Sql(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Every file, and what is in it. The index of a write-ahead log is memory that processes share, and no data.</summary>
    public IReadOnlyList<string> Contents() =>
    [
        .. Folder.EnumerateFileSystemInfos("*", SearchOption.AllDirectories).OrderBy(entry => entry.FullName, StringComparer.Ordinal)
            .Select(entry => entry is FileInfo file && !file.Name.EndsWith("-shm", StringComparison.Ordinal) ? $"{file.FullName} {Read(file)}" : entry.FullName),
    ];

    public void Dispose() => Folder.Delete(recursive: true);

    private static string Read(FileInfo file)
    {
        using var stream = file.Open(FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(stream));
    }

    private Process Start(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = Folder.FullName,
            StandardOutputEncoding = Encoding.UTF8,
        };
        start.Environment.Remove("ASPNETCORE_URLS");
        start.Environment["DOTNET_CLI_HOME"] = Folder.FullName;
        return Process.Start(start)!;
    }

    private static async Task<CommandResult> EndAsync(Process process)
    {
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, output, await error);
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}

/// <summary>How a command ended, and what it wrote.</summary>
internal sealed record CommandResult(int Code, string Output, string Error)
{
    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The doctor's line of a level and a check that has something in it.</summary>
    public void AssertFinding(string level, string check, string text) =>
        Assert.Contains(Lines, line => line.StartsWith($"{level,-8} {check,-8} ", StringComparison.Ordinal) && line.Contains(text, StringComparison.Ordinal));

    public void AssertNoStackTrace() => Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
}
