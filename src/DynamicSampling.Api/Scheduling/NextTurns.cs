using Microsoft.Extensions.Options;
using Quartz;
using SchedulingOptions = DynamicSampling.Tasks.Sampling.SchedulingOptions;

namespace DynamicSampling.Api.Scheduling;

/// <summary>Tells when tasks start by themselves next.</summary>
internal sealed class NextTurns(ISchedulerFactory schedulers, IOptions<SchedulingOptions> options)
{
    /// <summary>The next turn of each task that has one, in whatever shard; nothing while the scheduler cannot say.</summary>
    public async Task<IReadOnlyDictionary<string, DateTimeOffset>> FindAsync(CancellationToken cancellationToken)
    {
        var turns = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        // Asking for a scheduler makes it.
        if (!options.Value.Enabled)
            return turns;
        try
        {
            await AddAsync(await schedulers.GetScheduler(cancellationToken), turns, cancellationToken);
        }
        catch (SchedulerException)
        {
            // Its database is away. It logs that itself.
        }

        return turns;
    }

    private static async Task AddAsync(IScheduler scheduler, Dictionary<string, DateTimeOffset> turns, CancellationToken cancellationToken)
    {
        var query = new TriggerQuery();
        while (true)
        {
            var page = await scheduler.QueryTriggers(query, cancellationToken);
            foreach (var trigger in page.Items)
            {
                var (task, _) = ScheduledJob.Read(trigger.JobKey);
                if (trigger.NextFireTimeUtc is { } next && (!turns.TryGetValue(task, out var known) || next < known))
                    turns[task] = next;
            }

            if (!page.HasMore)
                return;
            query = query with { Skip = query.Skip + page.Items.Count };
        }
    }
}
