using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Tests.Runs;

public sealed class InMemoryRunStoreTests
{
    private readonly InMemoryRunStore _store = new(capacity: 5);

    [Fact]
    public async Task SaveAsync_KnownRun_IsReplaced()
    {
        var run = Samples.Run(1, RunStatus.Running);
        await SaveAsync(run, run with { Status = RunStatus.Failed });

        Assert.Equal(RunStatus.Failed, (await _store.FindAsync(run.Id, CancellationToken.None))!.Status);
        Assert.Single(await ListAsync(new()));
    }

    [Fact]
    public async Task FindAsync_Unknown_IsNull() => Assert.Null(await _store.FindAsync(Guid.Empty, CancellationToken.None));

    [Fact]
    public async Task SaveAsync_MoreThanItsCapacity_ForgetsTheOldest()
    {
        var runs = Enumerable.Range(0, 8).Select(number => Samples.Run(number)).ToArray();
        await SaveAsync(runs);
        await SaveAsync(runs[4] with { Seconds = 9 });

        Assert.Equal(runs.Reverse().Take(5).Select(run => run.Id), (await ListAsync(new())).Select(run => run.Id));
        Assert.Null(await _store.FindAsync(runs[2].Id, CancellationToken.None));
        Assert.NotNull(await _store.FindAsync(runs[3].Id, CancellationToken.None));
    }

    [Fact]
    public async Task ListAsync_PageByPage_GivesEveryRunOnceNewestFirst()
    {
        var runs = Enumerable.Range(0, 5).Select(number => Samples.Run(number)).ToArray();
        await SaveAsync([runs[3], runs[0], runs[4], runs[2], runs[1]]);
        List<Guid> seen = [];

        IReadOnlyList<TaskRun> page;
        do
        {
            page = await ListAsync(new() { Limit = 2, After = seen.Count == 0 ? null : seen[^1] });
            seen.AddRange(page.Select(run => run.Id));
        }
        while (page.Count == 2);

        Assert.Equal(runs.Reverse().Select(run => run.Id), seen);
    }

    [Fact]
    public async Task ListAsync_Filter_AppliesBeforeTheLimit()
    {
        await SaveAsync(Samples.Run(1, RunStatus.Failed), Samples.Run(2), Samples.Run(3, RunStatus.Failed), Samples.Run(4));

        var found = await ListAsync(new() { Status = RunStatus.Failed, Limit = 2 });

        Assert.Equal([Samples.Start.AddSeconds(3), Samples.Start.AddSeconds(1)], found.Select(run => run.StartedAt));
    }

    [Fact]
    public async Task SaveAsync_ManyThreads_KeepsItsBounds()
    {
        Threads.Run(Enumerable.Range(0, 4).Select<int, Action>(thread => () =>
        {
            for (var number = 0; number < 500; number++)
            {
                _store.SaveAsync(Samples.Run(number + (thread * 1000)), CancellationToken.None).GetAwaiter().GetResult();
                Assert.InRange(_store.ListAsync(new(), CancellationToken.None).GetAwaiter().GetResult().Count, 1, 5);
            }
        }));

        Assert.Equal(5, (await ListAsync(new())).Count);
    }

    private async Task SaveAsync(params TaskRun[] runs)
    {
        foreach (var run in runs)
            await _store.SaveAsync(run, CancellationToken.None);
    }

    private ValueTask<IReadOnlyList<TaskRun>> ListAsync(RunQuery query) => _store.ListAsync(query, CancellationToken.None);
}
