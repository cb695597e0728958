using DynamicSampling.Tasks.Sampling;
using Quartz;

namespace DynamicSampling.Api.Scheduling;

/// <summary>What the scheduler starts again and again: a task, or a shard of it.</summary>
/// <param name="Schedule">The task, and how often.</param>
/// <param name="Shard">Its part of the organizations; null for all of them.</param>
internal sealed record ScheduledJob(TaskSchedule Schedule, OrganizationShard? Shard = null)
{
    /// <summary>Names job and trigger: shards have their task's group.</summary>
    public JobKey Key { get; } = Shard is null ? new(Schedule.Task) : new(Shard.ToString(), Schedule.Task);

    /// <summary>What a key stands for.</summary>
    public static (string Task, OrganizationShard? Shard) Read(JobKey key) =>
        OrganizationShard.TryParse(key.Name, out var shard) ? (key.Group, shard) : (key.Name, null);

    /// <summary>The job for the scheduler's store.</summary>
    /// <param name="isShared">Whether it is to outlive its process, for others to do.</param>
    public IJobDetail ToJob(bool isShared) =>
        JobBuilder.Create<ScheduledTask>().WithIdentity(Key).StoreDurably(isShared).RequestRecovery(isShared).Build();

    public ITrigger ToTrigger(TimeProvider clock, DateTimeOffset start) => TriggerBuilder.Create(clock)
        .WithIdentity(Key.Name, Key.Group)
        .WithDescription(Schedule.ToString())
        .StartAt(start)
        .WithSchedule(SimpleScheduleBuilder.Create()
            .WithInterval(Schedule.Interval)
            .RepeatForever()
            // A turn that has passed is not made up for. A little late is still in time, but never so late that two would meet.
            .WithMisfireInstruction(SimpleTriggerMisfireInstruction.NextWithExistingCount))
        .WithMisfireThreshold(TimeSpan.FromMilliseconds(Math.Floor(Schedule.Interval.TotalMilliseconds / 2)))
        .Build();
}
