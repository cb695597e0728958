using DynamicSampling.Api.Storage;
using DynamicSampling.Api.Storage.Dialects;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;
using Quartz;
using SchedulingOptions = DynamicSampling.Tasks.Sampling.SchedulingOptions;

namespace DynamicSampling.Api.Scheduling;

/// <summary>
/// What all processes that share a database run together. It is in the database: each process that starts makes sure that it is there, once, and as its
/// own settings say.
/// </summary>
internal sealed class SharedSchedule(
    Database database, SqlShards shards, IEnumerable<TaskSchedule> schedules, IOptions<SchedulingOptions> options, TimeProvider clock)
{
    /// <summary>Opens the scheduler, makes its tables if need be, and puts in what is missing or different. Other processes that start wait meanwhile.</summary>
    /// <param name="open">Opens it.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public Task<IScheduler> OpenAsync(Func<Task<IScheduler>> open, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async (connection, transaction) =>
            {
                // The scheduler has connections of its own. This one only keeps the others waiting.
                await database.Dialect.LockAsync(connection, transaction, SharedLock.Schedule);
                var scheduler = await open();
                await StoreAsync(scheduler, cancellationToken);
                return scheduler;
            },
            cancellationToken);

    private async Task StoreAsync(IScheduler scheduler, CancellationToken cancellationToken)
    {
        var jobs = schedules.SelectMany(Divide).ToDictionary(job => job.Key);
        var known = await scheduler.GetJobKeys(GroupMatcher<JobKey>.AnyGroup(), cancellationToken);
        // Of another number of shards, or of another version of this program.
        await scheduler.DeleteJobs([.. known.Where(key => !jobs.ContainsKey(key))], cancellationToken);
        await shards.ForgetOthersAsync(options.Value.Shards, cancellationToken);

        var asTheyShouldBe = await ListAsync(scheduler, jobs, cancellationToken);
        var now = clock.GetUtcNow();
        var missing = jobs.Values.Where(job => !asTheyShouldBe.Contains(job.Key)).ToDictionary(
            job => job.ToJob(isShared: true),
            IReadOnlyCollection<ITrigger> (job) => [job.ToTrigger(clock, FirstTurn(job, now))]);
        if (missing.Count > 0)
            await scheduler.ScheduleJobs(missing, ScheduleJobOptions.Replacing, cancellationToken);
    }

    private IEnumerable<ScheduledJob> Divide(TaskSchedule schedule) => schedule.InShards
        ? OrganizationShard.All(options.Value.Shards).Select(shard => new ScheduledJob(schedule, shard))
        : [new ScheduledJob(schedule)];

    /// <summary>The jobs that are there with their trigger. One that was put aside because it could not be loaded is not.</summary>
    private static async Task<HashSet<JobKey>> ListAsync(
        IScheduler scheduler, Dictionary<JobKey, ScheduledJob> jobs, CancellationToken cancellationToken)
    {
        var found = new HashSet<JobKey>();
        var query = new TriggerQuery();
        while (true)
        {
            var page = await scheduler.QueryTriggers(query, cancellationToken);
            foreach (var trigger in page.Items)
            {
                if (jobs.TryGetValue(trigger.JobKey, out var job)
                    && string.Equals(trigger.Key.Name, job.Key.Name, StringComparison.Ordinal) && string.Equals(trigger.Key.Group, job.Key.Group, StringComparison.Ordinal)
                    && string.Equals(trigger.Description, job.Schedule.ToString(), StringComparison.Ordinal)
                    && trigger is { State: not TriggerState.Error, NextFireTimeUtc: not null })
                {
                    found.Add(job.Key);
                }
            }

            if (!page.HasMore)
                return found;
            query = query with { Skip = query.Skip + page.Items.Count };
        }
    }

    /// <summary>Turns are fixed points in time, whenever processes start: those of the shards are spread evenly over the interval.</summary>
    private static DateTimeOffset FirstTurn(ScheduledJob job, DateTimeOffset now)
    {
        var interval = job.Schedule.Interval.Ticks;
        var phase = job.Schedule.Delay.Ticks + (job.Shard is { } shard ? (long)((double)interval * shard.Number / shard.Count) : 0);
        var sinceLast = (now - DateTimeOffset.UnixEpoch).Ticks - phase;
        var untilNext = interval - (((sinceLast % interval) + interval) % interval);
        return now.AddTicks(untilNext);
    }
}
