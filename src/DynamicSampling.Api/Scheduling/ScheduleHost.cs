using System.Data.Common;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage;
using Microsoft.Extensions.Options;
using Quartz;
using SchedulingOptions = DynamicSampling.Tasks.Sampling.SchedulingOptions;

namespace DynamicSampling.Api.Scheduling;

/// <summary>Starts the scheduler with the service, unless scheduling is switched off, and stops it.</summary>
internal sealed class ScheduleHost(
    ISchedulerFactory schedulers, IEnumerable<TaskSchedule> schedules, SharedSchedule shared, Database database, IOptions<SchedulingOptions> options,
    TimeProvider clock, ILogger<ScheduleHost> logger)
    : IHostedService
{
    private readonly Lock _gate = new();
    private IScheduler? _scheduler;
    private Task? _stopping;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.Enabled)
        {
            Log.SchedulingDisabled(logger);
            return;
        }

        if (database.Dialect.IsShared)
            await StartSharedAsync(cancellationToken);
        else
            await StartAloneAsync(cancellationToken);
    }

    /// <summary>A host that is stopped by two at once goes when one of them has been through: both wait for the same.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (_scheduler is null)
            return Task.CompletedTask;
        lock (_gate)
            return _stopping ??= ShutdownAsync(_scheduler, cancellationToken);
    }

    private static async Task ShutdownAsync(IScheduler scheduler, CancellationToken cancellationToken)
    {
        // The runs are canceled by now. A task that ignores that must not hold up the process for longer than the host allows.
        await scheduler.Shutdown(waitForJobsToComplete: true, cancellationToken).AsTask()
            .WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task StartAloneAsync(CancellationToken cancellationToken)
    {
        _scheduler = await schedulers.GetScheduler(cancellationToken);
        var now = clock.GetUtcNow();
        foreach (var job in schedules.Select(schedule => new ScheduledJob(schedule)))
            await _scheduler.ScheduleJob(job.ToJob(isShared: false), job.ToTrigger(clock, now + job.Schedule.Delay), cancellationToken: cancellationToken);
        await _scheduler.Start(cancellationToken);
    }

    private async Task StartSharedAsync(CancellationToken cancellationToken)
    {
        try
        {
            _scheduler = await shared.OpenAsync(() => schedulers.GetScheduler(cancellationToken).AsTask(), cancellationToken);
            await _scheduler.Start(cancellationToken);
        }
        catch (StorageUnavailableException exception)
        {
            throw new StartupException(exception.Message);
        }
        catch (SchedulerException exception) when (exception.GetBaseException() is DbException cause && database.Dialect.Explain(cause) is { } explanation)
        {
            throw new StartupException(explanation);
        }
    }
}
