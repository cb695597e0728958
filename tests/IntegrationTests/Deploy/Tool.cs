using System.ComponentModel;
using System.Diagnostics;
using Xunit.Abstractions;

namespace DynamicSampling.IntegrationTests.Deploy;

/// <summary>A program that checks files, where the machine has it.</summary>
internal static class Tool
{
    /// <returns>What it said, and whether it was content; null, with a line in the test's output, when it is not there.</returns>
    public static async Task<(bool IsContent, string Said)?> RunAsync(ITestOutputHelper output, string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return (process.ExitCode == 0, string.Concat(said));
        }
        catch (Win32Exception)
        {
            output.WriteLine($"There is no {program} on this machine: {string.Join(' ', arguments)} was not run, and only what this project reads itself was checked.");
            return null;
        }
    }
}
