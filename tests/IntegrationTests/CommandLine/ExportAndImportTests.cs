using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Storage;

namespace DynamicSampling.IntegrationTests.CommandLine;

public sealed class ExportAndImportTests : IDisposable
{
    private const string Document =
        """
        {"version":1,"organizations":[
          {"organization":"acme",
           "settings":{"targetSampleRate":0.25,"pins":[{"project":"p","always":true}]},
           "projects":[{"project":"checkout","settings":{"intensity":0.5}}],
           "customRules":[{"id":"01a204df-f73e-7a05-b34d-e3aacb60722e","condition":{"op":"and","inner":[]},"samples":5,"start":"2026-11-22T09:00:00Z","end":"2026-11-22T12:00:00Z"}]}]}
        """;

    private readonly Cli _cli = new();

    private string DocumentFile => Path.Combine(_cli.Folder.FullName, "settings.json");

    [Fact]
    public async Task Import_Document_SaysWhatChanged()
    {
        await _cli.RunAsync("migrate");
        await File.WriteAllTextAsync(DocumentFile, Document);
        var first = await _cli.RunAsync("import", DocumentFile);
        var second = await _cli.RunAsync("import", DocumentFile);
        var third = await _cli.RunWithInputAsync("""{"version":1,"organizations":[{"organization":"acme","settings":{"targetSampleRate":0.5}}]}""", "import", "-");

        Assert.Equal((0, ""), (first.Code, first.Error));
        Assert.Equal(
            ["added   acme, settings", "added   acme, project checkout, settings", "added   acme, custom rule 01a204df-f73e-7a05-b34d-e3aacb60722e", "3 changes made."],
            first.Lines);
        Assert.Equal(["Everything is as in the document; nothing was changed."], second.Lines);
        Assert.Equal(
            ["removed acme, custom rule 01a204df-f73e-7a05-b34d-e3aacb60722e", "removed acme, project checkout, settings", "changed acme, settings", "3 changes made."],
            third.Lines);
    }

    [Fact]
    public async Task Import_OfAnExport_MakesAnotherDatabaseAlike()
    {
        using var other = new Cli();
        await _cli.RunAsync("migrate");
        await other.RunAsync("migrate");
        await _cli.RunWithInputAsync(Document, "import", "-");
        var written = await _cli.RunAsync("export", DocumentFile);
        var printed = await _cli.RunAsync("export");
        var imported = await other.RunAsync("import", DocumentFile);
        var again = await other.RunAsync("export");

        Assert.Equal([$"1 organization exported to {DocumentFile}."], written.Lines);
        Assert.Equal(await File.ReadAllTextAsync(DocumentFile), printed.Output);
        Assert.Equal("3 changes made.", imported.Lines[^1]);
        Assert.Equal(printed.Output, again.Output);
    }

    [Fact]
    public async Task Export_ThatOfTheEndpoint_IsTheSame()
    {
        await using var host = new ApiHost(directory: _cli.Folder.FullName);
        using var client = host.CreateClient();
        using var put = await client.PutAsync("/api/import", Bodies.Of(Document));
        put.EnsureSuccessStatusCode();
        var result = await _cli.RunAsync("export");

        Assert.True(JsonElement.DeepEquals(await client.GetJsonAsync("/api/export"), JsonElement.Parse(result.Output)));
    }

    [Theory]
    [InlineData("--dry-run")]
    [InlineData("--dry-run=true")]
    public async Task Import_DryRun_SaysWhatWouldChangeAndChangesNothing(string option)
    {
        await _cli.RunAsync("migrate");
        var before = await _cli.RunAsync("export");
        var result = await _cli.RunWithInputAsync(Document, "import", option, "-");

        Assert.Equal((0, ""), (result.Code, result.Error));
        Assert.Equal("3 changes would be made; nothing was changed.", result.Lines[^1]);
        Assert.Equal(before.Output, (await _cli.RunAsync("export")).Output);
    }

