using DynamicSampling.Dashboard.Cluster;
using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Tests.Dashboard.Cluster;

public sealed class ClusterPageTests
{
    private static readonly NodeRow One = new("one", NodeState.Alive, "host-1", 17, "0.1.0", Rendered.Now.AddDays(-1), Rendered.Now);
    private static readonly NodeRow Two = One with { Name = "two", State = NodeState.Dead, LastCheckIn = Rendered.Now.AddMinutes(-3) };

    [Fact]
    public async Task Page_OneProcess_SaysWhatItWouldTakeToHaveMore()
    {
        var page = await Rendered.PageAsync<ClusterPage, ClusterView>(new("sqlite", "one", [One], []));

        Assert.Contains("Storage:Provider", page.QuerySelector("section[aria-labelledby=shards]")!.Read(), StringComparison.Ordinal);
        Assert.Equal("one this one", page.QuerySelector("tbody th")!.Read());
        Assert.Empty(page.QuerySelectorAll(".notice"));
    }

    [Fact]
    public async Task Page_DeadProcess_StandsOut()
    {
        var run = Guid.NewGuid();
        var shard = new ShardRow("3/16", 4711, "one", run, RunStatus.Completed, Rendered.Now.AddSeconds(-20), 1.25);
        var page = await Rendered.PageAsync<ClusterPage, ClusterView>(new("postgres", "one", [One, Two], [shard]));

        Assert.Contains("has died", page.QuerySelector(".notice.bad")!.Read(), StringComparison.Ordinal);
        Assert.Equal("dead", page.QuerySelectorAll("section[aria-labelledby=nodes] tbody tr")[1].QuerySelector(".badge")!.Read());
        var row = page.QuerySelector("section[aria-labelledby=shards] tbody tr")!;
        Assert.Equal("3/16 one completed 2026-11-22 09:59:40 UTC 1.25 s 4,711", row.Read());
        Assert.Equal($"/runs/{run}", row.QuerySelector("a")!.GetAttribute("href"));
    }
}
