using DynamicSampling.Tasks.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.Tasks.Runs;

/// <summary>Ends the runs in progress when the process stops, and waits for them before the services they use go.</summary>
internal sealed class RunShutdown(RunRegistry registry, IHostApplicationLifetime lifetime, ILogger<TaskRunner> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Not in StopAsync: the server stops first, and would wait for requests that wait for their runs.
        lifetime.ApplicationStopping.Register(registry.Shutdown);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        registry.Shutdown();
        var runs = registry.ToList();
        if (runs.Count == 0)
            return;
        Log.DrainingRuns(logger, runs.Count);
        Task drained = Task.WhenAll(runs.Select(run => run.Completion));
        await drained.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
