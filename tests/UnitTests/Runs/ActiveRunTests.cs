using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests.Runs;

public sealed class ActiveRunTests : IDisposable
{
    private readonly TaskContext _task = new("report", TimeSpan.FromSeconds(10), new ManualTimeProvider());
    private readonly ActiveRun _run;

    public ActiveRunTests() => _run = new(Guid.CreateVersion7(Samples.Start), Samples.Start, _task, new("report"));

    public void Dispose() => _task.Dispose();

    [Fact]
    public async Task Completion_AskedForAfterTheEnd_IsComplete()
    {
        var ended = Samples.Run(1);
        _run.Complete(ended);

        Assert.True(_run.Completion.IsCompleted);
        Assert.Same(ended, await _run.Completion);
        Assert.Same(ended, _run.Snapshot());
    }

    [Fact]
    public async Task Completion_AskedForBeforeTheEnd_IsTheSameAndCompletes()
    {
        var completion = _run.Completion;
        Assert.False(completion.IsCompleted);
        Assert.Same(completion, _run.Completion);

        var ended = Samples.Run(1);
        _run.Complete(ended);

        Assert.Same(ended, await completion);
    }

    [Fact]
    public void Completion_AskedForWhileItEnds_IsNeverMissed()
    {
        for (var round = 0; round < 300; round++)
        {
            var run = new ActiveRun(Guid.Empty, Samples.Start, _task, new("report"));
            var ended = Samples.Run(1);
            Task<TaskRun>? completion = null;

            Threads.Run(() => run.Complete(ended), () => completion = run.Completion);

            Assert.True(completion!.IsCompleted);
        }
    }
}
