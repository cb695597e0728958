using DynamicSampling.Tasks.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Tasks.Pipeline;

/// <summary>Answers about runs, for endpoints that start or show them themselves.</summary>
public static class TaskResults
{
    /// <summary>202 with the run as it stands, and its <c>Location</c> if <see cref="TaskPipelineOptions.RunPath"/> is set.</summary>
    public static IResult Accepted(HttpContext http, ActiveRun run)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(run);
        var runPath = http.RequestServices.GetRequiredService<IOptions<TaskPipelineOptions>>().Value.RunPath;
        return TypedResults.Accepted(
            runPath is null ? null : TaskResponseHeaders.RunLocation(http.Request.PathBase, runPath, run.Id), run.Snapshot());
    }

    /// <summary>409 that names the run in the way.</summary>
    public static IResult Conflict(TaskConflictException conflict)
    {
        ArgumentNullException.ThrowIfNull(conflict);
        return TaskProblems.Conflict(conflict);
    }
}
