using System.ComponentModel;
using System.Diagnostics;

namespace DynamicSampling.IntegrationTests.Clients;

/// <summary>
/// The clients under tests/clients. Their packages are installed there when a test that needs them is found; where that cannot be, such
/// tests are skipped, unless <c>DYNAMIC_SAMPLING_TESTS_REQUIRE</c> is <c>all</c>: then they fail.
/// </summary>
internal static class NodeClients
{
    private static readonly TimeSpan InstallPatience = TimeSpan.FromMinutes(5);
    private static readonly Lazy<string?> Missing = new(Install);

    /// <summary>Where the scripts are.</summary>
    public static string Folder { get; } = FindFolder();

    /// <summary>Why tests cannot run and need not; null when they are to run.</summary>
    public static string? ReasonToSkip =>
        string.Equals(Environment.GetEnvironmentVariable("DYNAMIC_SAMPLING_TESTS_REQUIRE"), "all", StringComparison.Ordinal) ? null : Missing.Value;

    /// <summary>Fails with what is missing.</summary>
    public static void Require() => Assert.True(Missing.Value is null, Missing.Value);

    private static string? Install()
    {
        if (Run("node", "--version") is { } withoutNode)
            return $"The clients need Node.js: {withoutNode}";
        // Others may run the same tests, each in a process.
        using var mutex = new Mutex(initiallyOwned: false, "dynamic-sampling-test-clients");
        try
        {
            if (!mutex.WaitOne(InstallPatience))
                return "Another process has been installing the packages in tests/clients for too long.";
        }
        catch (AbandonedMutexException)
        {
            // Whoever had it is gone; it is ours.
        }

        try
        {
            return InstallPackages();
        }
        finally
        {
            mutex.ReleaseMutex();
        }
    }

    private static string? InstallPackages()
    {
        var wanted = File.ReadAllText(Path.Combine(Folder, "package.json"));
        var stamp = Path.Combine(Folder, "node_modules", ".installed");
        if (File.Exists(stamp) && string.Equals(File.ReadAllText(stamp), wanted, StringComparison.Ordinal))
            return null;
        if (Run(
            OperatingSystem.IsWindows() ? "npm.cmd" : "npm",
            "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000") is { } failure)
        {
            return $"npm cannot install the packages of tests/clients: {failure}";
        }

        File.WriteAllText(stamp, wanted);
        return null;
    }

    // Null when it succeeds.
    private static string? Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments)
            {
                UseShellExecute = false,
                WorkingDirectory = Folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            _ = process.StandardOutput.ReadToEndAsync();
            var errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(InstallPatience))
            {
                process.Kill(entireProcessTree: true);
                return $"{command} takes too long.";
            }

            return process.ExitCode == 0 ? null : $"{command} ended with {process.ExitCode}. {errors.GetAwaiter().GetResult().Trim()}";
        }
        catch (Win32Exception exception)
        {
            return exception.Message;
        }
    }

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var clients = Path.Combine(folder.FullName, "tests", "clients");
            if (File.Exists(Path.Combine(clients, "package.json")))
                return clients;
        }

        throw new DirectoryNotFoundException($"There is no tests/clients above {AppContext.BaseDirectory}.");
    }
}
