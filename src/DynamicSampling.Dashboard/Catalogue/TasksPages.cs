using DynamicSampling.Dashboard.Forms;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace DynamicSampling.Dashboard.Catalogue;

/// <summary>The catalogue of tasks, a page for each, and starting them.</summary>
internal static class TasksPages
{
    // A name of 200 characters takes up to 2,400 bytes.
    private const int MaxFormBytes = 8192;

    public static void MapTasksPages(this IEndpointRouteBuilder pages)
    {
        pages.MapGet("/tasks", ListAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
        pages.MapGet("/tasks/{task}", ShowAsync).WithMetadata(new DashboardEndpoint(DashboardAccess.Look));
        pages.MapPost("/tasks/{task}", StartAsync)
            .WithFormOptions(bufferBodyLengthLimit: MaxFormBytes, valueCountLimit: 8, keyLengthLimit: 100, valueLengthLimit: MaxFormBytes)
            .WithMetadata(new DashboardEndpoint(DashboardAccess.Change));
    }

    private static async Task<IResult> ListAsync(HttpContext http, ITaskAccess tasks, CancellationToken cancellationToken) =>
        PageResults.Show<TasksPage, TasksView>(PageFrame.Of(http, Section.Tasks), await tasks.ListAsync(http, cancellationToken));

    private static async Task<IResult> ShowAsync(string task, HttpContext http, ITaskAccess tasks, CancellationToken cancellationToken) =>
        await tasks.FindAsync(http, task, cancellationToken) is { } view
            ? PageResults.Show<TaskPage, TaskView>(PageFrame.Of(http, Section.Tasks), view)
            : NoSuchTask(task);

    private static async Task<IResult> StartAsync(
        string task, HttpContext http, ITaskAccess tasks, [FromForm] string? organization, [FromForm] string? maxSeconds, [FromForm] string? dryRun,
        CancellationToken cancellationToken)
    {
        var form = new TaskForm(Text(organization), Text(maxSeconds?.Trim()), string.Equals(dryRun, "true", StringComparison.Ordinal));
        if (await tasks.StartAsync(http, task, form, cancellationToken) is not { } outcome)
            return NoSuchTask(task);
        var frame = PageFrame.Of(http, Section.Tasks);
        if (outcome is { Status: StatusCodes.Status303SeeOther, Run: { } run })
            return SeeOther.To(frame.Links.Run(run));
        return await tasks.FindAsync(http, task, cancellationToken) is { } view
            ? PageResults.Show<TaskPage, TaskView>(frame, view with { Form = form, Outcome = outcome }, outcome.Status)
            : NoSuchTask(task);
    }

    private static ProblemHttpResult NoSuchTask(string task) =>
        TypedResults.Problem($"There is no task '{task}'. The page Tasks lists them.", statusCode: StatusCodes.Status404NotFound);

    private static string? Text(string? typed) => string.IsNullOrEmpty(typed) ? null : typed;
}
