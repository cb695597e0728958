using System.Net.ServerSentEvents;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Limits;
using DynamicSampling.Tasks.Runs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Runs: what they did, and what they are doing.</summary>
internal static class RunsEndpoints
{
    public const string RunPath = "/api/runs/{id}";

    private const string SnapshotEvent = "snapshot";
    private const string EndedEvent = "ended";

    public static void MapRuns(this IEndpointRouteBuilder app)
    {
        var runs = app.MapGroup("/api/runs").WithTags("Runs").RequireScope(Scope.Read, Reach.Request);
        runs.MapGet("", List)
            .WithName("ListRuns").WithSummary("Runs, newest first")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        runs.MapGet("/{id}", Get)
            .WithName("GetRun").WithSummary("A run with its timers; one in progress shows them as they are now")
            .ProducesProblem(StatusCodes.Status404NotFound);
        runs.MapGet("/{id}/events", Events)
            .WithMetadata(new EventStream())
            .WithName("WatchRun").WithSummary("Follows a run by server-sent events")
            .WithDescription("Events of type `snapshot` each second while the run is in progress, then one of type `ended`; the data is the run. A client that reconnects after that gets 204, which ends an EventSource.")
            .Produces<TaskRun>(StatusCodes.Status200OK, "text/event-stream")
            .Produces(StatusCodes.Status204NoContent)
            .ProducesProblem(StatusCodes.Status404NotFound);
        runs.MapPost("/{id}/cancel", Cancel)
            .RequireScope(Scope.Operate, Reach.Request)
            .WithName("CancelRun").WithSummary("Cancels a run in progress")
            .WithDescription("The run ends when its work lets go of it; until then it is still `running`.")
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Ok<Page<TaskRun>>> List(
        HttpContext http, VisibleRuns runs, string? task, string? status, string? organization, string? since, int? limit, string? cursor,
        CancellationToken cancellationToken)
    {
        var count = Paging.Limit(limit);
        return TypedResults.Ok(await runs.ListAsync(VisibleRuns.Query(http, new(task, status, organization, since, cursor), count), cancellationToken));
    }

    private static async Task<Results<Ok<TaskRun>, ProblemHttpResult>> Get(
        string id, HttpContext http, VisibleRuns runs, CancellationToken cancellationToken) =>
        await runs.FindAsync(http, id, cancellationToken) is { } run ? TypedResults.Ok(run) : NoSuchRun(id);

    private static async Task<IResult> Events(string id, HttpContext http, VisibleRuns runs, CancellationToken cancellationToken)
    {
        // There is no such run, whatever was seen of it.
        if (!Guid.TryParseExact(id, "D", out _))
            return NoSuchRun(id);
        if (http.Request.Headers["Last-Event-ID"] == EndedEvent)
            return TypedResults.NoContent();
        return await runs.FindAsync(http, id, cancellationToken) is { } run
            ? TypedResults.ServerSentEvents(runs.WatchAsync(run, cancellationToken).Select(ToEvent))
            : NoSuchRun(id);
    }

    private static async Task<Results<Accepted<TaskRun>, ProblemHttpResult>> Cancel(string id, HttpContext http, VisibleRuns runs, CancellationToken cancellationToken) =>
        await runs.CancelAsync(http, id, cancellationToken) switch
        {
            null => NoSuchRun(id),
            { IsCanceled: true, Run: var run } =>
                TypedResults.Accepted(http.Request.PathBase.ToUriComponent() + RunPath.Replace("{id}", run.Id.ToString(), StringComparison.Ordinal), run),
            { Run: var run } => Problems.Conflict($"Run {id} has ended already; it is {run.Status.ToWireName()}."),
        };

    private static SseItem<TaskRun> ToEvent(TaskRun run) =>
        run.Status == RunStatus.Running ? new(run, SnapshotEvent) : new(run, EndedEvent) { EventId = EndedEvent };

    private static ProblemHttpResult NoSuchRun(string id) => Problems.NotFound(VisibleRuns.NoSuchRun(id));
}
