using DynamicSampling.Api.Endpoints;
using DynamicSampling.Dashboard.Runs;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.SamplingTasks;

namespace DynamicSampling.Api.Dashboard;

/// <summary>Runs for the dashboard: the same as under <c>/api/runs</c>.</summary>
internal sealed class RunAccess(VisibleRuns runs, KnownOrganizations organizations, IEnumerable<ISamplingTask> tasks) : IRunAccess
{
    private const int PageSize = 50;

    public async Task<RunsView> ListAsync(HttpContext http, RunFilter filter, CancellationToken cancellationToken)
    {
        var problems = new Dictionary<string, string>(StringComparer.Ordinal);
        var status = StatusCodes.Status200OK;
        var query = VisibleRuns.Query(http, filter, PageSize, (parameter, problem) =>
        {
            problems[parameter] = problem.Message;
            status = Math.Max(status, problem.StatusCode);
        });
        var page = problems.Count == 0 ? await runs.ListAsync(query, cancellationToken) : new([], Next: null);
        // However long ago they started.
        var running = problems.Count == 0 && filter is { Status: null, Cursor: null }
            ? (await runs.ListAsync(query with { Status = RunStatus.Running }, cancellationToken)).Items
            : [];
        return new(
            filter,
            running,
            filter.Status is null ? [.. page.Items.Where(run => run.Status != RunStatus.Running)] : page.Items,
            page.Next,
            [.. tasks.Select(task => task.Name)],
            await organizations.ListAsync(http, cancellationToken),
            problems,
            status);
    }

    public async Task<TaskRun?> FindAsync(HttpContext http, string id, CancellationToken cancellationToken) => await runs.FindAsync(http, id, cancellationToken);

    public IAsyncEnumerable<TaskRun> WatchAsync(TaskRun run, CancellationToken cancellationToken) => runs.WatchAsync(run, cancellationToken);

    public Task<CancelOutcome?> CancelAsync(HttpContext http, string id, CancellationToken cancellationToken) => runs.CancelAsync(http, id, cancellationToken);
}
