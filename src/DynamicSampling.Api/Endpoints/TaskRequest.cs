using DynamicSampling.Tasks.Pipeline;
using DynamicSampling.Tasks.SamplingTasks;

namespace DynamicSampling.Api.Endpoints;

/// <summary>What to run a task on.</summary>
/// <param name="Organization">The organization to work on; all of them when left out.</param>
/// <param name="MaxSeconds">A time budget below the task's own, in seconds, more than 0. A larger one is cut to the task's.</param>
/// <param name="DryRun">Whether to publish nothing, and only say what would change.</param>
internal sealed record TaskRequest(string? Organization = null, double? MaxSeconds = null, bool DryRun = false) : ITaskRunRequest
{
    public static SamplingTaskRequest ToTask(TaskRequest? request) => new(request?.Organization, request?.DryRun ?? false);
}
