using DynamicSampling.Tasks.Runs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ReportService;

internal static class RunEndpoints
{
    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/runs", ListRuns);
        routes.MapGet("/runs/{id:guid}", GetRun);
    }

    private static async Task<RunList> ListRuns(IRunStore store, RunRegistry registry, CancellationToken cancellationToken, string? task = null)
    {
        var runs = await store.ListAsync(new() { Task = task, Limit = 20 }, cancellationToken);
        // The store knows a run in progress as it started; the registry knows its timers as they are now.
        return new([.. runs.Select(run => registry.TryGet(run.Id, out var active) ? active.Snapshot() : run)]);
    }

    private static async Task<Results<Ok<TaskRun>, NotFound>> GetRun(
        Guid id, IRunStore store, RunRegistry registry, CancellationToken cancellationToken)
    {
        var run = registry.TryGet(id, out var active) ? active.Snapshot() : await store.FindAsync(id, cancellationToken);
        return run is null ? TypedResults.NotFound() : TypedResults.Ok(run);
    }
}

/// <summary>Runs, newest first.</summary>
public sealed record RunList(IReadOnlyList<TaskRun> Items);
