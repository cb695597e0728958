using Microsoft.Extensions.Options;
using Quartz;
using SchedulingOptions = DynamicSampling.Tasks.Sampling.SchedulingOptions;

namespace DynamicSampling.Api.Scheduling;

/// <summary>Starts the scheduler with the service, unless scheduling is switched off, and stops it.</summary>
internal sealed class ScheduleHost(
    ISchedulerFactory schedulers, IEnumerable<TaskSchedule> schedules, IOptions<SchedulingOptions> options, TimeProvider clock, ILogger<ScheduleHost> logger)
    : IHostedService
{
    private IScheduler? _scheduler;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.Enabled)
        {
            Log.SchedulingDisabled(logger);
            return;
        }

        _scheduler = await schedulers.GetScheduler(cancellationToken);
        var now = clock.GetUtcNow();
        foreach (var schedule in schedules)
            await _scheduler.ScheduleJob(Job(schedule), Trigger(schedule, now), cancellationToken: cancellationToken);
        await _scheduler.Start(cancellationToken);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_scheduler is null)
            return;
        // The runs are canceled by now. A task that ignores that must not hold up the process for longer than the host allows.
        await _scheduler.Shutdown(waitForJobsToComplete: true, cancellationToken).AsTask()
            .WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static IJobDetail Job(TaskSchedule schedule) => JobBuilder.Create<ScheduledTask>().WithIdentity(schedule.Task).Build();

    private ITrigger Trigger(TaskSchedule schedule, DateTimeOffset now) => TriggerBuilder.Create(clock)
        .WithIdentity(schedule.Task)
        .StartAt(now + schedule.Delay)
        .WithSchedule(SimpleScheduleBuilder.Create()
            .WithInterval(schedule.Interval)
            .RepeatForever()
            // A turn that has passed is not made up for. A little late is still in time, but never so late that two would meet.
            .WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithExistingCount))
        .WithMisfireThreshold(schedule.Interval / 2)
        .Build();
}
