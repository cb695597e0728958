using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using DynamicSampling.Api.CommandLine.Doctor;
using Microsoft.Data.Sqlite;

namespace DynamicSampling.IntegrationTests.CommandLine;

public sealed partial class DoctorTests : IDisposable
{
    private readonly Cli _cli = new();

    [Fact]
    public async Task Doctor_NoDatabase_IsWellAndMakesNone()
    {
        var result = await _cli.RunAsync("doctor", $"--ConnectionStrings:DynamicSampling=Data Source={_cli.Folder.FullName}/missing/folder/test.db");

        Assert.Equal((0, ""), (result.Code, result.Error));
        result.AssertFinding("ok", "storage", "is not there yet");
        result.AssertFinding("ok", "schema", "There is none yet");
        Assert.Equal("All is well.", result.Lines[^1]);
        Assert.Empty(_cli.Contents());
    }

    [Fact]
    public async Task Doctor_CurrentDatabase_IsWellAndChangesNothing()
    {
        await _cli.RunAsync("migrate");
        var before = _cli.Contents();
        var result = await _cli.RunAsync("doctor");

        Assert.Equal((0, ""), (result.Code, result.Error));
        foreach (var check in (string[])["settings", "storage", "disk", "schema", "ports", "clock"])
            result.AssertFinding("ok", check, "");
        Assert.Equal("All is well.", result.Lines[^1]);
        Assert.Equal(before, _cli.Contents());
    }

    [Fact]
    public async Task Doctor_DatabaseInUse_SeesWhatIsInItsLogAndChangesNothing()
    {
        await _cli.RunAsync("migrate");
        await using var service = new SqliteConnection($"Data Source={_cli.File};Pooling=False");
        await service.OpenAsync();
        await using var command = service.CreateCommand();
        command.CommandText = "INSERT INTO schema_versions (version, name, applied_at) VALUES (9999, '9999_future.sql', 0)";
        await command.ExecuteNonQueryAsync();
        var before = _cli.Contents();
        // Another process: within one, files that are closed lose the locks of all.
        var result = await _cli.RunProcessAsync("doctor", "--urls=http://127.0.0.1:0", _cli.Setting);

        Assert.Equal((1, ""), (result.Code, result.Error));
        result.AssertFinding("problem", "schema", "version 9999");
        Assert.Contains(before, entry => entry.Contains("-wal", StringComparison.Ordinal));
        Assert.Equal(before, _cli.Contents());
    }

    [Fact]
    public async Task Doctor_OlderSchema_WarnsAndDoesNotBringItUpToDate()
    {
        await MigrateTests.MakeOldAsync(_cli);
        var before = _cli.Contents();
        var result = await _cli.RunAsync("doctor");

        Assert.Equal(0, result.Code);
        result.AssertFinding("warning", "schema", "The schema has version 1.");
        Assert.Equal("0 problems, 1 warning.", result.Lines[^1]);
        Assert.Equal(before, _cli.Contents());
    }

    [Fact]
    public async Task Doctor_DamagedFile_SaysWhatToDoAndChangesNothing()
    {
        await File.WriteAllTextAsync(_cli.File, new string('x', 4096));
        var before = _cli.Contents();
        var result = await _cli.RunAsync("doctor");

        Assert.Equal((1, ""), (result.Code, result.Error));
        result.AssertFinding("problem", "storage", "restore a backup");
        result.AssertFinding("warning", "schema", "Not checked");
        Assert.Equal(before, _cli.Contents());
    }

    [Fact]
    public async Task Doctor_FolderThatCannotBeMade_IsAProblem()
    {
        await File.WriteAllTextAsync(Path.Combine(_cli.Folder.FullName, "file"), "");
        var result = await _cli.RunAsync("doctor", $"--ConnectionStrings:DynamicSampling=Data Source={_cli.Folder.FullName}/file/test.db");

        Assert.Equal(1, result.Code);
        result.AssertFinding("problem", "storage", "cannot be made: one of its folders is a file");
    }

