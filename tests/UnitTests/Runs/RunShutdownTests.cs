using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace DynamicSampling.Tests.Runs;

public sealed class RunShutdownTests : IAsyncDisposable
{
    private readonly TaskHost _host = new();
    private readonly Lifetime _lifetime = new();
    private readonly RunShutdown _shutdown;

    public RunShutdownTests() => _shutdown = new(_host.Registry, _lifetime, NullLogger<TaskRunner>.Instance);

    public async ValueTask DisposeAsync()
    {
        _lifetime.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task ApplicationStopping_RunsInProgress_AreCancelledBeforeTheServerStops()
    {
        await _shutdown.StartAsync(CancellationToken.None);
        var run = _host.Runner.Start(new("report"), WaitForTokenAsync);

        _lifetime.StopApplication();

        Assert.Equal((RunStatus.Canceled, "shutdown"), ((await run.Completion).Status, (await run.Completion).Error?.Type));
    }

    [Fact]
    public async Task StopAsync_RunsInProgress_AreCancelledAndWaitedFor()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = _host.Runner.Start(new("report"), async (services, task) =>
        {
            await gate.Task;
            await WaitForTokenAsync(services, task);
        });

        var stopped = _shutdown.StopAsync(CancellationToken.None);
        Assert.False(stopped.IsCompleted);
        gate.SetResult();
        await stopped;

        Assert.True(run.Completion.IsCompleted);
        Assert.Equal("shutdown", (await run.Completion).Error?.Type);
    }

    [Fact]
    public async Task StopAsync_RunDoesNotLetGo_GivesUpWhenTheHostDoes()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var run = _host.Runner.Start(new("report"), (_, _) => gate.Task);
        using var host = new CancellationTokenSource();

        var stopped = _shutdown.StopAsync(host.Token);
        Assert.False(stopped.IsCompleted);
        host.Cancel();
        await stopped;

        Assert.False(run.Completion.IsCompleted);
        gate.SetResult();
        await run.Completion;
    }

    [Fact]
    public async Task StopAsync_NoRuns_EndsAtOnce()
    {
        await _shutdown.StopAsync(CancellationToken.None);

        Assert.Empty(_host.Registry.ToList());
    }

    private static async Task WaitForTokenAsync(IServiceProvider services, TaskContext task)
    {
        var canceled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = task.CancellationToken.Register(() => canceled.TrySetCanceled(task.CancellationToken));
        await canceled.Task;
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _stopping = new();

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => _stopping.Token;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => _stopping.Cancel();

        public void Dispose() => _stopping.Dispose();
    }
}
