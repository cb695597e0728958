using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Cluster;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.SamplingTasks;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Starting tasks on request: who may, what is in the way, and runs that go on without their request.</summary>
internal sealed class TaskStarts(TaskRunner runner, ClusterRuns others)
{
    /// <summary>A key for some organizations starts runs over one of those only.</summary>
    /// <exception cref="BadHttpRequestException">403: it is for others, or none is named.</exception>
    public static void Authorize(HttpContext http, string? organization)
    {
        if (Caller.GrantOf(http) is not { IsForAll: false } grant)
            return;
        if (organization is null)
            throw new BadHttpRequestException("A run over all organizations needs a key for all of them: name one, as in {\"organization\":\"acme\"}.", StatusCodes.Status403Forbidden);
        if (!grant.IsFor(organization))
            throw Caller.Foreign();
    }

    /// <summary>A run of another process that is in the way. What runs in this process the pipeline knows; between two that start at once, publishing decides.</summary>
    public Task<TaskRun?> FindConflictAsync(string task, string? organization, CancellationToken cancellationToken) =>
        others.FindConflictAsync(task, organization, cancellationToken);

    /// <summary>Starts a run that goes on by itself.</summary>
    /// <exception cref="TaskConflictException">A run of this process is in the way.</exception>
    public ActiveRun Start(ISamplingTask task, TaskRequest? request) => runner.Start(
        new TaskRunOptions(task.Name)
        {
            MaxExecution = task.MaxExecution,
            Trigger = RunTrigger.Http,
            Organization = request?.Organization,
            Exclusive = true,
        }.WithBudgetOfAtMost(request?.MaxSeconds),
        (_, context) => task.RunAsync(context, TaskRequest.ToTask(request)));
}
