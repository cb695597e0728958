using System.Text.Json;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Postgres;
using DynamicSampling.IntegrationTests.SamplingTasks;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Scheduling;

/// <summary>Processes that share the work. Here they are hosts of one process.</summary>
public sealed class ClusterSchedulingTests : IAsyncLifetime
{
    private SharedDatabase _database = null!;

    public async Task InitializeAsync() => _database = await SharedDatabase.CreateAsync();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [PostgresFact]
    public async Task Start_TwoNodesAgainAndAgain_EachShardHasOneJobAndOneTrigger()
    {
        for (var time = 0; time < 2; time++)
        {
            await using var one = Node("one", shards: 4, cycle: "01:00:00");
            await using var other = Node("other", shards: 4, cycle: "01:00:00");
            await Task.WhenAll(Task.Run(() => one.CreateClient().Dispose()), Task.Run(() => other.CreateClient().Dispose()));
        }

        string[] expected = ["DEFAULT.collect_orgs", "DEFAULT.custom_rule_notifications", .. Enumerable.Range(0, 4).Select(number => $"rebalance_orgs.{number}/4")];
        Assert.Equal(expected, await _database.ListAsync("SELECT job_group || '.' || job_name FROM qrtz_job_details ORDER BY 1"));
        Assert.Equal(expected, await _database.ListAsync("SELECT trigger_group || '.' || trigger_name FROM qrtz_triggers ORDER BY 1"));
        // Spread evenly: a quarter of an hour between them, in ticks.
        Assert.Equal(
            ["0", "9000000000", "18000000000", "27000000000"],
            await _database.ListAsync("SELECT next_fire_time % 36000000000 FROM qrtz_triggers WHERE trigger_group = 'rebalance_orgs' ORDER BY trigger_name"));
    }

    [PostgresFact]
    public async Task Start_OtherSettingsThanBefore_ReplaceWhatThereWas()
    {
        await using (var before = Node("before", shards: 4, cycle: "01:00:00"))
        {
            before.CreateClient().Dispose();
            await before.Services.GetRequiredService<SqlShards>().TakeAsync(new(3, 4), Guid.NewGuid(), CancellationToken.None);
            await before.Services.GetRequiredService<IPassProgress>().SaveAsync("rebalance_orgs#3/4", "acme", CancellationToken.None);
        }

        await using var after = Node("after", shards: 3, cycle: "02:00:00");
        after.CreateClient().Dispose();

        Assert.Equal(["0/3", "1/3", "2/3"], await _database.ListAsync("SELECT job_name FROM qrtz_job_details WHERE job_group = 'rebalance_orgs' ORDER BY 1"));
        Assert.Equal(
            ["0/3 every 02:00:00", "1/3 every 02:00:00", "2/3 every 02:00:00"],
            await _database.ListAsync("SELECT trigger_name || ' ' || description FROM qrtz_triggers WHERE trigger_group = 'rebalance_orgs' ORDER BY 1"));
        Assert.Equal(["7200000"], await _database.ListAsync(
            "SELECT DISTINCT s.repeat_interval FROM qrtz_simple_triggers s WHERE s.trigger_group = 'rebalance_orgs' OR s.trigger_name = 'custom_rule_notifications'"));
        Assert.Equal(["0"], await _database.ListAsync("SELECT (SELECT COUNT(*) FROM shards) + (SELECT COUNT(*) FROM pass_progress)"));
    }

