using DynamicSampling.Api;
using DynamicSampling.IntegrationTests.Storage;

namespace DynamicSampling.IntegrationTests.Api;

public class MigrationTests
{
    private const string Settings = """{"mode":"organization","targetSampleRate":0.25,"minimumSampleRate":0.2}""";

    [Fact]
    public async Task Start_DatabaseOfTheFirstVersion_KeepsItsData()
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-tests-").FullName;
        try
        {
            // 2026-11-22T10:00Z is minute 29922360.
            new TestDatabase(TestStorage.Sqlite, directory).Execute(
                $"""
                CREATE TABLE schema_versions (version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL);
                {ReadScript("001_initial.sql")}
                INSERT INTO schema_versions VALUES (1, '001_initial.sql', 0);
                INSERT INTO organizations (id, name, settings) VALUES (1, 'acme', '{Settings}');
                INSERT INTO projects (id, organization_id, name) VALUES (1, 1, 'loud'), (2, 1, 'quiet'), (3, 1, 'idle');
                INSERT INTO transactions (id, project_id, name) VALUES (1, 1, 'GET /'), (2, 2, 'GET /');
                INSERT INTO volumes VALUES (1, 29922299, 1, 100, 20, 1), (1, 29922300, 1, 700, 70, 1), (1, 29922301, 1, 200, 30, 0), (2, 29922350, 2, 10, 10, 1);
                INSERT INTO rate_versions VALUES (1, 7, '01a204df-f75e-7bde-803f-0fb959854937', 1795341600000, 29922301, 29922360, 0.25, 'Setting', 0.2);
                INSERT INTO project_rates VALUES (1, 7, 0.1, 1000, 120), (2, 5, 1, 10, 10);
                """);

            await using var host = new ApiHost(directory: directory) { Storage = TestStorage.Sqlite };
            using var client = host.CreateClient();
            var rates = await client.GetJsonAsync("/api/organizations/acme/rates");
            var loud = await client.GetJsonAsync("/api/organizations/acme/projects/loud/rates");
            var volumes = await client.GetJsonAsync("/api/organizations/acme/volumes?window=2d");
            using var run = await client.RunTaskAsync("rebalance_orgs");

            Assert.Equal((7, 0.2, 0.25), (rates.GetProperty("version").GetInt64(), rates.GetProperty("floor").GetDouble(), rates.GetProperty("target").GetProperty("rate").GetDouble()));
            Assert.Equal(
                [("loud", 0.1, 0.2, 200), ("quiet", 1, 1, 10)],
                rates.GetProperty("projects").EnumerateArray().Select(project => (
                    project.GetProperty("project").GetString()!, project.GetProperty("rate").GetDouble(), project.GetProperty("servedRate").GetDouble(), project.GetProperty("expectedKept").GetDouble())));
            Assert.Equal((0.1, 0.2), (loud.GetProperty("implicitRate").GetDouble(), loud.GetProperty("implicitServedRate").GetDouble()));
            Assert.Equal([1000, 10], volumes.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("total").GetDouble()));
            Assert.Equal(
                [(498704, 100, 20, 0), (498705, 900, 100, 60), (498705, 10, 10, 0)],
                host.Database.Query(
                    "SELECT hour, total, kept, estimated_minutes FROM project_hours ORDER BY project_id, hour",
                    row => (row.GetInt64(0), row.GetDouble(1), row.GetDouble(2), row.GetInt64(3))));
            Assert.Equal(1, host.Count("projects WHERE first_minute = 29922299 AND name = 'loud'"));
            Assert.Equal(1, host.Count("projects WHERE first_minute IS NULL AND name = 'idle'"));
            Assert.Equal(0, host.Count("sqlite_master WHERE name LIKE '%_001'"));
            Assert.Equal("completed", (await run.ReadJsonAsync()).GetProperty("status").GetString());
            Assert.Equal(8, (await client.GetJsonAsync("/api/organizations/acme/rates")).GetProperty("version").GetInt64());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static string ReadScript(string name)
    {
        using var reader = new StreamReader(typeof(ApiBuilder).Assembly.GetManifestResourceStream($"Schema/Sqlite/{name}")!);
        return reader.ReadToEnd();
    }
}
