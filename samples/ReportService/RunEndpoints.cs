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

    private static async Task<RunList> ListRuns(RunHistory runs, CancellationToken cancellationToken, string? task = null) =>
        new(await runs.ListAsync(new() { Task = task, Limit = 20 }, cancellationToken));

    private static async Task<Results<Ok<TaskRun>, NotFound>> GetRun(Guid id, RunHistory runs, CancellationToken cancellationToken) =>
        await runs.FindAsync(id, cancellationToken) is { } run ? TypedResults.Ok(run) : TypedResults.NotFound();
}

/// <summary>Runs, newest first.</summary>
public sealed record RunList(IReadOnlyList<TaskRun> Items);
