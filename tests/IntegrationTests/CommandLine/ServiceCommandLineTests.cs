using System.Diagnostics;
using System.Reflection;
using DynamicSampling.Api;
using DynamicSampling.IntegrationTests.Api;

namespace DynamicSampling.IntegrationTests.CommandLine;

public sealed class ServiceCommandLineTests : IDisposable
{
    private readonly Cli _cli = new();

    [Theory]
    [InlineData("migrat", "Did you mean migrate?")]
    [InlineData("--migrate", "Did you mean migrate?")]
    [InlineData("exprot", "Did you mean export?")]
    [InlineData("serve", "'serve'")]
    [InlineData("-x", "'-x'")]
    [InlineData("--urls", "'--urls'")]
    [InlineData("import", "import")]
    [InlineData("doctor now", "'now'")]
    [InlineData("export a b", "'b'")]
    public async Task Run_NotUnderstood_ListsTheCommandsAndStartsNothing(string arguments, string said)
    {
        var result = await _cli.RunAsync(arguments.Split(' '));

        Assert.Equal((2, ""), (result.Code, result.Output));
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.Contains("The commands are migrate, doctor, export, import, keys;", result.Error, StringComparison.Ordinal);
        Assert.Empty(_cli.Contents());
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("-?")]
    public async Task Run_Help_NamesCommandsAndHowToGiveSettings(string option)
    {
        var result = await _cli.RunAsync(option);

        Assert.Equal((0, ""), (result.Code, result.Error));
        foreach (var part in (string[])["dynamic-sampling [command]", "migrate", "doctor", "export", "import", "--version", "--urls http://localhost:5080"])
            Assert.Contains(part, result.Output, StringComparison.Ordinal);
        Assert.Empty(_cli.Contents());
    }

    [Fact]
    public async Task Run_HelpOfACommand_NamesItsOptions()
    {
        var result = await _cli.RunAsync("import", "--help");

        Assert.Equal(0, result.Code);
        Assert.Contains("dynamic-sampling import <file> [options]", result.Output, StringComparison.Ordinal);
        Assert.Contains("--dry-run", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Version_IsTheServices()
    {
        var result = await _cli.RunAsync("--version");

        Assert.Equal(
            [typeof(ApiBuilder).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion], result.Lines);
        Assert.Equal(0, result.Code);
    }

    [Fact]
    public async Task Process_VersionAndHelp_AreAllThatIsWritten()
    {
        var version = await _cli.RunProcessAsync("--version");
        var help = await _cli.RunProcessAsync("--help");

        Assert.Equal((0, ""), (version.Code, version.Error));
        Assert.Matches(@"^\d+\.\d+\.\d+\S*$", Assert.Single(version.Lines));
        Assert.Equal((0, ""), (help.Code, help.Error));
        Assert.Contains("dynamic-sampling [command]", help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_Mistyped_EndsWithTwo()
    {
        var result = await _cli.RunProcessAsync("migrat");

        Assert.Equal((2, ""), (result.Code, result.Output));
        Assert.Contains("Did you mean migrate?", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_SettingsInEveryForm_ServesWithThem()
    {
        using var process = _cli.StartProcess(
            "--urls", "http://127.0.0.1:0", "--Storage:MaxVolumeRows", "2000", _cli.Setting, "/Scheduling:Enabled=false", "--Sampling:DefaultTargetSampleRate=0.2");
        try
        {
            const string Listening = "Now listening on: ";
            string? line;
            do
            {
                line = await process.StandardOutput.ReadLineAsync();
                Assert.NotNull(line);
            }
            while (!line.Contains(Listening, StringComparison.Ordinal));
            using var client = new HttpClient { BaseAddress = new(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..]) };
            var target = (await client.GetJsonAsync("/api/organizations/acme")).GetProperty("target").GetProperty("rate").GetDouble();
            // The service runs, and commands use its database meanwhile.
            var imported = await _cli.RunWithInputAsync("""{"version":1,"organizations":[{"organization":"acme","settings":{"targetSampleRate":0.5}}]}""", "import", "-");
            var exported = await _cli.RunAsync("export");
            var seen = (await client.GetJsonAsync("/api/organizations/acme")).GetProperty("targetSampleRate").GetDouble();

            Assert.Equal(0.2, target);
            Assert.Equal((0, "", "added   acme, settings"), (imported.Code, imported.Error, imported.Lines[0]));
            Assert.Contains("\"targetSampleRate\": 0.5", exported.Output, StringComparison.Ordinal);
            Assert.Equal(0.5, seen);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Process_Terminated_EndsInOrder()
    {
        using var process = _cli.StartProcess("--urls=http://127.0.0.1:0", _cli.Setting);
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.Contains("Application started", StringComparison.Ordinal))
        {
            // Then it listens, and heeds signals.
        }

        await TerminateAsync(process);
        var rest = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal(0, process.ExitCode);
        Assert.Contains("Application is shutting down", rest, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Process_TerminatedWhileItWaitsForInput_EndsWith130()
    {
        await _cli.RunAsync("migrate");
        using var process = _cli.StartProcess("import", "-", _cli.Setting);
        // It reads until the end, which does not come. A pipe takes more than it holds only when somebody reads.
        await process.StandardInput.WriteAsync(new string(' ', 1024 * 1024));
        await process.StandardInput.FlushAsync();
        await TerminateAsync(process);
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        Assert.Equal((130, "Interrupted; what was not finished is undone."), (process.ExitCode, error.Trim()));
    }

    public void Dispose() => _cli.Dispose();

    private static async Task TerminateAsync(Process process)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }
}
