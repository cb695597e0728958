using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.SamplingTasks;
using Quartz;

namespace DynamicSampling.Api.Scheduling;

/// <summary>A task's turn: runs it through the pipeline. The job's name is the task's.</summary>
[DisallowConcurrentExecution]
internal sealed class ScheduledTask(
    IEnumerable<ISamplingTask> tasks, TaskRunner runner, IHostApplicationLifetime lifetime, ILogger<ScheduledTask> logger) : IJob
{
    // The scheduler's token is not used: the pipeline itself cancels runs at shutdown, and says so in their records.
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        // While the server drains its requests, a run would only be recorded as canceled.
        if (lifetime.ApplicationStopping.IsCancellationRequested)
            return;
        var task = tasks.First(task => string.Equals(task.Name, context.JobDetail.Key.Name, StringComparison.Ordinal));
        try
        {
            // The run logs and records how it ended: a failure is no news for the scheduler.
            await runner.RunAsync(
                new TaskRunOptions(task.Name) { MaxExecution = task.MaxExecution, Trigger = RunTrigger.Schedule, Exclusive = true },
                (_, taskContext) => task.RunAsync(taskContext, new SamplingTaskRequest()),
                CancellationToken.None);
        }
        catch (TaskConflictException conflict)
        {
            Log.ScheduledRunSkipped(logger, task.Name, conflict.Running.Id);
        }
    }
}