    [PostgresFact]
    public async Task Pass_TwoNodes_TogetherTheyPublishForAllAndSayWhoDidWhat()
    {
        await using var one = Node("one", shards: 4, cycle: "00:00:01");
        await using var other = Node("other", shards: 4, cycle: "00:00:01");
        using var client = other.CreateClient();
        foreach (var organization in Organizations)
            (await one.WithVolumesAsync(organization, ("checkout", 1000))).Dispose();
        var runs = Items(await client.WaitForAsync(
            "/api/runs?task=rebalance_orgs&status=completed&limit=100",
            runs => Items(runs).DistinctBy(run => run.Text("shard")).Count() == 4
                && Items(runs).Sum(run => run.GetProperty("result").GetProperty("published").GetInt32()) == Organizations.Length));

        Assert.All(runs, run =>
        {
            Assert.Contains(run.Text("node"), (string[])["one", "other"]);
            var progress = run.GetProperty("progress");
            Assert.Equal(progress.GetProperty("total").GetInt64(), progress.GetProperty("done").GetInt64());
        });
        Assert.Equal(["0/4", "1/4", "2/4", "3/4"], runs.Select(run => run.Text("shard")!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [PostgresFact]
    public async Task Publish_AnotherPassOverTheShardHasBegun_IsRefused()
    {
        await using var host = Node("one", shards: 4, isScheduled: false);
        (await host.WithVolumesAsync("acme", ("checkout", 1000))).Dispose();
        var shards = host.Services.GetRequiredService<SqlShards>();
        var rates = host.Services.GetRequiredService<IRateStore>();
        var stale = await shards.TakeAsync(new(0, 4), Guid.NewGuid(), CancellationToken.None);
        await rates.PublishAsync(Publication(previous: 0, stale), CancellationToken.None);
        var current = await shards.TakeAsync(new(0, 4), Guid.NewGuid(), CancellationToken.None);

        var refused = await Assert.ThrowsAsync<StaleShardException>(() => rates.PublishAsync(Publication(previous: 1, stale), CancellationToken.None));
        var renewal = await Assert.ThrowsAsync<StaleShardException>(() => rates.RenewFactorAsync("acme", Until.AddHours(1), stale, CancellationToken.None));
        var unrenewed = await rates.FindAsync("acme", CancellationToken.None);
        await rates.RenewFactorAsync("acme", Until.AddHours(1), current, CancellationToken.None);
        var renewed = await rates.FindAsync("acme", CancellationToken.None);
        await rates.PublishAsync(Publication(previous: 1, current), CancellationToken.None);

        Assert.Equal(stale.Epoch + 1, current.Epoch);
        Assert.Equal((stale, stale), (refused.Lease, renewal.Lease));
        Assert.Equal((1, Until), (unrenewed!.Version, unrenewed.Recalibration.Until));
        Assert.Equal((1, Until.AddHours(1)), (renewed!.Version, renewed.Recalibration.Until));
        Assert.Equal(2, (await rates.FindAsync("acme", CancellationToken.None))!.Version);
    }

    [PostgresFact]
    public async Task List_ShardByShard_EachOrganizationIsInOne()
    {
        await using var host = Node("one", shards: 4, isScheduled: false);
        foreach (var organization in Organizations)
            (await host.WithVolumesAsync(organization, ("checkout", 1000))).Dispose();
        var store = host.Services.GetRequiredService<IOrganizationStore>();
        var found = new List<string>();
        foreach (var shard in OrganizationShard.All(4))
        {
            var page = await store.ListAsync(shard, after: null, limit: 100, CancellationToken.None);
            Assert.Equal(page.Count, await store.CountAsync(shard, CancellationToken.None));
            found.AddRange(page.Select(entry => entry.Name));
        }

        Assert.Equal(Organizations, found.Order(StringComparer.Ordinal));
        Assert.Equal(Organizations.Length, await store.CountAsync(shard: null, CancellationToken.None));
    }

    private static string[] Organizations { get; } = [.. Enumerable.Range(10, 12).Select(number => $"org-{number}")];

    private static DateTimeOffset Until { get; } = new(2026, 11, 24, 10, 0, 0, TimeSpan.Zero);

    private static RatePublication Publication(long previous, ShardLease lease) => new(
        new OrganizationRates("acme", Version: 0, Guid.NewGuid(), Until.AddHours(-1), new MinuteWindow(1, 60), new TargetRate(0.1, TargetSource.Default), Floor: 0)
        {
            Recalibration = new(1.5, Until, Obedience: null),
        },
        Changed: [],
        Removed: [],
        previous,
        lease);

    private ApiHost Node(string name, int shards, string cycle = "00:01:00", bool isScheduled = true) => new(builder =>
    {
        builder.UseSetting("Storage:Provider", "postgres");
        builder.UseSetting("ConnectionStrings:DynamicSampling", _database.ConnectionString);
        builder.UseSetting("Cluster:Node", name);
        builder.UseSetting("Scheduling:Enabled", isScheduled ? "true" : "false");
        builder.UseSetting("Scheduling:Cycle", cycle);
        builder.UseSetting("Scheduling:Shards", shards.ToString(System.Globalization.CultureInfo.InvariantCulture));
    })
    {
        UsesSystemClock = true,
    };

    private static List<JsonElement> Items(JsonElement list) => [.. list.GetProperty("items").EnumerateArray()];
}