    [Fact]
    public async Task Doctor_FolderWithoutRights_IsAProblem()
    {
        if (OperatingSystem.IsWindows())
            return;
        await _cli.RunAsync("migrate");
        _cli.Folder.UnixFileMode = (UnixFileMode)0b101_101_101;
        try
        {
            var result = await _cli.RunProcessWithoutRightsAsync("doctor", "--urls=http://127.0.0.1:0", _cli.Setting);

            Assert.Equal(1, result.Code);
            result.AssertFinding("problem", "storage", $"The folder {_cli.Folder.FullName} cannot be written.");
        }
        finally
        {
            _cli.Folder.UnixFileMode = (UnixFileMode)0b111_101_101;
        }
    }

    [Fact]
    public async Task Doctor_InMemory_Warns()
    {
        var result = await _cli.RunAsync("doctor", "--ConnectionStrings:DynamicSampling=Data Source=:memory:");

        Assert.Equal(0, result.Code);
        result.AssertFinding("warning", "storage", "everything is gone");
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=u;Password=hidden;Database=d", "database d of the PostgreSQL server 127.0.0.1:1")]
    [InlineData("Host=127.0.0.1;Port=1;Username=u;Password=a;hidden=b", "no connection string")]
    public async Task Doctor_PostgresThatIsNotThere_IsAProblemWithoutThePassword(string connectionString, string said)
    {
        var result = await _cli.RunAsync("doctor", "--Storage:Provider", "postgres", "--ConnectionStrings:DynamicSampling", connectionString);

        Assert.Equal((1, ""), (result.Code, result.Error));
        result.AssertFinding("problem", "storage", said);
        result.AssertFinding("warning", "schema", "Not checked");
        Assert.DoesNotContain("hidden", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Scheduling:Cicle", "Scheduling:Cycle")]
    [InlineData("Schedule:Cycle", "Scheduling:Cycle")]
    [InlineData("sampling:defaultTargetRate", "Sampling:DefaultTargetSampleRate")]
    [InlineData("ConnectionStrings:DynamicSamplng", "ConnectionStrings:DynamicSampling")]
    [InlineData("Authentication:AllowAnonymus", "Authentication:AllowAnonymous")]
    [InlineData("Storage:SomethingElseAltogether", null)]
    public async Task Doctor_UnknownSetting_SuggestsTheOneThatIsMeant(string key, string? meant)
    {
        var result = await _cli.RunAsync("doctor", $"--{key}=secret");

        Assert.Equal(0, result.Code);
        result.AssertFinding("warning", "settings", meant is null ? $"{key} is no setting" : $"{key} is no setting, and does nothing. Did you mean {meant}?");
        Assert.DoesNotContain("secret", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Logging:LogLevel:Default", "Warning")]
    [InlineData("ConnectionStrings:Other", "x")]
    [InlineData("Kestrel:Limits:MaxConcurrentConnections", "10")]
    [InlineData("SCHEDULING:CYCLE", "00:02:00")]
    [InlineData("Unrelated:Thing", "x")]
    public async Task Doctor_SettingOfOthersOrInOtherLetters_IsNotComplainedOf(string key, string value)
    {
        var result = await _cli.RunAsync("doctor", $"--{key}={value}");

        result.AssertFinding("ok", "settings", "Every key is known.");
    }

    [Theory]
    [InlineData("Sampling:DefaultTargetSampleRate", "2", "DefaultTargetSampleRate")]
    [InlineData("Ingest:MaxBodyBytes", "64 MiB", "Ingest:MaxBodyBytes")]
    [InlineData("Authentication:AllowAnonymous", "perhaps", "Authentication:AllowAnonymous")]
    public async Task Doctor_SettingThatStopsTheStart_IsAProblem(string key, string value, string said)
    {
        var result = await _cli.RunAsync("doctor", $"--{key}={value}");

        Assert.Equal((1, ""), (result.Code, result.Error));
        result.AssertFinding("problem", "settings", said);
    }

    [Fact]
    public async Task Doctor_AddressThatOthersCanReachWithoutKeys_IsAProblem()
    {
        var result = await _cli.RunAsync("doctor", "--urls=http://0.0.0.0:0");

        Assert.Equal((1, ""), (result.Code, result.Error));
        result.AssertFinding("problem", "keys", "can be reached from other machines");
    }

    [Fact]
    public async Task Doctor_Keys_AreCountedWithoutBeingShown()
    {
        (await _cli.RunAsync("doctor")).AssertFinding("ok", "keys", "There are none");
        var key = (await _cli.RunAsync("keys", "create", "ci", "--scope", "read", "--expires", "1d")).Output.Trim();
        var active = await _cli.RunAsync("doctor", "--urls=http://0.0.0.0:0");
        _cli.Clock.Advance(TimeSpan.FromDays(1));
        var expired = await _cli.RunAsync("doctor");

        active.AssertFinding("ok", "keys", "Requests need one.");
        expired.AssertFinding("warning", "keys", "none counts any more");
        Assert.DoesNotContain(key, active.Output + expired.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_ConfiguredKeyThatIsTooShort_IsAProblemThatDoesNotShowIt()
    {
        var result = await _cli.RunAsync("doctor", "--Authentication:ApiKeys:0=tooshort1234");

        Assert.Equal(1, result.Code);
        result.AssertFinding("problem", "keys", "Authentication:ApiKeys:0 must have 16 to 200 characters, but has 12");
        Assert.DoesNotContain("tooshort", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_PortIsTaken_SaysThatItMayBeThisService()
    {
        using var main = new TcpListener(IPAddress.Loopback, _cli.Ports.Main);
        main.Start();
        using var other = new TcpListener(IPAddress.Loopback, _cli.Ports.Conventional[0].Number);
        other.Start();
        var result = await _cli.RunAsync("doctor");

        Assert.Equal(0, result.Code);
        result.AssertFinding("warning", "ports", $"http://localhost:{_cli.Ports.Main} is taken, perhaps by this service, running already");
        result.AssertFinding("warning", "ports", "the service starts without OTLP there");
        result.AssertFinding("ok", "ports", $"http://localhost:{_cli.Ports.Conventional[1].Number}");
    }

    [Theory]
    [InlineData("http://127.0.0.1:{0}", "is taken")]
    [InlineData("http://localhost:{0}", "is taken")]
    [InlineData("http://*:{0}", "is taken")]
    public async Task Doctor_ConfiguredAddressIsTaken_IsFound(string address, string said)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var url = string.Format(null, address, ((IPEndPoint)other.LocalEndpoint).Port);
        var result = await _cli.RunAsync("doctor", "--urls", url, "--Authentication:AllowAnonymous=true");

        Assert.Equal(0, result.Code);
        result.AssertFinding("warning", "ports", $"{url} {said}");
    }

    [Fact]
    public async Task Doctor_AddressThatIsNone_IsAProblem()
    {
        var result = await _cli.RunAsync("doctor", "--urls=localhost");

        Assert.Equal(1, result.Code);
        result.AssertFinding("problem", "ports", "localhost is no address");
    }

    [Theory]
    [InlineData(5, "ok")]
    [InlineData(6, "problem")]
    public async Task Doctor_ClockBeforeTheNewestMinute_IsAProblem(int minutesAhead, string level)
    {
        await _cli.RunAsync("migrate");
        // 2026-11-22T10:00Z is minute 29922360.
        _cli.Sql(
            $"""
            INSERT INTO organizations (id, name) VALUES (1, 'acme');
            INSERT INTO projects (id, organization_id, name) VALUES (1, 1, 'p'), (2, 1, 'q');
            INSERT INTO transactions (id, project_id, name) VALUES (1, 1, 'GET /');
            INSERT INTO volumes (project_id, minute, transaction_id, total, kept, exact) VALUES (1, 29922000, 1, 1, 1, 1), (1, {29922360 + minutesAhead}, 1, 1, 1, 1);
            """);
        var result = await _cli.RunAsync("doctor");

        result.AssertFinding(level, "clock", "It is 2026-11-22T10:00:00Z");
    }

    [Fact]
    public async Task KnownSettings_DocumentedOnes_AreTheSame()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "docs", "settings.md")))
            folder = folder.Parent!;
        var text = await File.ReadAllTextAsync(Path.Combine(folder.FullName, "docs", "settings.md"));
        var documented = DocumentedSetting().Matches(text).Select(match => match.Groups["key"].Value).Where(key => !key.StartsWith("Logging:", StringComparison.Ordinal));

        Assert.Equal(KnownSettings.Keys.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    public void Dispose() => _cli.Dispose();

    // A row of the table whose first column is a key.
    [GeneratedRegex(@"^\| `(?<key>\w+(:\w+)+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DocumentedSetting();
}
