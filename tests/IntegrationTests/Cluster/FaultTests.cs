using System.Net;
using System.Text.Json;
using Dapper;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Postgres;
using DynamicSampling.IntegrationTests.SamplingTasks;
using DynamicSampling.IntegrationTests.Storage;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.Cluster;

/// <summary>
/// Three processes, one PostgreSQL server, and what goes wrong. After each fault: what was acknowledged is counted exactly once, every shard has had its
/// passes, nobody has published for a shard that another had taken over, and the rates are those that one process computes alone.
/// </summary>
public sealed class FaultTests
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(10);

    [PostgresFact]
    public async Task Kill_NodeInTheMiddleOfAPass_AnotherTakesItsShardOverAndItsRunIsLost()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 3);
        NodeProcess? dead = null;
        await using var postings = Postings.Start(() => [.. cluster.Nodes.Where(node => node != dead)]);
        await WaitForAllAsync(cluster, postings);
        Guid run;
        long epoch;
        (long Number, string Node) shard;
        await using (var hold = await HoldAsync(cluster))
        {
            (shard, run, epoch) = await hold.WaitForPassAsync();
            dead = cluster.Node(shard.Node);
            await dead.KillAsync();
            await cluster.WaitAsync("another node has taken the shard over", async () => (await cluster.EpochsAsync())[shard.Number] > epoch);
        }

        var survivor = cluster.Nodes.First(node => node != dead);
        await cluster.WaitAsync("the run of the dead node is lost", async () => (await survivor.TryGetJsonAsync($"/api/runs/{run}"))?.Text("status") == "lost");
        var state = await survivor.Client.WaitForAsync("/api/cluster", state => StatusOf(state, dead.Name) == "dead");

        Assert.Equal("lost", (await survivor.Client.GetJsonAsync($"/api/runs/{run}")).GetProperty("error").Text("type"));
        Assert.Equal(TestCluster.Shards, state.GetProperty("shards").GetArrayLength());
        Assert.All(cluster.Nodes.Where(node => node != dead), node => Assert.Equal("alive", StatusOf(state, node.Name)));
        await AssertAllIsWellAsync(cluster, postings, survivor);
    }

    [PostgresFact]
    public async Task Pause_NodeInTheMiddleOfAPass_CannotPublishWhenItWakesUp()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 3);
        NodeProcess? asleep = null;
        await using var postings = Postings.Start(() => [.. cluster.Nodes.Where(node => node != asleep)]);
        await WaitForAllAsync(cluster, postings);
        Guid run;
        long epoch;
        (long Number, string Node) shard;
        await using (var hold = await HoldAsync(cluster))
        {
            (shard, run, epoch) = await hold.WaitForPassAsync();
            asleep = cluster.Node(shard.Node);
            await asleep.PauseAsync();
        }

        // It has the locks of a transaction in which it was about to publish; the database takes them away.
        await cluster.WaitAsync("another node has taken the shard over", async () => (await cluster.EpochsAsync())[shard.Number] > epoch);
        await cluster.WaitForPassesAsync();
        var published = await PublishedByAsync(cluster, run);
        var sleeper = asleep;
        await sleeper.ResumeAsync();
        await cluster.WaitAsync("the run has ended on the node that woke up", async () => (await sleeper.TryGetJsonAsync($"/api/runs/{run}"))?.Text("status") == "failed");
        var ended = await sleeper.Client.GetJsonAsync($"/api/runs/{run}");
        asleep = null;
        await cluster.WaitForPassesAsync();

        Assert.Equal(typeof(StaleShardException).FullName, ended.GetProperty("error").Text("type"));
        Assert.Equal(published, await PublishedByAsync(cluster, run));
        Assert.Equal("alive", StatusOf(await sleeper.Client.GetJsonAsync("/api/cluster"), sleeper.Name));
        await AssertAllIsWellAsync(cluster, postings, sleeper);
    }

    [PostgresFact]
    public async Task Stop_DatabaseForTenSeconds_ServingGoesOnAndNothingAcknowledgedIsLost()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 3);
        await using var postings = Postings.Start(() => cluster.Nodes);
        await WaitForAllAsync(cluster, postings);
        var node = cluster.Nodes[0];
        var organization = Postings.Organization(0);
        var path = $"/o/{organization}/sampling?service={Postings.Project(2)}";
        await cluster.WaitForPassesAsync();
        Assert.NotNull(await node.TryGetJsonAsync(path));

        await cluster.Server.StopAsync();
        var stopped = TimeProvider.System.GetTimestamp();
        var polls = 0;
        while (TimeProvider.System.GetElapsedTime(stopped) < Outage)
        {
            var served = await node.Client.GetJsonAsync(path);
            Assert.True(served.GetProperty("probabilisticSampling").GetProperty("samplingRate").GetDouble() is > 0 and <= 1);
            polls++;
        }

        using var refused = await node.TryPostVolumesAsync(new[] { new { organization, project = "p", transaction = "t", total = 1 } }, "refused");
        using var ready = await node.Client.GetAsync("/health/ready");
        var readiness = await ready.ReadJsonAsync();
        using var live = await node.Client.GetAsync("/health/live");
        var failed = postings.Unacknowledged;
        await cluster.Server.StartAsync();
        await cluster.WaitAsync("all nodes are ready again", async () =>
            (await Task.WhenAll(cluster.Nodes.Select(other => other.TryGetJsonAsync("/health/ready")))).All(answer => answer?.Text("status") == "Healthy"));

        Assert.NotEqual(0, polls);
        Assert.NotEqual(0, failed);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused!.StatusCode);
        Assert.Contains("PostgreSQL", (await refused.ReadJsonAsync()).Text("detail"), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (ready.StatusCode, live.StatusCode));
        Assert.Contains("PostgreSQL", readiness.ToString(), StringComparison.Ordinal);
        await cluster.WaitForPassesAsync();
        await AssertAllIsWellAsync(cluster, postings, node);
    }

    [PostgresFact]
    public async Task Cut_ConnectionsAgainAndAgain_NothingIsCountedTwice()
    {
        await using var cluster = await TestCluster.StartAsync(nodes: 3);
        await using var postings = Postings.Start(() => cluster.Nodes);
        await WaitForAllAsync(cluster, postings);
        var cut = 0;
        for (var round = 0; round < 20; round++)
        {
            var before = postings.Acknowledged;
            cut += cluster.Proxies[round % cluster.Proxies.Count].Cut();
            await cluster.WaitAsync("postings go on", () => Task.FromResult(postings.Acknowledged > before + 5));
        }

        await cluster.WaitForPassesAsync();

        Assert.NotEqual(0, cut);
        Assert.NotEqual(0, postings.Unacknowledged);
        await AssertAllIsWellAsync(cluster, postings, cluster.Nodes[0]);
    }

    private static async Task WaitForAllAsync(TestCluster cluster, Postings postings)
    {
        await cluster.WaitAsync("every organization has volumes", () => Task.FromResult(postings.Acknowledged > 2 * Postings.Organizations));
        await cluster.WaitForPassesAsync();
    }

    private static async Task<HeldPass> HoldAsync(TestCluster cluster) => await HeldPass.BeginAsync(cluster);

    private static string? StatusOf(JsonElement state, string node) =>
        state.GetProperty("nodes").EnumerateArray().Single(known => known.Text("node") == node).Text("status");

    private static Task<long> PublishedByAsync(TestCluster cluster, Guid run) =>
        cluster.QueryAsync<long>("SELECT COUNT(*) FROM rate_versions WHERE computed_by = @run", new { run = run.ToString() });

    private static async Task AssertAllIsWellAsync(TestCluster cluster, Postings postings, NodeProcess node)
    {
        var posted = await postings.EndAsync();
        await cluster.WaitForPassesAsync();
        var counted = (await cluster.ListAsync<(string Organization, string Project, double Total)>(
            """
            SELECT o.name, p.name, SUM(v.total) FROM volumes v JOIN projects p ON p.id = v.project_id JOIN organizations o ON o.id = p.organization_id
            WHERE p.name LIKE 'project-%' GROUP BY o.name, p.name
            """)).ToDictionary(row => (row.Organization, row.Project), row => row.Total);

        Assert.Equal(posted, counted);
        // A run is of one node, and each began an epoch of its own: what it published after the next one began would be the later version.
        Assert.Empty(await cluster.ListAsync<string>(
            """
            SELECT a.id FROM runs a JOIN runs b ON b.shard = a.shard AND b.id > a.id AND b.node <> a.node
            JOIN rate_versions later ON later.computed_by = a.id
            JOIN rate_versions earlier ON earlier.computed_by = b.id AND earlier.organization_id = later.organization_id AND earlier.version < later.version
            """));
        await AssertRatesAreThoseOfOneProcessAsync(posted, node);
    }

    private static async Task AssertRatesAreThoseOfOneProcessAsync(Dictionary<(string Organization, string Project), double> posted, NodeProcess node)
    {
        await using var alone = new ApiHost(builder => builder.UseSetting("Sampling:PublishThreshold", "0")) { UsesSystemClock = true, Storage = TestStorage.Sqlite };
        using var client = alone.CreateClient();
        await client.PostAsync(posted.Select(volume => new Volume(volume.Key.Project, "GET /", volume.Value, Organization: volume.Key.Organization)));
        await client.RunAsync("rebalance_orgs");
        foreach (var organization in posted.Keys.Select(key => key.Organization).Distinct())
        {
            var expected = (await client.RatesAsync(organization)).Projects();
            var actual = await TestCluster.RatesAsync(node, organization);
            Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
            foreach (var (project, rate) in expected)
                Scenario.AssertClose(rate, actual[project]);
        }
    }
}
