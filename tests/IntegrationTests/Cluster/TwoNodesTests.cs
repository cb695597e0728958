using System.Net;
using System.Net.Http.Json;
using Dapper;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Ingest;
using DynamicSampling.IntegrationTests.Postgres;
using DynamicSampling.IntegrationTests.SamplingTasks;
using DynamicSampling.IntegrationTests.Scheduling;
using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DynamicSampling.IntegrationTests.Cluster;

/// <summary>What one process knows of the other, and does to it. Here they are two hosts of one process, and nothing runs by itself.</summary>
#pragma warning disable CA1001 // DisposeAsync disposes of it.
public sealed class TwoNodesTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RecordedLogs _logs = new();
    private SharedDatabase _database = null!;
    private ApiHost _one = null!;
    private ApiHost _two = null!;

    public async Task InitializeAsync()
    {
        _database = await SharedDatabase.CreateAsync();
        _one = Node("one");
        _two = Node("two");
    }

    public async Task DisposeAsync()
    {
        _release.TrySetResult();
        await _one.DisposeAsync();
        await _two.DisposeAsync();
        await _database.DisposeAsync();
        _logs.Dispose();
    }

    [PostgresFact]
    public async Task Run_OfOneNode_IsFollowedOnTheOther()
    {
        using var one = _one.CreateClient();
        using var two = _two.CreateClient();
        var id = await StartAsync(one, "acme");
        var seen = await two.WaitForAsync($"/api/runs/{id}", run => run.GetProperty("taskData").TryGetProperty("wait_for_release", out _));
        using var events = await two.GetAsync($"/api/runs/{id}/events", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await events.Content.ReadAsStreamAsync());
        var first = await reader.ReadLineAsync();
        _release.SetResult();
        var rest = await reader.ReadToEndAsync();

        Assert.Equal(("running", "one"), (seen.Text("status"), seen.Text("node")));
        Assert.Equal("event: snapshot", first);
        Assert.Contains("event: ended", rest, StringComparison.Ordinal);
        Assert.Equal("completed", (await two.GetJsonAsync($"/api/runs/{id}")).Text("status"));
    }

    [PostgresFact]
    public async Task Cancel_OnTheOtherNode_CancelsTheRun()
    {
        using var one = _one.CreateClient();
        using var two = _two.CreateClient();
        var id = await StartAsync(one, "acme");
        await two.WaitForAsync("/api/runs?status=running", runs => runs.GetProperty("items").GetArrayLength() == 1);
        using var accepted = await two.PostAsync($"/api/runs/{id}/cancel", content: null);
        var ended = await two.WaitForAsync($"/api/runs/{id}", run => run.Text("status") != "running");
        using var again = await two.PostAsync($"/api/runs/{id}/cancel", content: null);

        Assert.Equal((HttpStatusCode.Accepted, HttpStatusCode.Conflict), (accepted.StatusCode, again.StatusCode));
        Assert.Equal(("canceled", "canceled"), (ended.Text("status"), ended.GetProperty("error").Text("type")));
    }

    [PostgresTheory]
    [InlineData("acme", HttpStatusCode.Conflict)]
    [InlineData(null, HttpStatusCode.Conflict)]
    [InlineData("other", HttpStatusCode.Accepted)]
    public async Task Run_SameTaskOnTheOtherNode_IsRefusedWhereItWouldOverlap(string? organization, HttpStatusCode expected)
    {
        using var one = _one.CreateClient();
        using var two = _two.CreateClient();
        var id = await StartAsync(one, "acme");
        await two.WaitForAsync("/api/runs?status=running", runs => runs.GetProperty("items").GetArrayLength() == 1);
        using var response = await TasksTests.RunInBackgroundAsync(two, "probe", organization);

        Assert.Equal(expected, response.StatusCode);
        if (expected == HttpStatusCode.Conflict)
            Assert.Equal(id, (await response.ReadJsonAsync()).Text("runId"));
    }

    [PostgresFact]
    public async Task Node_GoneWithoutAWord_ItsRunsAreLost()
    {
        using var one = _one.CreateClient();
        var id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow());
        await _database.ListAsync(
            $"""
            INSERT INTO nodes (name, host, process_id, version, started_at, seen_at) VALUES ('gone', 'h', 1, '0', 0, 0);
            INSERT INTO runs (id, task, task_name, status, trigger, started_at, max_seconds, seconds, overrun_seconds, task_data, node)
            VALUES ('{id}', 'probe', 'dynamic_sampling.tasks.probe', 'running', 'Http', 0, 1, 1, 0, json_build_object()::text, 'gone')
            """);
        var run = await one.WaitForAsync($"/api/runs/{id}", run => run.Text("status") != "running");

        Assert.Equal(("lost", "lost", "gone"), (run.Text("status"), run.GetProperty("error").Text("type"), run.Text("node")));
        // Said after it is done.
        await one.WaitForAsync("/api/runs", _ => _logs.Lines.Any(line => line is { Id: 154, Level: LogLevel.Warning }));
    }

    [PostgresFact]
    public async Task Rates_PublishedOnOneNode_AreServedByTheOther()
    {
        using var one = _one.CreateClient();
        using var two = _two.CreateClient();
        await PublishAsync(one, target: 0.5);
        await WaitForRateAsync(two, 0.5);
        await PublishAsync(one, target: 0.25);
        await WaitForRateAsync(two, 0.25);
    }

    [PostgresFact]
    public async Task Rates_NotificationsNeverArrive_AreServedByTheOtherAllTheSame()
    {
        using var one = _one.CreateClient();
        using var two = _two.CreateClient();
        await PublishAsync(one, target: 0.5);
        await WaitForRateAsync(two, 0.5);
        // Found before the one of the system.
        await _database.ListAsync(
            """
            CREATE FUNCTION public.pg_notify(text, text) RETURNS void LANGUAGE sql AS 'SELECT';
            ALTER ROLE CURRENT_USER IN DATABASE current SET search_path = public, pg_catalog
            """.Replace("DATABASE current", $"DATABASE {DatabaseName}", StringComparison.Ordinal));
        await _database.ListAsync($"SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity WHERE datname = '{DatabaseName}' AND pid <> pg_backend_pid()");
        await PublishAsync(one, target: 0.25);
        await WaitForRateAsync(two, 0.25);
    }

    // It began before another one that was committed, and seen, before it was.
    [PostgresFact]
    public async Task Settings_ChangedByATransactionThatIsCommittedLate_AreServedByTheOther()
    {
        using var one = _one.CreateClient();
        using var two = _two.CreateClient();
        await one.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.5 });
        await WaitForRateAsync(two, 0.5);
        await using var connection = new NpgsqlConnection(_database.ConnectionString);
        await connection.OpenAsync();
        await using var late = await connection.BeginTransactionAsync();
        await connection.ExecuteAsync("INSERT INTO organization_changes VALUES ('acme', pg_current_xact_id()::text::bigint, 0)");
        // Nor does one wait for the other.
        await one.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.25 });
        await WaitForRateAsync(two, 0.25);
        await connection.ExecuteAsync("""UPDATE organizations SET settings = '{"targetSampleRate":0.75}' WHERE name = 'acme'""");
        await late.CommitAsync();
        await WaitForRateAsync(two, 0.75);
    }

    [PostgresFact]
    public async Task Rates_RolledBackOnOneNode_AreServedByTheOtherWhosePassesLeaveThem()
    {
        using var one = _one.CreateClient();
        using var two = _two.CreateClient();
        await PublishAsync(one, target: 0.5);
        await PublishAsync(one, target: 0.25);
        await WaitForRateAsync(two, 0.25);
        using var rolledBack = await one.PostAsync("/api/organizations/acme/rates:rollback", Bodies.Of("""{"version":1}"""));
        await WaitForRateAsync(two, 0.5);
        var pinned = await two.RunAsync("rebalance_orgs", "acme");
        using var unpinned = await one.DeleteAsync("/api/organizations/acme/rates/pin");
        var published = await two.RunAsync("rebalance_orgs", "acme");
        await WaitForRateAsync(one, 0.25);

        Assert.Equal((1, 0), (pinned.Number("pinned"), pinned.Number("published")));
        Assert.Equal((0, 1), (published.Number("pinned"), published.Number("published")));
    }

    [PostgresFact]
    public async Task Settings_DroppedOnOneNode_AreDroppedOnTheOther()
    {
        using var one = _one.CreateClient();
        using var two = _two.CreateClient();
        await PublishAsync(one, target: 0.5);
        await WaitForRateAsync(two, 0.5);
        using var deleted = await one.DeleteAsync("/api/organizations/acme?data=true");

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await WaitForRateAsync(two, 0.1);
    }

    [PostgresFact]
    public async Task Polls_OnOneNode_CountForSpansOnTheOther()
    {
        using var one = _one.CreateClient();
        using var two = _two.CreateClient();
        await one.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.1 });
        await one.GetStringAsync("/o/acme/sampling?service=checkout");
        await two.WaitForAsync("/api/organizations/acme/clients", clients => clients.GetProperty("items").GetArrayLength() == 1);
        await two.SendTracesAsync(Traces.Roots("checkout", "GET /cart", 5, TimeProvider.System.GetUtcNow()), "/o/acme/v1/traces");
        var volumes = await one.WaitForAsync("/api/organizations/acme/volumes", volumes => volumes.GetProperty("items").GetArrayLength() == 1);

        // Each stands for ten, as those do that were kept by the rate that was given.
        Assert.Equal((50, 5), (volumes.GetProperty("items")[0].Number("total"), volumes.GetProperty("items")[0].Number("kept")));
    }

    [PostgresFact]
    public async Task Metrics_OfOneSeriesOnBothNodes_AreCountedOnce()
    {
        using var one = _one.CreateClient();
        using var two = _two.CreateClient();
        var start = TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(5);
        var total = 0;
        for (var second = 1; second <= 20; second++)
        {
            total += 7;
            var request = Metrics.Http(
                "checkout", Metrics.Cumulative,
                Metrics.Point("GET", "/cart", total, start, start + TimeSpan.FromSeconds(second)),
                Metrics.Point("GET", "/", 2 * total, start, start + TimeSpan.FromSeconds(second)));
            // The sender has got no answer, and comes again elsewhere; or a proxy sends it to both.
            await Task.WhenAll(one.SendMetricsAsync(request, "/o/acme/v1/metrics"), two.SendMetricsAsync(request, "/o/acme/v1/metrics"));
            await (second % 2 == 0 ? one : two).SendMetricsAsync(request, "/o/acme/v1/metrics");
        }

        var volumes = await one.GetJsonAsync("/api/organizations/acme/volumes?by=transaction");
        Assert.Equal([2d * total, total], volumes.GetProperty("items").EnumerateArray().Select(item => item.Number("total")));
    }

    [PostgresFact]
    public async Task Settings_BothNodesAtOnceWithOnePrecondition_OneWins()
    {
        using var one = _one.CreateClient();
        using var two = _two.CreateClient();
        for (var round = 0; round < 5; round++)
        {
            var statuses = await Task.WhenAll(Put(one, $"o{round}", 0.1), Put(two, $"o{round}", 0.2));

            Assert.Equal([HttpStatusCode.OK, HttpStatusCode.PreconditionFailed], statuses.Order());
        }

        static async Task<HttpStatusCode> Put(HttpClient client, string organization, double target)
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/organizations/{organization}") { Content = JsonContent.Create(new { targetSampleRate = target }) };
            request.Headers.TryAddWithoutValidation("If-None-Match", "*");
            using var response = await client.SendAsync(request);
            return response.StatusCode;
        }
    }

    [PostgresFact]
    public async Task Cluster_NodesThatAreThereAndThatAreNot_AreTold()
    {
        using var one = _one.CreateClient();
        _two.CreateClient().Dispose();
        await _two.Services.GetRequiredService<IHost>().StopAsync();
        await _database.ListAsync("INSERT INTO nodes (name, host, process_id, version, started_at, seen_at) VALUES ('gone', 'h', 1, '0', 0, (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint - 11000)");
        var cluster = await one.GetJsonAsync("/api/cluster");

        Assert.Equal(("postgres", "one"), (cluster.Text("storage"), cluster.Text("node")));
        Assert.Equal(
            [("gone", "dead"), ("one", "alive"), ("two", "stopped")],
            cluster.GetProperty("nodes").EnumerateArray().Select(node => (node.Text("node")!, node.Text("status")!)));
    }

    [PostgresFact]
    public async Task Name_OfAnotherThatIsThere_IsSaidOnce()
    {
        using var one = _one.CreateClient();
        await using var twin = Node("one");
        using var client = twin.CreateClient();
        await one.WaitForAsync("/api/cluster", _ => _logs.Lines.Any(line => line.Id == 153));

        Assert.Single(_logs.Lines, line => line.Id == 153);
    }

    [Fact]
    public async Task Cluster_OneProcessAlone_IsOneNodeWithoutShards()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Cluster:Node", "alone")) { Storage = Storage.TestStorage.Sqlite };
        using var client = host.CreateClient();
        var cluster = await client.GetJsonAsync("/api/cluster");

        Assert.Equal(("sqlite", "alone", 0), (cluster.Text("storage"), cluster.Text("node"), cluster.GetProperty("shards").GetArrayLength()));
        Assert.Equal(("alone", "alive"), (Assert.Single(cluster.GetProperty("nodes").EnumerateArray()).Text("node"), cluster.GetProperty("nodes")[0].Text("status")));
    }

    private string DatabaseName => new Npgsql.NpgsqlConnectionStringBuilder(_database.ConnectionString).Database!;

    private static async Task PublishAsync(HttpClient client, double target)
    {
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = target });
        await client.PostAsync(new Volume("checkout", "GET /", 1000));
        await client.RunAsync("rebalance_orgs", "acme");
    }

    private static async Task WaitForRateAsync(HttpClient client, double rate) => await client.WaitForAsync(
        "/o/acme/sampling?service=checkout", strategy => Math.Abs(strategy.GetProperty("probabilisticSampling").Number("samplingRate") - rate) < 1e-9);

    private static async Task<string> StartAsync(HttpClient client, string organization)
    {
        using var accepted = await TasksTests.RunInBackgroundAsync(client, "probe", organization);
        return (await accepted.ReadJsonAsync()).Text("id")!;
    }

    private ApiHost Node(string name) => new(
        builder =>
        {
            builder.UseSetting("Storage:Provider", "postgres");
            builder.UseSetting("ConnectionStrings:DynamicSampling", _database.ConnectionString);
            builder.UseSetting("Cluster:Node", name);
            builder.ConfigureLogging(logging => logging.AddProvider(_logs));
        },
        directory: null,
        new ScriptedTask("probe", (context, _) => context.RunAsync("wait_for_release", (_, cancellationToken) => new ValueTask(_release.Task.WaitAsync(cancellationToken))).AsTask()))
    {
        UsesSystemClock = true,
        Storage = Storage.TestStorage.Sqlite,
    };
}
