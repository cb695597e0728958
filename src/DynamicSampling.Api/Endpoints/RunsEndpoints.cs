using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Cluster;
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
    private static readonly TimeSpan SnapshotInterval = TimeSpan.FromSeconds(1);

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
        HttpContext http, RunHistory runs, string? task, string? status, string? organization, string? since, int? limit, string? cursor,
        CancellationToken cancellationToken)
    {
        var count = Paging.Limit(limit);
        var query = new RunQuery
        {
            Task = Paging.Filter(task, "task"),
            Organization = Caller.OrganizationOrAll(http, Paging.Filter(organization, "organization")),
            Status = status is null ? null : WireNames.ParseStatus(status) ?? throw new BadHttpRequestException(
                $"status must be one of {string.Join(", ", Enum.GetValues<RunStatus>().Select(known => known.ToWireName()))}, but is '{status}'."),
            Since = Paging.Since(since),
            After = Paging.Cursor<RunCursor>(cursor)?.Id,
            Limit = count + 1,
        };
        var found = await runs.ListAsync(query, cancellationToken);
        return TypedResults.Ok(Paging.ToPage(found, count, run => run, run => new RunCursor(run.Id)));
    }

    private static async Task<Results<Ok<TaskRun>, ProblemHttpResult>> Get(
        string id, HttpContext http, RunHistory runs, CancellationToken cancellationToken) =>
        TryParseId(id, out var runId) && await FindAsync(runId, http, runs, cancellationToken) is { } run ? TypedResults.Ok(run) : NoSuchRun(id);

    // Those of others are not there, as far as a key for some organizations is concerned.
    private static async ValueTask<TaskRun?> FindAsync(Guid id, HttpContext http, RunHistory runs, CancellationToken cancellationToken) =>
        await runs.FindAsync(id, cancellationToken) is { } run && Caller.MaySee(http, run.Organization) ? run : null;

    private static async Task<IResult> Events(
        string id, HttpContext http, RunHistory runs, RunRegistry registry, TimeProvider clock, IHostApplicationLifetime lifetime,
        CancellationToken cancellationToken)
    {
        if (!TryParseId(id, out var runId))
            return NoSuchRun(id);
        if (http.Request.Headers["Last-Event-ID"] == EndedEvent)
            return TypedResults.NoContent();
        if (await FindAsync(runId, http, runs, cancellationToken) is not { } run)
            return NoSuchRun(id);
        return registry.TryGet(runId, out var live)
            ? TypedResults.ServerSentEvents(WatchAsync(live, clock, lifetime.ApplicationStopping, cancellationToken))
            : TypedResults.ServerSentEvents(WatchAsync(run, runs, clock, lifetime.ApplicationStopping, cancellationToken));
    }

    private static async Task<Results<Accepted<TaskRun>, ProblemHttpResult>> Cancel(
        string id, HttpContext http, RunHistory runs, RunRegistry registry, ClusterRuns others, CancellationToken cancellationToken)
    {
        if (!TryParseId(id, out var runId) || await FindAsync(runId, http, runs, cancellationToken) is null)
            return NoSuchRun(id);
        var path = http.Request.PathBase.ToUriComponent() + RunPath.Replace("{id}", runId.ToString(), StringComparison.Ordinal);
        if (registry.TryGet(runId, out var live) && registry.Cancel(runId))
            return TypedResults.Accepted(path, live.Snapshot());
        var isElsewhere = await others.CancelAsync(runId, cancellationToken);
        return await runs.FindAsync(runId, cancellationToken) is { } run
            ? isElsewhere ? TypedResults.Accepted(path, run) : Problems.Conflict($"Run {id} has ended already; it is {run.Status.ToWireName()}.")
            : NoSuchRun(id);
    }

    // As it is written in answers, and in no other of the ways that a Guid can be.
    private static bool TryParseId(string id, out Guid runId) => Guid.TryParseExact(id, "D", out runId);

    private static async IAsyncEnumerable<SseItem<TaskRun>> WatchAsync(
        ActiveRun run, TimeProvider clock, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The shutdown would wait for the stream, not the other way round.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        var completion = run.Completion;
        while (!completion.IsCompleted)
        {
            yield return new(run.Snapshot(), SnapshotEvent);
            using var tick = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
            await Task.WhenAny(completion, Task.Delay(SnapshotInterval, clock, tick.Token));
            await tick.CancelAsync();
            if (ending.IsCancellationRequested)
                yield break;
        }

        yield return Ended(await completion);
    }

    /// <summary>A run of another process, or one that has ended.</summary>
    private static async IAsyncEnumerable<SseItem<TaskRun>> WatchAsync(
        TaskRun? run, RunHistory runs, TimeProvider clock, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stopping, cancellationToken);
        while (run is { Status: RunStatus.Running })
        {
            yield return new(run, SnapshotEvent);
            await Task.Delay(SnapshotInterval, clock, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ending.IsCancellationRequested)
                yield break;
            run = await runs.FindAsync(run.Id, ending.Token);
        }

        if (run is not null)
            yield return Ended(run);
    }

    private static SseItem<TaskRun> Ended(TaskRun run) => new(run, EndedEvent) { EventId = EndedEvent };

    private static ProblemHttpResult NoSuchRun(string id) =>
        Problems.NotFound($"There is no run '{id}'. Runs are kept for 7 days; GET /api/runs lists them.");

    private sealed record RunCursor(Guid Id);
}
