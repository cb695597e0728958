using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Tests.Runs;

public sealed class RunRegistryTests : IAsyncDisposable
{
    private static readonly TaskRunOptions Report = new("report") { MaxExecution = TimeSpan.FromSeconds(10) };

    private readonly TaskHost _host = new();
    private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public async ValueTask DisposeAsync()
    {
        _gate.TrySetResult();
        await Task.WhenAll(_host.Registry.ToList().Select(run => run.Completion));
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task ToList_RunsInProgress_ShowTheirTimersAsTheyAre()
    {
        var timed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = _host.Runner.Start(Report, (_, task) =>
        {
            task.GetTimer("fetch").Start();
            timed.SetResult();
            return _gate.Task;
        });
        var second = _host.Runner.Start(Report with { Organization = "acme" }, (_, _) => _gate.Task);
        await timed.Task;

        _host.Clock.Advance(1);
        Assert.Equal(1, Fetch());
        _host.Clock.Advance(1);
        Assert.Equal(2, Fetch());
        Assert.Equivalent(new[] { first.Id, second.Id }, _host.Registry.ToList().Select(run => run.Id));

        double Fetch() => _host.Registry.ToList().Single(run => run.Id == first.Id).Snapshot().TaskData["fetch"].ExecutionTime;
    }

    [Fact]
    public async Task Cancel_RunInProgress_CancelsOnlyThatOne()
    {
        var tokens = new CancellationToken[2];
        var runs = new ActiveRun[2];
        for (var index = 0; index < 2; index++)
        {
            var started = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
            runs[index] = _host.Runner.Start(Report, (_, task) =>
            {
                started.SetResult(task.CancellationToken);
                return _gate.Task;
            });
            tokens[index] = await started.Task;
        }

        Assert.True(_host.Registry.Cancel(runs[0].Id));
        Assert.True(_host.Registry.Cancel(runs[0].Id));

        Assert.Equal((true, false), (tokens[0].IsCancellationRequested, tokens[1].IsCancellationRequested));
        _gate.SetResult();
        Assert.Equal(RunStatus.Completed, (await runs[0].Completion).Status);
        Assert.False(_host.Registry.Cancel(runs[0].Id));
    }

    [Fact]
    public void Cancel_Unknown_IsFalse()
    {
        Assert.False(_host.Registry.Cancel(Guid.Empty));
        Assert.False(_host.Registry.TryGet(Guid.Empty, out var run));
        Assert.Null(run);
    }

    [Theory]
    [InlineData("3/16", null, "3/16", null, true)]
    [InlineData("3/16", null, "4/16", null, false)]
    [InlineData("3/16", null, null, null, true)]
    [InlineData(null, null, "3/16", null, true)]
    [InlineData("3/16", null, null, "acme", false)]
    [InlineData(null, "acme", "3/16", null, false)]
    public void Add_ExclusiveRunOfAShard_ConflictsWithThatShardAndWithAllOfThem(
        string? shard, string? organization, string? otherShard, string? otherOrganization, bool conflicts)
    {
        var exclusive = Report with { Exclusive = true };
        _host.Runner.Start(exclusive with { Shard = shard, Organization = organization }, (_, _) => _gate.Task);

        var exception = Record.Exception(() => _host.Runner.Start(exclusive with { Shard = otherShard, Organization = otherOrganization }, (_, _) => _gate.Task));

        Assert.Equal(conflicts, exception is TaskConflictException);
    }

    [Fact]
    public void Add_ShardInProgress_TheConflictNamesIt()
    {
        var exclusive = Report with { Exclusive = true, Shard = "3/16" };
        var run = _host.Runner.Start(exclusive, (_, _) => _gate.Task);

        var conflict = Assert.Throws<TaskConflictException>(() => _host.Runner.Start(exclusive, (_, _) => _gate.Task));

        Assert.Equal($"report is already running for shard 3/16 of the organizations: run {run.Id}.", conflict.Message);
    }
}
