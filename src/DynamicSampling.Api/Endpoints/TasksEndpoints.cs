using DynamicSampling.Api.Authentication;
using DynamicSampling.Tasks.Pipeline;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.SamplingTasks;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DynamicSampling.Api.Endpoints;

/// <summary>The catalogue of tasks, and running them.</summary>
internal static class TasksEndpoints
{
    public static void MapTasks(this IEndpointRouteBuilder app)
    {
        var tasks = app.MapGroup("/api/tasks").WithTags("Tasks").RequireScope(Scope.Operate, Reach.Request);
        var starts = app.ServiceProvider.GetRequiredService<TaskStarts>();
        tasks.MapGet("", List).RequireScope(Scope.Read, Reach.Request).WithName("ListTasks").WithSummary("The catalogue of tasks");

        // An endpoint for each task, because each has its own name and budget in the pipeline. OpenAPI shows them as one.
        foreach (var task in app.ServiceProvider.GetServices<ISamplingTask>())
        {
            tasks.MapPost("/" + task.Name, async (TaskRequest? request, TaskContext context) =>
                {
                    await task.RunAsync(context, TaskRequest.ToTask(request));
                    return new RunResult();
                })
                .AddEndpointFilter(Validate)
                .AddEndpointFilter((context, next) => ForbidOverlap(task.Name, context, next))
                .AddEndpointFilter(new RespondAsyncFilter(task, starts))
                .WithTaskContext(task.Name, task.MaxExecution)
                .WithExclusiveTask()
                .ExcludeFromDescription();
        }

        tasks.MapPost("/{task}", Unknown)
            .WithName("RunTask")
            .WithSummary("Runs a task now")
            .WithDescription("Waits for the run, within its time budget. With `Prefer: respond-async` it answers 202 at once and the run goes on by itself. With `dryRun` nothing is published, and the result tells what would change.")
            .Accepts<TaskRequest>(isOptional: true, "application/json")
            .Produces<TaskRun>()
            .Produces<TaskRun>(StatusCodes.Status202Accepted)
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .Produces<TaskProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
            .Produces<TaskProblemDetails>(StatusCodes.Status500InternalServerError, "application/problem+json")
            .Produces<TaskProblemDetails>(StatusCodes.Status503ServiceUnavailable, "application/problem+json")
            .Produces<TaskProblemDetails>(StatusCodes.Status504GatewayTimeout, "application/problem+json");
    }

    private static async Task<Ok<Page<TaskDescription>>> List(HttpContext http, TaskCatalogue catalogue, CancellationToken cancellationToken) =>
        TypedResults.Ok(new Page<TaskDescription>(
            [
                .. (await catalogue.ListAsync(http, cancellationToken)).Select(entry => new TaskDescription(
                    entry.Task.Name, entry.Task.Description, entry.Task.MaxExecution.TotalSeconds, entry.Schedule?.ToString(), entry.LastRun)),
            ],
            Next: null));

    private static ProblemHttpResult Unknown(string task, IEnumerable<ISamplingTask> tasks) =>
        Problems.NotFound($"There is no task '{task}'. Tasks are: {string.Join(", ", tasks.Select(known => known.Name))}.");

    /// <summary>What runs in this process the pipeline knows; this asks for the others. Between two that start at once, publishing decides.</summary>
    private static async ValueTask<object?> ForbidOverlap(string task, EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var organization = context.Arguments.OfType<TaskRequest>().FirstOrDefault()?.Organization;
        return await http.RequestServices.GetRequiredService<TaskStarts>().FindConflictAsync(task, organization, http.RequestAborted) is { } run
            ? TaskResults.Conflict(new(run))
            : await next(context);
    }

    private static async ValueTask<object?> Validate(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.Arguments.OfType<TaskRequest>().FirstOrDefault();
        TaskStarts.Authorize(context.HttpContext, request?.Organization);
        return request?.Check().FirstOrDefault().Problem is { } problem ? Problems.BadRequest(problem) : await next(context);
    }
}

/// <summary>A task of the catalogue.</summary>
/// <param name="Name">The name, as in the path.</param>
/// <param name="Description">What it does.</param>
/// <param name="MaxSeconds">Its time budget, in seconds.</param>
/// <param name="Schedule">When it runs by itself, for instance "every 00:01:00"; null when it does not.</param>
/// <param name="LastRun">Its latest run; null before the first.</param>
internal sealed record TaskDescription(string Name, string Description, double MaxSeconds, string? Schedule, TaskRun? LastRun);
