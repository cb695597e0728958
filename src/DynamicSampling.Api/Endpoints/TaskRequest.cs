using DynamicSampling.Tasks.Pipeline;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.SamplingTasks;

namespace DynamicSampling.Api.Endpoints;

/// <summary>What to run a task on.</summary>
/// <param name="Organization">The organization to work on; all of them when left out.</param>
/// <param name="MaxSeconds">A time budget below the task's own, in seconds, more than 0. A larger one is cut to the task's.</param>
/// <param name="DryRun">Whether to publish nothing, and only say what would change.</param>
internal sealed record TaskRequest(string? Organization = null, double? MaxSeconds = null, bool DryRun = false) : ITaskRunRequest
{
    /// <summary>What is wrong with it, each with the member that it is about.</summary>
    public IEnumerable<(string Member, string Problem)> Check()
    {
        if (Organization is not null && Names.Check(Organization) is { } problem)
            yield return ("organization", $"organization {problem}.");
        if (MaxSeconds is { } seconds && !(seconds >= 0.001 && double.IsFinite(seconds)))
            yield return ("maxSeconds", FormattableString.Invariant($"maxSeconds must be a number of seconds from 0.001 on, but is {seconds}."));
    }

    public static SamplingTaskRequest ToTask(TaskRequest? request) => new(request?.Organization, request?.DryRun ?? false);
}