    [Theory]
    [InlineData("", "The document is not right")]
    [InlineData("null", "The document is null.")]
    [InlineData("""{"version":2,"organizations":[]}""", "version must be 1, but is 2.")]
    [InlineData("""{"version":1}""", "organizations is missing.")]
    [InlineData("""{"version":1,"organizations":[],"more":1}""", "'more' is not a known member.")]
    [InlineData("""{"version":1,"organizations":[{"organization":"a","settings":{"targetSampleRate":0.5}},{"organization":"b","settings":{"targetSampleRate":2}}]}""", "organizations[1].settings.targetSampleRate")]
    [InlineData("{\"version\":1,\n\"organizations\":[{\"organization\":\"a\",\"settings\":{\"mode\":\"both\"}}]}", "(line 2)")]
    public async Task Import_BadDocument_SaysWhereAndChangesNothing(string document, string said)
    {
        await _cli.RunAsync("migrate");
        await _cli.RunWithInputAsync(Document, "import", "-");
        var before = await _cli.RunAsync("export");
        var result = await _cli.RunWithInputAsync(document, "import", "-");

        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Contains(said, result.Error, StringComparison.Ordinal);
        Assert.EndsWith("Nothing was changed.", result.Error.TrimEnd(), StringComparison.Ordinal);
        Assert.Equal(before.Output, (await _cli.RunAsync("export")).Output);
    }

    [Fact]
    public async Task Import_FromTheCommandLine_IsInTheAuditLogByThatName()
    {
        await _cli.RunAsync("migrate");
        await _cli.RunWithInputAsync(Document, "import", "-", "--dry-run");
        var database = new TestDatabase(TestStorage.Sqlite, _cli.Folder.FullName);
        var afterADryRun = database.Scalar("SELECT COUNT(*) FROM audit");
        var result = await _cli.RunWithInputAsync(Document, "import", "-");

        Assert.Equal((0, 0L), (result.Code, afterADryRun));
        // A line for each change, and the sum.
        Assert.Equal(result.Lines.Count - 1L, database.Scalar("SELECT COUNT(*) FROM audit WHERE actor = 'command line'"));
    }

    [Fact]
    public async Task Import_NoSuchFile_SaysSo()
    {
        await _cli.RunAsync("migrate");
        var result = await _cli.RunAsync("import", DocumentFile);

        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Contains(DocumentFile, result.Error, StringComparison.Ordinal);
        result.AssertNoStackTrace();
    }

    [Theory]
    [InlineData("export")]
    [InlineData("import", "-")]
    public async Task Run_NoDatabase_SaysSoAndMakesNone(params string[] command)
    {
        var result = await _cli.RunWithInputAsync(Document, command);

        Assert.Equal((1, ""), (result.Code, result.Output));
        Assert.Contains("has no data of this service yet", result.Error, StringComparison.Ordinal);
        Assert.Empty(_cli.Contents());
    }

    [Theory]
    [InlineData("export")]
    [InlineData("import", "-")]
    public async Task Run_OtherSchema_SaysSoAndChangesNothing(params string[] command)
    {
        await MigrateTests.MakeOldAsync(_cli);
        var before = _cli.Contents();
        var older = await _cli.RunWithInputAsync(Document, command);
        var after = _cli.Contents();
        _cli.Sql("INSERT INTO schema_versions VALUES (9999, '9999_future.sql', 0)");
        var newer = await _cli.RunWithInputAsync(Document, command);

        Assert.Equal((1, "", 1, ""), (older.Code, older.Output, newer.Code, newer.Output));
        Assert.Contains("Run migrate first.", older.Error, StringComparison.Ordinal);
        Assert.Contains("has schema version 9999", newer.Error, StringComparison.Ordinal);
        Assert.Equal(before, after);
    }

    public void Dispose() => _cli.Dispose();
}
