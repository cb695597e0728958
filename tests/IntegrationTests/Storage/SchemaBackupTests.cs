using DynamicSampling.Api;
using DynamicSampling.Api.Storage;
using DynamicSampling.Api.Storage.Dialects;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.Data.Sqlite;

namespace DynamicSampling.IntegrationTests.Storage;

/// <summary>What is left of the embedded database when its schema changes, and when that goes wrong.</summary>
public sealed class SchemaBackupTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("dynamic-sampling-tests-").FullName;

    private string File => Path.Combine(_directory, "test.db");

    private string Backup => SchemaBackup.PathOf(File, version: 4);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Start_FileOfAnEarlierVersion_IsCopiedBeforeItChanges()
    {
        Make(version: 4);
        await using var host = Host();
        using var client = host.CreateClient();

        Assert.Equal((4, 1), (Version(Backup), Scalar(Backup, "SELECT COUNT(*) FROM organizations WHERE name = 'acme'")));
        Assert.Equal((Migrations.Latest(new SqliteDialect()), 1), (Version(File), Scalar(File, "SELECT COUNT(*) FROM organizations WHERE name = 'acme'")));
        Assert.Empty(Directory.GetFiles(_directory, "*.unfinished"));
    }

    [Fact]
    public async Task Start_ThereIsACopyOfThatVersion_KeepsIt()
    {
        Make(version: 4);
        await System.IO.File.WriteAllTextAsync(Backup, "mine");
        await using var host = Host();
        using var client = host.CreateClient();

        Assert.Equal("mine", await System.IO.File.ReadAllTextAsync(Backup));
    }

    [Fact]
    public async Task Start_NewFile_NeedsNoCopy()
    {
        await using var host = Host();
        using var client = host.CreateClient();

        Assert.DoesNotContain(Directory.GetFiles(_directory), path => path.EndsWith(".bak", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_AScriptFailsInTheMiddle_LeavesTheFileAsItWas()
    {
        Make(version: 4);
        // The fifth script moves the table of clients out of its way, to this name, after it has changed the one of runs.
        Execute("CREATE TABLE clients_004 (something TEXT)");
        await using var app = ApiBuilder.Build(["--urls", "http://127.0.0.1:0", "--ConnectionStrings:DynamicSampling", $"Data Source={File};Pooling=False"]);
        await Assert.ThrowsAsync<SqliteException>(() => app.StartAsync());
        var after = (Version(File), Scalar(File, "SELECT COUNT(*) FROM pragma_table_info('runs') WHERE name = 'node'"));
        Execute("DROP TABLE clients_004");
        await using var host = Host();
        using var client = host.CreateClient();

        Assert.Equal((4, 0), after);
        Assert.Equal(1, (await client.GetJsonAsync("/api/organizations")).GetProperty("items").GetArrayLength());
    }

    private void Make(int version)
    {
        Execute("CREATE TABLE schema_versions (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL)");
        var scripts = typeof(ApiBuilder).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("Schema/Sqlite/", StringComparison.Ordinal)).Order(StringComparer.Ordinal).Take(version).ToList();
        for (var i = 0; i < scripts.Count; i++)
        {
            using var reader = new StreamReader(typeof(ApiBuilder).Assembly.GetManifestResourceStream(scripts[i])!);
            Execute(reader.ReadToEnd());
            Execute($"INSERT INTO schema_versions VALUES ({i + 1}, '{scripts[i]}', 0)");
        }

        Execute("INSERT INTO organizations (name, settings) VALUES ('acme', NULL)");
    }

    private ApiHost Host() => new(directory: _directory) { Storage = TestStorage.Sqlite };

    private void Execute(string sql) => Scalar(File, sql);

    private static long Version(string path) => Scalar(path, "SELECT MAX(version) FROM schema_versions");

    private static long Scalar(string path, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The text is the test's and the service's own.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar() is long number ? number : 0;
    }
}
