using System.Globalization;
using DynamicSampling.Tasks.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DynamicSampling.Tasks.Pipeline;

/// <summary>The answers for runs that did not complete.</summary>
internal static class TaskProblems
{
    public static IResult Conflict(TaskConflictException conflict) => Problem(new()
    {
        Status = StatusCodes.Status409Conflict,
        Title = "The task is already running",
        Detail = conflict.Message + " Wait for it, or cancel it.",
        RunId = conflict.Running.Id,
    });

    public static IResult NoBudget(double maxSeconds) => Problem(new()
    {
        Status = StatusCodes.Status400BadRequest,
        Title = "The time budget is not one",
        Detail = string.Create(CultureInfo.InvariantCulture, $"maxSeconds must be more than 0; it is {maxSeconds}."),
    });

    public static IResult Ended(TaskRun run)
    {
        var where = run.Error?.Function is { } function ? $" in function {function}" : "";
        var took = string.Create(CultureInfo.InvariantCulture, $"after {run.Seconds:0.###} s");
        return Problem(run switch
        {
            { Status: RunStatus.TimedOut } => new()
            {
                Status = StatusCodes.Status504GatewayTimeout,
                Title = "The task ran out of its time budget",
                Detail = string.Create(CultureInfo.InvariantCulture, $"{run.Task} was stopped {took}{where}; its budget is {run.MaxSeconds} s."),
            },
            { Status: RunStatus.Canceled, Error.Type: RunError.Shutdown } => new()
            {
                Status = StatusCodes.Status503ServiceUnavailable,
                Title = "The service is stopping",
                Detail = $"{run.Task} was stopped {took}{where}, because the service is stopping. Try again when it is back.",
            },
            { Status: RunStatus.Canceled } => new()
            {
                Status = StatusCodes.Status409Conflict,
                Title = "The run was canceled",
                Detail = $"{run.Task} was canceled on request {took}{where}.",
            },
            _ => new TaskProblemDetails
            {
                Status = StatusCodes.Status500InternalServerError,
                Title = "The task failed",
                Detail = $"{run.Task} failed {took}{where}" + (run.Error?.Message is { } message ? $": {message}" : "."),
            },
        }, run);
    }

    private static ProblemHttpResult Problem(TaskProblemDetails problem, TaskRun? run = null)
    {
        problem.Task = run;
        problem.RunId ??= run?.Id;
        return TypedResults.Problem(problem);
    }
}
