using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DynamicSampling.Dashboard.Forms;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.Tasks.Runs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Dashboard.Runs;

/// <summary>The list of runs, and a page for each.</summary>
internal static class RunsPages
{
    private const string PartEvent = "part";
    private const string EndedEvent = "ended";

    public static void MapRunsPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/runs", ListAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
        pages.MapGet("/runs/{id}", ShowAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
        pages.MapGet("/runs/{id}/live", LiveAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look, IsStream: true));
        pages.MapPost("/runs/{id}/cancel", CancelAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Change));
    }

    private static async Task<IResult> ListAsync(
        HttpContext http, IRunAccess runs, string? task, string? status, string? organization, string? since, string? cursor, CancellationToken cancellationToken)
    {
        // A form sends its empty fields too.
        var filter = new RunFilter(Text(task), Text(status), Text(organization), Text(since) is { } typed ? TypedInstant.Normalize(typed) : null, Text(cursor));
        var view = await runs.ListAsync(http, filter, cancellationToken);
        return PageResults.Show<RunsPage, RunsView>(PageFrame.Of(http, Section.Runs), view, view.Status);
    }

    private static async Task<IResult> ShowAsync(string id, HttpContext http, IRunAccess runs, CancellationToken cancellationToken) =>
        await runs.FindAsync(http, id, cancellationToken) is { } run ? Show(http, run) : NoSuchRun(id);

    private static async Task<IResult> LiveAsync(string id, HttpContext http, IRunAccess runs, CancellationToken cancellationToken)
    {
        if (await runs.FindAsync(http, id, cancellationToken) is not { } run)
            return NoSuchRun(id);
        // Browsers come back when a stream ends; this one had its last word.
        if (http.Request.Headers["Last-Event-ID"] == EndedEvent)
            return TypedResults.NoContent();
        return TypedResults.ServerSentEvents(PartsAsync(http, runs.WatchAsync(run, cancellationToken), cancellationToken));
    }

    private static async Task<IResult> CancelAsync(string id, HttpContext http, IRunAccess runs, CancellationToken cancellationToken) =>
        await runs.CancelAsync(http, id, cancellationToken) switch
        {
            null => NoSuchRun(id),
            { IsCanceled: true, Run: var run } => SeeOther.To(PageFrame.Of(http, Section.Runs).Links.Run(run.Id)),
            { Run: var run } => Show(http, run, $"There is nothing to cancel: the run has ended already. It is {RunWords.Of(run.Status)}."),
        };

    private static async IAsyncEnumerable<SseItem<string>> PartsAsync(
        HttpContext http, IAsyncEnumerable<TaskRun> snapshots, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? last = null;
        await foreach (var run in snapshots.WithCancellation(cancellationToken))
        {
            var parameters = new Dictionary<string, object?>(StringComparer.Ordinal) { ["Frame"] = PageFrame.Of(http, Section.Runs), ["Model"] = ViewOf(http, run) };
            var part = await Fragments.RenderAsync<RunPart>(http.RequestServices, parameters);
            if (run.Status != RunStatus.Running)
                yield return new(part, EndedEvent) { EventId = EndedEvent };
            else if (!string.Equals(part, last, StringComparison.Ordinal))
                yield return new(part, PartEvent);
            last = part;
        }
    }

    private static RazorComponentResult<RunPage> Show(HttpContext http, TaskRun run, string? problem = null) => PageResults.Show<RunPage, RunView>(
        PageFrame.Of(http, Section.Runs), ViewOf(http, run) with { Problem = problem }, problem is null ? StatusCodes.Status200OK : StatusCodes.Status409Conflict);

    // That of a run in progress is an object; it is the same for all that it is JSON.
    private static RunView ViewOf(HttpContext http, TaskRun run) => new(run, run.Result switch
    {
        null => null,
        JsonElement json => json,
        var result => JsonSerializer.SerializeToElement(result, result.GetType(), http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions),
    });

    private static ProblemHttpResult NoSuchRun(string id) =>
        TypedResults.Problem($"There is no run '{id}'. Runs are kept for 7 days; the page Runs lists them.", statusCode: StatusCodes.Status404NotFound);

    private static string? Text(string? typed) => string.IsNullOrEmpty(typed) ? null : typed;
}
