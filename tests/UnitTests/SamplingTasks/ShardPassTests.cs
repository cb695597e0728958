using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.SamplingTasks;

namespace DynamicSampling.Tests.SamplingTasks;

/// <summary>Passes over a part of the organizations.</summary>
public sealed class ShardPassTests
{
    private static readonly ShardLease Lease = new(new(3, 16), Epoch: 7);

    private readonly PassHost _host = new(new() { TargetSampleRate = 0.5 }) { Organizations = ["acme", "globex", "initech"] };

    public ShardPassTests() => _host.Volumes.Add(("checkout", "GET /", 1000, 500));

    [Fact]
    public async Task Pass_OverAShard_ListsItAndPublishesWithItsLease()
    {
        using var context = await _host.RunShardAsync(Lease);

        Assert.Equal([Lease.Shard], _host.Shards);
        Assert.NotEmpty(_host.Leases);
        Assert.All(_host.Leases, lease => Assert.Same(Lease, lease));
        Assert.Equal(new TaskProgress(3, 3), context.Progress);
        Assert.Empty(_host.Stops);
    }

    [Fact]
    public async Task Pass_RefusedInTheMiddle_EndsAsAWholeAndRemembersNothing()
    {
        _host.StaleFrom = 1;
        using var context = await _host.RunShardAsync(Lease);
        var result = Assert.IsType<PassResult>(context.Result);

        Assert.Same(Lease, _host.Refused?.Lease);
        Assert.Equal(
            "Another node has taken shard 3/16 over, because this one had not been heard of in time: what is left of its organizations is for that one to publish.",
            _host.Refused?.Message);
        Assert.Single(_host.Leases);
        Assert.Equal((0, 0, 0), (result.Organizations, result.Failed, _host.Publications));
        Assert.Equal(new TaskProgress(0, 3), context.Progress);
        // Where to go on is for whoever has the shard now to say.
        Assert.Empty(_host.Stops);
    }

    [Fact]
    public async Task Pass_AfterOneOfAnotherShardStopped_StartsAtItsOwnPlace()
    {
        _host.Stops.Add("test", "globex");
        _host.Stops.Add("test#4/16", "acme");
        _host.Stops.Add("test#3/16", "initech");
        using var context = await _host.RunShardAsync(Lease);

        Assert.Equal("initech", Assert.IsType<PassResult>(context.Result).ResumedAfter);
        Assert.Equal(["test", "test#4/16"], _host.Stops.Keys);
    }

    [Fact]
    public async Task Pass_OverAnEmptyShard_SaysSo()
    {
        var host = new PassHost(new()) { Organizations = [] };
        using var context = await host.RunShardAsync(Lease);

        Assert.Equal("There are no organizations in shard 3/16.", Assert.IsType<PassResult>(context.Result).Message);
        Assert.Equal(new TaskProgress(0, 0), context.Progress);
    }

    [Fact]
    public void Pass_OverOneOrganization_ReportsNoProgress()
    {
        using var context = new TaskContext("test", TimeSpan.FromMinutes(7), _host.Clock);

        Assert.True(_host.Pass.RunAsync(context, "test", new(PassHost.Organization), PassParts.All).IsCompletedSuccessfully);
        Assert.Null(context.Progress);
    }
}
