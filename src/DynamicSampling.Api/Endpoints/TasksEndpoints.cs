using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Cluster;
using DynamicSampling.Api.Scheduling;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Pipeline;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.SamplingTasks;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Endpoints;

/// <summary>The catalogue of tasks, and running them.</summary>
internal static class TasksEndpoints
{
    public static void MapTasks(this IEndpointRouteBuilder app)
    {
        var tasks = app.MapGroup("/api/tasks").WithTags("Tasks").RequireScope(Scope.Operate, Reach.Request);
        var runner = app.ServiceProvider.GetRequiredService<TaskRunner>();
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
                .AddEndpointFilter(new RespondAsyncFilter(task, runner))
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

    private static async Task<Ok<Page<TaskDescription>>> List(
        HttpContext http, IEnumerable<ISamplingTask> tasks, IEnumerable<TaskSchedule> schedules, IOptions<SchedulingOptions> scheduling, SqlRunStore store, RunHistory runs,
        CancellationToken cancellationToken)
    {
        var scheduleOf = (scheduling.Value.Enabled ? schedules : []).ToDictionary(schedule => schedule.Task, StringComparer.Ordinal);
        var latest = await store.FindLatestAsync(cancellationToken);
        return TypedResults.Ok(new Page<TaskDescription>(
            [
                .. tasks.Select(task => new TaskDescription(
                    task.Name,
                    task.Description,
                    task.MaxExecution.TotalSeconds,
                    scheduleOf.GetValueOrDefault(task.Name)?.ToString(),
                    latest.GetValueOrDefault(task.Name) is { } run && Caller.MaySee(http, run.Organization) ? runs.AsOfNow(run) : null)),
            ],
            Next: null));
    }

    private static ProblemHttpResult Unknown(string task, IEnumerable<ISamplingTask> tasks) =>
        Problems.NotFound($"There is no task '{task}'. Tasks are: {string.Join(", ", tasks.Select(known => known.Name))}.");

    /// <summary>What runs in this process the pipeline knows; this asks for the others. Between two that start at once, publishing decides.</summary>
    private static async ValueTask<object?> ForbidOverlap(string task, EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var organization = context.Arguments.OfType<TaskRequest>().FirstOrDefault()?.Organization;
        return await http.RequestServices.GetRequiredService<ClusterRuns>().FindConflictAsync(task, organization, http.RequestAborted) is { } run
            ? TaskResults.Conflict(new(run))
            : await next(context);
    }

    private static async ValueTask<object?> Validate(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var request = context.Arguments.OfType<TaskRequest>().FirstOrDefault();
        if (Caller.GrantOf(context.HttpContext) is { IsForAll: false } grant)
        {
            if (request?.Organization is null)
                throw new BadHttpRequestException("A run over all organizations needs a key for all of them: name one, as in {\"organization\":\"acme\"}.", StatusCodes.Status403Forbidden);
            if (!grant.IsFor(request.Organization))
                throw Caller.Foreign();
        }

        if (request is null)
            return await next(context);
        if (request.Organization is not null && Names.Check(request.Organization) is { } problem)
            return Problems.BadRequest($"organization {problem}.");
        if (request.MaxSeconds is { } seconds && !(seconds >= 0.001 && double.IsFinite(seconds)))
            return Problems.BadRequest($"maxSeconds must be a number of seconds from 0.001 on, but is {seconds}.");
        return await next(context);
    }
}

/// <summary>A task of the catalogue.</summary>
/// <param name="Name">The name, as in the path.</param>
/// <param name="Description">What it does.</param>
/// <param name="MaxSeconds">Its time budget, in seconds.</param>
/// <param name="Schedule">When it runs by itself, for instance "every 00:01:00"; null when it does not.</param>
/// <param name="LastRun">Its latest run; null before the first.</param>
internal sealed record TaskDescription(string Name, string Description, double MaxSeconds, string? Schedule, TaskRun? LastRun);
