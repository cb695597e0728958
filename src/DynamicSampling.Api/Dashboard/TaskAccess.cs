using System.Globalization;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Endpoints;
using DynamicSampling.Api.Scheduling;
using DynamicSampling.Dashboard.Catalogue;
using DynamicSampling.Dashboard.Runs;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.SamplingTasks;

namespace DynamicSampling.Api.Dashboard;

/// <summary>Tasks for the dashboard: the same as under <c>/api/tasks</c>.</summary>
internal sealed class TaskAccess(TaskCatalogue catalogue, TaskStarts starts, NextTurns turns, VisibleRuns runs, KnownOrganizations organizations) : ITaskAccess
{
    private const int LatestRuns = 20;

    private static readonly Dictionary<string, string> None = [];

    public async Task<TasksView> ListAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var entries = await catalogue.ListAsync(http, cancellationToken);
        var next = await turns.FindAsync(cancellationToken);
        return new(
            // What runs by itself is what there is to look at.
            [.. entries.OrderByDescending(entry => entry.Schedule is not null).Select(entry => ToRow(entry.Task, entry.LastRun, next))],
            await organizations.ListAsync(http, cancellationToken),
            entries.Any(entry => entry.Schedule is not null));
    }

    public async Task<TaskView?> FindAsync(HttpContext http, string task, CancellationToken cancellationToken)
    {
        if (catalogue.Find(task) is not { } found)
            return null;
        var latest = await ListRunsAsync(http, found.Name, cancellationToken);
        return new(
            ToRow(found, latest.Count == 0 ? null : latest[0], await turns.FindAsync(cancellationToken)),
            latest, await organizations.ListAsync(http, cancellationToken), new(), Outcome: null);
    }

    public async Task<StartOutcome?> StartAsync(HttpContext http, string task, TaskForm form, CancellationToken cancellationToken)
    {
        if (catalogue.Find(task) is not { } found)
            return null;
        var problems = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!TryReadSeconds(form.MaxSeconds, out var maxSeconds))
            problems["maxSeconds"] = $"maxSeconds must be a number of seconds from 0.001 on, but is '{form.MaxSeconds}'.";
        var request = new TaskRequest(form.Organization, maxSeconds, form.DryRun && found.HasDryRun);
        foreach (var (member, problem) in request.Check())
            problems[member] = problem;
        if (problems.Count > 0)
            return new(StatusCodes.Status400BadRequest, Run: null, Message: null, problems);
        try
        {
            TaskStarts.Authorize(http, request.Organization);
        }
        catch (BadHttpRequestException refused)
        {
            return new(refused.StatusCode, Run: null, Message: null, new Dictionary<string, string>(StringComparer.Ordinal) { ["organization"] = refused.Message });
        }

        try
        {
            return await starts.FindConflictAsync(found.Name, request.Organization, cancellationToken) is { } running
                ? Conflict(http, new(running))
                : new(StatusCodes.Status303SeeOther, starts.Start(found, request).Id, Message: null, None);
        }
        catch (TaskConflictException conflict)
        {
            return Conflict(http, conflict);
        }
    }

    private static StartOutcome Conflict(HttpContext http, TaskConflictException conflict) => new(
        StatusCodes.Status409Conflict,
        Caller.MaySee(http, conflict.Running.Organization) ? conflict.Running.Id : null,
        conflict.Message + " Wait for it, or cancel it.",
        None);

    private static bool TryReadSeconds(string? typed, out double? seconds)
    {
        seconds = null;
        if (typed is null)
            return true;
        if (!double.TryParse(typed, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return false;
        seconds = number;
        return true;
    }

    // A key for several organizations has no list of its own: its runs are those of one of them.
    private async Task<IReadOnlyList<TaskRun>> ListRunsAsync(HttpContext http, string task, CancellationToken cancellationToken)
    {
        var isRefused = false;
        var query = VisibleRuns.Query(http, new RunFilter(task), LatestRuns, (_, _) => isRefused = true);
        return isRefused ? [] : (await runs.ListAsync(query, cancellationToken)).Items;
    }

    private TaskRow ToRow(ISamplingTask task, TaskRun? lastRun, IReadOnlyDictionary<string, DateTimeOffset> next) => new(
        task.Name,
        task.Description,
        task.MaxExecution.TotalSeconds,
        task.HasDryRun,
        catalogue.ScheduleOf(task.Name) is { } schedule ? new(schedule.Interval, next.TryGetValue(task.Name, out var turn) ? turn : null, schedule.InShards) : null,
        lastRun);
}
