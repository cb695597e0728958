namespace DynamicSampling.IntegrationTests.CommandLine;

public sealed class MigrateTests : IDisposable
{
    private readonly Cli _cli = new();

    [Fact]
    public async Task Migrate_NoDatabase_MakesItAndSaysWhatWasApplied()
    {
        var first = await _cli.RunAsync("migrate");
        var second = await _cli.RunAsync("migrate");

        Assert.Equal((0, ""), (first.Code, first.Error));
        Assert.Equal("applied 001_initial.sql", first.Lines[0]);
        Assert.All(first.Lines, line => Assert.StartsWith("applied ", line, StringComparison.Ordinal));
        Assert.Equal((0, ""), (second.Code, second.Error));
        Assert.Equal(["The schema is up to date."], second.Lines);
    }

    [Fact]
    public async Task Migrate_OlderSchema_SaysWhereTheCopyIs()
    {
        await MakeOldAsync(_cli);

        var result = await _cli.RunAsync("migrate");

        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal("applied 002_transactions_rules_history.sql", result.Lines[0]);
        Assert.Contains($"{_cli.File}.v1.bak", result.Lines[^1], StringComparison.Ordinal);
        Assert.True(File.Exists($"{_cli.File}.v1.bak"));
    }

    [Fact]
    public async Task Migrate_NewerSchema_SaysSoAndChangesNothing()
    {
        await _cli.RunAsync("migrate");
        _cli.Sql("INSERT INTO schema_versions (version, name, applied_at) VALUES (9999, '9999_future.sql', 0)");
        var result = await _cli.RunAsync("migrate");

        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Contains("schema version 9999", result.Error, StringComparison.Ordinal);
        Assert.Contains("newer version", result.Error, StringComparison.Ordinal);
        result.AssertNoStackTrace();
    }

    [Fact]
    public async Task Migrate_DamagedFile_SaysWhatToDo()
    {
        await File.WriteAllTextAsync(_cli.File, new string('x', 4096));
        var before = _cli.Contents();
        var result = await _cli.RunAsync("migrate");

        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Contains("damaged", result.Error, StringComparison.Ordinal);
        Assert.Contains("restore a backup", result.Error, StringComparison.Ordinal);
        result.AssertNoStackTrace();
        Assert.Equal(before, _cli.Contents());
    }

    [Fact]
    public async Task Migrate_FolderThatCannotBeMade_SaysSo()
    {
        await File.WriteAllTextAsync(Path.Combine(_cli.Folder.FullName, "file"), "");
        var result = await _cli.RunAsync("migrate", $"--ConnectionStrings:DynamicSampling=Data Source={_cli.Folder.FullName}/file/test.db");

        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Contains($"{_cli.Folder.FullName}/file", result.Error, StringComparison.Ordinal);
        result.AssertNoStackTrace();
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=u;Password=hidden;Database=d", "cannot be reached")]
    // A password that ought to be in quotes.
    [InlineData("Host=127.0.0.1;Port=1;Username=u;Password=a;hidden=b", "no connection string")]
    public async Task Migrate_PostgresThatIsNotThere_SaysSoWithoutThePassword(string connectionString, string said)
    {
        var result = await _cli.RunAsync("migrate", "--Storage:Provider=postgres", $"--ConnectionStrings:DynamicSampling={connectionString}");

        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", result.Error, StringComparison.Ordinal);
        result.AssertNoStackTrace();
    }

    [Fact]
    public async Task Process_Migrate_EndsAndLeavesOnlyTheDatabase()
    {
        var result = await _cli.RunProcessAsync("migrate", "--ConnectionStrings:DynamicSampling", $"Data Source={_cli.File}");

        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.StartsWith("applied 001_initial.sql", result.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(_cli.File));
        Assert.False(File.Exists($"{_cli.File}-wal"));
    }

    public void Dispose() => _cli.Dispose();

    /// <summary>A database as the first version of the service left it.</summary>
    internal static async Task MakeOldAsync(Cli cli)
    {
        using var script = new StreamReader(typeof(DynamicSampling.Api.ApiBuilder).Assembly.GetManifestResourceStream("Schema/Sqlite/001_initial.sql")!);
        cli.Sql(
            $"""
            CREATE TABLE schema_versions (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL);
            {await script.ReadToEndAsync()}
            INSERT INTO schema_versions VALUES (1, '001_initial.sql', 0);
            """);
    }
}
