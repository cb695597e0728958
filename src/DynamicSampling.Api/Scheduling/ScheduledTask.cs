using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.SamplingTasks;
using Quartz;

namespace DynamicSampling.Api.Scheduling;

/// <summary>A task's turn, or that of a shard of it: runs it through the pipeline. The job's key says what it is.</summary>
[DisallowConcurrentExecution]
internal sealed class ScheduledTask(
    IEnumerable<ISamplingTask> tasks, TaskRunner runner, SqlShards shards, SchedulerTrouble trouble, IHostApplicationLifetime lifetime, ILogger<ScheduledTask> logger) : IJob
{
    // The scheduler's token is not used: the pipeline itself cancels runs at shutdown, and says so in their records.
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        // While the server drains its requests, a run would only be recorded as canceled.
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            return;
        trouble.IsOver();
        var (name, shard) = ScheduledJob.Read(context.JobDetail.Key);
        var task = tasks.First(task => string.Equals(task.Name, name, StringComparison.Ordinal));
        try
        {
            // The run logs and records how it ended: a failure is no news for the scheduler.
            await runner.RunAsync(
                new TaskRunOptions(task.Name)
                {
                    MaxExecution = task.MaxExecution, Trigger = RunTrigger.Schedule, Shard = shard?.ToString(), Exclusive = true,
                },
                (_, taskContext) => RunAsync(task, shard, taskContext),
                CancellationToken.None);
        }
        catch (TaskConflictException conflict)
        {
            Log.ScheduledRunSkipped(logger, task.Name, conflict.Running.Id);
        }
    }

    private async Task RunAsync(ISamplingTask task, OrganizationShard? shard, TaskContext context)
    {
        var lease = shard is null ? null : await context.RunAsync("take_shard", (function, cancellationToken) =>
        {
            function.AddDbCalls();
            return new ValueTask<ShardLease>(shards.TakeAsync(shard, context.RunId, cancellationToken));
        });
        await task.RunAsync(context, new SamplingTaskRequest(Lease: lease));
    }
}
