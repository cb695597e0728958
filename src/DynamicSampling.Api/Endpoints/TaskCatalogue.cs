using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Scheduling;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.SamplingTasks;
using Microsoft.Extensions.Options;
using SchedulingOptions = DynamicSampling.Tasks.Sampling.SchedulingOptions;

namespace DynamicSampling.Api.Endpoints;

/// <summary>The tasks that there are, when they run by themselves, and how they ran last.</summary>
internal sealed class TaskCatalogue(
    IEnumerable<ISamplingTask> tasks, IEnumerable<TaskSchedule> schedules, IOptions<SchedulingOptions> options, SqlRunStore store, RunHistory runs)
{
    /// <summary>All of them, each with its last run if whoever asks may see it.</summary>
    public async Task<IReadOnlyList<CatalogueEntry>> ListAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var latest = await store.FindLatestAsync(cancellationToken);
        return
        [
            .. tasks.Select(task => new CatalogueEntry(
                task,
                ScheduleOf(task.Name),
                latest.GetValueOrDefault(task.Name) is { } run && Caller.MaySee(http, run.Organization) ? runs.AsOfNow(run) : null)),
        ];
    }

    /// <summary>The task of that name, or null.</summary>
    public ISamplingTask? Find(string task) => tasks.FirstOrDefault(known => string.Equals(known.Name, task, StringComparison.Ordinal));

    /// <summary>When a task runs by itself; null when it does not.</summary>
    public TaskSchedule? ScheduleOf(string task) =>
        options.Value.Enabled ? schedules.FirstOrDefault(schedule => string.Equals(schedule.Task, task, StringComparison.Ordinal)) : null;
}

/// <summary>A task of the catalogue.</summary>
/// <param name="Task">The task.</param>
/// <param name="Schedule">When it runs by itself; null when it does not.</param>
/// <param name="LastRun">Its latest run; null before the first.</param>
internal sealed record CatalogueEntry(ISamplingTask Task, TaskSchedule? Schedule, TaskRun? LastRun);
