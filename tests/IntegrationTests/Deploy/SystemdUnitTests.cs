using Xunit.Abstractions;

namespace DynamicSampling.IntegrationTests.Deploy;

/// <summary>deploy/dynamic-sampling.service, read, and checked by systemd where there is one.</summary>
public sealed class SystemdUnitTests(ITestOutputHelper output)
{
    private const string Path = "deploy/dynamic-sampling.service";
    private const string Program = "/opt/dynamic-sampling/DynamicSampling.Api";

    [Fact]
    public void Unit_AsItIs_HasNothingWrong() => Assert.Empty(Problems(Repository.Read(Path)));

    [Theory]
    [InlineData("Type=exec", "Type=notify", "Type")]
    [InlineData("DynamicUser=yes", "User=root", "DynamicUser")]
    [InlineData("ProtectSystem=strict", "ProtectSystem=no", "ProtectSystem")]
    [InlineData("NoNewPrivileges=yes", "", "NoNewPrivileges")]
    [InlineData("StateDirectory=dynamic-sampling", "StateDirectory=sampling", "StateDirectory")]
    [InlineData("[Service]", "Service", "'Service' is no line of a unit")]
    [InlineData("Restart=on-failure", "Restart on-failure", "'Restart on-failure' is no line of a unit")]
    public void Unit_SpoiltCopy_IsFound(string text, string spoilt, string problem)
    {
        var file = Repository.Read(Path);
        Assert.Contains(text, file, StringComparison.Ordinal);

        Assert.Contains(Problems(file.Replace(text, spoilt, StringComparison.Ordinal)), found => found.Contains(problem, StringComparison.Ordinal));
    }

    [Fact]
    public async Task SystemdAnalyze_WhereThereIsOne_IsContent()
    {
        if (await VerifyAsync(Repository.Read(Path)) is { } said)
            Assert.Empty(said);
    }

    [Fact]
    public async Task SystemdAnalyze_WhereThereIsOne_FindsASpoiltCopy()
    {
        if (await VerifyAsync(Repository.Read(Path).Replace("RestartSec=", "RestrtSec=", StringComparison.Ordinal)) is { } said)
            Assert.Contains("RestrtSec", said, StringComparison.Ordinal);
    }

    // It looks whether the program is there, so it is given one that is. What it does not know it only warns of.
    private async Task<string?> VerifyAsync(string unit)
    {
        var folder = Directory.CreateTempSubdirectory("dynamic-sampling-tests-");
        try
        {
            var file = System.IO.Path.Combine(folder.FullName, "dynamic-sampling.service");
            await File.WriteAllTextAsync(file, unit.Replace(Program, Environment.ProcessPath, StringComparison.Ordinal));
            var result = await Tool.RunAsync(output, "systemd-analyze", "verify", file);
            return result is null ? null : string.Join('\n', result.Value.Said.Split('\n').Where(line => line.Contains("dynamic-sampling", StringComparison.Ordinal)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static List<string> Problems(string file)
    {
        List<string> problems = [];
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var section = "";
        foreach (var line in file.Split('\n').Where(line => line.Length > 0 && line[0] is not ('#' or ';')))
        {
            if (line.StartsWith('[') && line.EndsWith(']'))
                section = line[1..^1];
            else if (line.IndexOf('=', StringComparison.Ordinal) is > 0 and var equals && section.Length > 0)
                settings[$"{section}.{line[..equals]}"] = line[(equals + 1)..];
            else
                problems.Add($"'{line}' is no line of a unit.");
        }

        var expected = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Service.Type"] = "exec",
            ["Service.ExecStart"] = Program,
            ["Service.Environment"] = "\"ConnectionStrings__DynamicSampling=Data Source=%S/dynamic-sampling/dynamic-sampling.db\"",
            ["Service.EnvironmentFile"] = "-/etc/dynamic-sampling/environment",
            ["Service.DynamicUser"] = "yes",
            ["Service.StateDirectory"] = "dynamic-sampling",
            ["Service.WorkingDirectory"] = "%S/dynamic-sampling",
            ["Service.Restart"] = "on-failure",
            ["Service.NoNewPrivileges"] = "yes",
            ["Service.ProtectSystem"] = "strict",
            ["Service.ProtectHome"] = "yes",
            ["Service.PrivateTmp"] = "yes",
            ["Service.CapabilityBoundingSet"] = "",
            ["Install.WantedBy"] = "multi-user.target",
        };
        problems.AddRange(expected.Where(item => !settings.TryGetValue(item.Key, out var value) || value != item.Value).Select(item => $"{item.Key} is not '{item.Value}'."));
        return problems;
    }
}
