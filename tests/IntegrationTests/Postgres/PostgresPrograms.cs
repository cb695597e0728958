using System.Diagnostics;
using System.Globalization;

namespace DynamicSampling.IntegrationTests.Postgres;

/// <summary>
/// The programs of PostgreSQL on this machine. Where there are none, tests that need them are skipped, unless
/// <c>DYNAMIC_SAMPLING_TESTS_REQUIRE</c> is <c>all</c>: then they fail.
/// </summary>
internal static class PostgresPrograms
{
    private const string NotFound =
        "PostgreSQL is not installed: there is no initdb under /usr/lib/postgresql, where pg_config says, or in the PATH, and "
        + PostgresServer.GivenVariable + " names no server.";

    // The programs refuse to run as root; Debian's package has made this user.
    private const string User = "postgres";

    private static readonly Lazy<string?> Found = new(Find);

    /// <summary>Why tests cannot run and need not; null when they are to run.</summary>
    public static string? ReasonToSkip =>
        string.Equals(Environment.GetEnvironmentVariable("DYNAMIC_SAMPLING_TESTS_REQUIRE"), "all", StringComparison.Ordinal)
        || PostgresServer.Given is not null
        || Found.Value is not null
            ? null
            : NotFound;

    /// <summary>Runs one of them to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public static async Task RunAsync(string program, params string[] arguments)
    {
        var command = Command(program, arguments);
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            WorkingDirectory = "/",
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} ended with {process.ExitCode}. {await error} {await output}");
    }

    /// <summary>One of them with its arguments, as a user who may run it.</summary>
    public static string[] Command(string program, params string[] arguments)
    {
        string[] command = [Path.Combine(Found.Value ?? throw new InvalidOperationException(NotFound), program), .. arguments];
        if (!Environment.IsPrivilegedProcess)
            return command;
        return InPath("setpriv") is { } setpriv
            ? [setpriv, $"--reuid={User}", $"--regid={User}", "--init-groups", "--", .. command]
            : [InPath("runuser") ?? throw new InvalidOperationException("PostgreSQL does not run as root, and there is neither setpriv nor runuser."), "-u", User, "--", .. command];
    }

    /// <summary>Gives a directory to the user who runs the programs.</summary>
    public static async Task GiveAsync(string directory)
    {
        if (!Environment.IsPrivilegedProcess)
            return;
        using var process = Process.Start("chown", [$"{User}:", directory]);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{directory} cannot be given to the user {User}, who is to run PostgreSQL.");
    }

    private static string? Find()
    {
        const string Debian = "/usr/lib/postgresql";
        var folders = Directory.Exists(Debian)
            ? Directory.GetDirectories(Debian).OrderByDescending(Version).Select(folder => Path.Combine(folder, "bin")).ToList()
            : [];
        if (FromConfig() is { } configured)
            folders.Add(configured);
        folders.AddRange(Folders());
        return folders.Find(folder => File.Exists(Path.Combine(folder, "initdb")) && File.Exists(Path.Combine(folder, "pg_ctl")));
    }

    private static int Version(string folder) => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var version) ? version : 0;

    private static string? FromConfig()
    {
        if (InPath("pg_config") is not { } config)
            return null;
        using var process = Process.Start(new ProcessStartInfo(config, "--bindir") { UseShellExecute = false, RedirectStandardOutput = true })!;
        var folder = process.StandardOutput.ReadToEnd().Trim();
        process.WaitForExit();
        return folder;
    }

    private static string? InPath(string program) => Folders().Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static string[] Folders() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
}
