using System.Net;
using System.Net.Http.Json;
using DynamicSampling.Api;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Ingest;
using DynamicSampling.IntegrationTests.Postgres;
using DynamicSampling.IntegrationTests.SamplingTasks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Storage;

/// <summary>A database that cannot be used: who is told what, and what goes on.</summary>
public sealed class UnavailableTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("dynamic-sampling-tests-").FullName;

    private string File => Path.Combine(_directory, "test.db");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Post_AnotherProgramHasTheFile_Is503AndCountsNothing()
    {
        await using var host = Host($"Data Source={File};Pooling=False;Default Timeout=1");
        using var client = host.CreateClient();
        using (var other = new SqliteConnection($"Data Source={File};Pooling=False"))
        {
            other.Open();
            using var transaction = other.BeginTransaction();
            using var refused = await PostAsync(client);
            var problem = await refused.ReadJsonAsync();

            Assert.Equal((HttpStatusCode.ServiceUnavailable, StorageErrors.RetryAfter), (refused.StatusCode, refused.Headers.RetryAfter?.ToString()));
            Assert.Contains("locked by another program", problem.Text("detail"), StringComparison.Ordinal);
            Assert.Contains("Nothing was acknowledged", problem.Text("detail"), StringComparison.Ordinal);
            // In memory it goes on.
            await client.SendTracesAsync(Traces.Roots("checkout", "GET /cart", 3, host.Clock.GetUtcNow()));
        }

        using var taken = await PostAsync(client);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await client.WaitForAsync("/api/organizations/default/volumes", volumes => volumes.GetProperty("items").GetArrayLength() == 1);

        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Equal(1, (await client.GetJsonAsync("/api/organizations/acme/volumes")).GetProperty("items")[0].Number("total"));
    }

    [Fact]
    public async Task Post_NoRoomLeft_Is503UntilThereIs()
    {
        await using var host = Host($"Data Source={File};Pooling=True");
        using var client = host.CreateClient();
        await LimitAsync(host, toWhatItHas: true);
        var many = Enumerable.Range(0, 5000).Select(i => new { organization = "acme", project = "p", transaction = $"transaction {i}", total = 1 }).ToList();
        using var refused = await client.PostAsJsonAsync("/api/volumes", many);
        await LimitAsync(host, toWhatItHas: false);
        var left = host.Count("volumes");
        using var taken = await client.PostAsJsonAsync("/api/volumes", many);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Contains("is full", (await refused.ReadJsonAsync()).Text("detail"), StringComparison.Ordinal);
        Assert.Equal(0, left);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Fact]
    public async Task Run_EndsWhileTheFileIsLocked_IsSavedWithTheNextOne()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var host = new ApiHost(
            builder => builder.UseSetting("ConnectionStrings:DynamicSampling", $"Data Source={File};Pooling=False;Default Timeout=1"),
            _directory,
            new ScriptedTask("probe", (_, _) => release.Task))
        {
            Storage = TestStorage.Sqlite,
        };
        using var client = host.CreateClient();
        using var accepted = await TasksTests.RunInBackgroundAsync(client, "probe", organization: null);
        var id = (await accepted.ReadJsonAsync()).Text("id");
        await client.WaitForAsync("/api/runs", _ => host.Count("runs") == 1);
        var registry = host.Services.GetRequiredService<DynamicSampling.Tasks.Runs.RunRegistry>();
        using (var other = new SqliteConnection($"Data Source={File};Pooling=False"))
        {
            other.Open();
            using var transaction = other.BeginTransaction();
            release.SetResult();
            while (registry.ToList().Count > 0)
                await Task.Yield();
        }

        var before = await client.GetJsonAsync($"/api/runs/{id}");
        using var next = await client.RunTaskAsync("collect_orgs");
        var after = await client.GetJsonAsync($"/api/runs/{id}");

        Assert.Equal(("running", "completed"), (before.Text("status"), after.Text("status")));
    }

    [Theory]
    [InlineData("This is a text, and no database at all, however long it may be.")]
    [InlineData(null)]
    public async Task Start_FileIsNoDatabase_SaysSo(string? text)
    {
        if (text is not null)
        {
            await System.IO.File.WriteAllTextAsync(File, string.Concat(Enumerable.Repeat(text, 100)));
        }
        else
        {
            await using (var before = Host($"Data Source={File};Pooling=False"))
                before.CreateClient().Dispose();
            var bytes = await System.IO.File.ReadAllBytesAsync(File);
            // The header is that of a database, and the rest is not.
            Array.Fill(bytes, (byte)0x5A, 100, bytes.Length - 100);
            await System.IO.File.WriteAllBytesAsync(File, bytes);
        }

        await using var app = ApiBuilder.Build(["--urls", "http://127.0.0.1:0", "--ConnectionStrings:DynamicSampling", $"Data Source={File};Pooling=False"]);
        var failure = await Assert.ThrowsAsync<StartupException>(() => app.StartAsync());

        Assert.Contains("is damaged", failure.Message, StringComparison.Ordinal);
        Assert.Contains("restore a backup", failure.Message, StringComparison.Ordinal);
    }

    [PostgresFact]
    public async Task Statement_TokenIsCancelled_IsInterruptedAndTheConnectionGoesOn()
    {
        await using var host = new ApiHost { Storage = TestStorage.Postgres };
        using var client = host.CreateClient();
        var database = host.Services.GetRequiredService<Database>();
        using var cancelled = new CancellationTokenSource();
        var sleeping = database.ReadAsync(
            async connection =>
            {
                await using var command = connection.CreateCommand();
                command.CommandText = "SELECT pg_sleep(600)";
                return await command.ExecuteScalarAsync(CancellationToken.None);
            },
            cancelled.Token);
        while ((long)host.Database.Scalar("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'SELECT pg_sleep(600)' AND state = 'active'")! == 0)
            await Task.Yield();
        await cancelled.CancelAsync();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sleeping);

        Assert.Equal(cancelled.Token, thrown.CancellationToken);
        Assert.Equal(0L, host.Database.Scalar("SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND query = 'SELECT pg_sleep(600)' AND state = 'active'"));
        await client.GetJsonAsync("/api/runs");
    }

    // The limit is a connection's, and the pool keeps it. There may be several by now: what the service does at its start has others.
    private static Task<int> LimitAsync(ApiHost host, bool toWhatItHas, int connections = 4) => host.Services.GetRequiredService<Database>().ReadAsync(
        async connection =>
        {
            await LimitAsync(connection, toWhatItHas);
            if (connections > 1)
                await LimitAsync(host, toWhatItHas, connections - 1);
            return connections;
        },
        CancellationToken.None);

    private static async Task<long> LimitAsync(System.Data.Common.DbConnection connection, bool toWhatItHas)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA page_count";
        var pages = (long)(await command.ExecuteScalarAsync())!;
#pragma warning disable CA2100 // A number.
        command.CommandText = $"PRAGMA max_page_count = {(toWhatItHas ? pages : 1_000_000)}";
#pragma warning restore CA2100
        return (long)(await command.ExecuteScalarAsync())!;
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client) =>
        client.PostAsJsonAsync("/api/volumes", new[] { new { organization = "acme", project = "p", transaction = "t", total = 1 } });

    private ApiHost Host(string connectionString) => new(builder => builder.UseSetting("ConnectionStrings:DynamicSampling", connectionString), _directory)
    {
        Storage = TestStorage.Sqlite,
    };
}
