using System.Runtime.CompilerServices;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Cluster;
using DynamicSampling.Dashboard.Runs;
using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Runs, as far as whoever asks may see them: the same for programs and for people.</summary>
internal sealed class VisibleRuns(RunHistory runs, RunRegistry registry, ClusterRuns others, TimeProvider clock, IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    /// <summary>The query that a filter stands for.</summary>
    /// <param name="http">Whose request it is.</param>
    /// <param name="filter">What to list, as it was sent.</param>
    /// <param name="limit">How many runs.</param>
    /// <param name="onProblem">Gets what is wrong, with the name of the parameter; without it, that is thrown.</param>
    /// <exception cref="BadHttpRequestException">The filter is not right, or for others.</exception>
    public static RunQuery Query(HttpContext http, RunFilter filter, int limit, Action<string, BadHttpRequestException>? onProblem = null)
    {
        return new()
        {
            Task = Read("task", () => Paging.Filter(filter.Task, "task")),
            Organization = Read("organization", () => Caller.OrganizationOrAll(http, Paging.Filter(filter.Organization, "organization"))),
            Status = Read("status", () => Status(filter.Status)),
            Since = Read("since", () => Paging.Since(filter.Since)),
            After = Read("cursor", () => Paging.Cursor<RunCursor>(filter.Cursor)?.Id),
            Limit = limit,
        };

        T? Read<T>(string parameter, Func<T?> read)
        {
            try
            {
                return read();
            }
            catch (BadHttpRequestException exception) when (onProblem is not null)
            {
                onProblem(parameter, exception);
                return default;
            }
        }
    }

    /// <summary>A page of the runs asked for, newest first.</summary>
    /// <param name="query">Which.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    public async Task<Page<TaskRun>> ListAsync(RunQuery query, CancellationToken cancellationToken)
    {
        var found = await runs.ListAsync(query with { Limit = query.Limit + 1 }, cancellationToken);
        return Paging.ToPage(found, query.Limit, run => run, run => new RunCursor(run.Id));
    }

    /// <summary>A run; null when there is none of that id, or it is about others.</summary>
    // As ids are written in answers, and in no other of the ways that a Guid can be.
    public async ValueTask<TaskRun?> FindAsync(HttpContext http, string id, CancellationToken cancellationToken) =>
        Guid.TryParseExact(id, "D", out var runId) && await runs.FindAsync(runId, cancellationToken) is { } run && Caller.MaySee(http, run.Organization) ? run : null;

    /// <summary>A run as it stands, at once and then each second while it is in progress; the last is the ended one.</summary>
    public IAsyncEnumerable<TaskRun> WatchAsync(TaskRun run, CancellationToken cancellationToken) =>
        registry.TryGet(run.Id, out var live) ? WatchOwnAsync(live, cancellationToken) : WatchStoredAsync(run, cancellationToken);

    /// <summary>Cancels a run, of whatever process.</summary>
    /// <returns>The run as it stands, and whether there was something to cancel; null when there is no such run.</returns>
    public async Task<CancelOutcome?> CancelAsync(HttpContext http, string id, CancellationToken cancellationToken)
    {
        if (await FindAsync(http, id, cancellationToken) is not { } found)
            return null;
        if (registry.TryGet(found.Id, out var live) && registry.Cancel(found.Id))
            return new(live.Snapshot(), IsCanceled: true);
        var isElsewhere = await others.CancelAsync(found.Id, cancellationToken);
        return await runs.FindAsync(found.Id, cancellationToken) is { } run ? new(run, isElsewhere) : null;
    }

    /// <summary>What to say of a run that is not there.</summary>
    public static string NoSuchRun(string id) => $"There is no run '{id}'. Runs are kept for 7 days; GET /api/runs lists them.";

    private static RunStatus? Status(string? status) => status is null ? null : WireNames.ParseStatus(status) ?? throw new BadHttpRequestException(
        $"status must be one of {string.Join(", ", Enum.GetValues<RunStatus>().Select(known => known.ToWireName()))}, but is '{status}'.");

    private async IAsyncEnumerable<TaskRun> WatchOwnAsync(ActiveRun run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The shutdown would wait for the stream, not the other way round.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping, cancellationToken);
        var completion = run.Completion;
        while (!completion.IsCompleted)
        {
            var snapshot = run.Snapshot();
            // It may have ended this moment.
            if (snapshot.Status != RunStatus.Running)
                break;
            yield return snapshot;
            using var tick = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
            await Task.WhenAny(completion, Task.Delay(WatchInterval, clock, tick.Token));
            await tick.CancelAsync();
            if (ending.IsCancellationRequested)
                yield break;
        }

        yield return await completion;
    }

    /// <summary>A run of another process, or one that has ended.</summary>
    private async IAsyncEnumerable<TaskRun> WatchStoredAsync(TaskRun? run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(lifetime.ApplicationStopping, cancellationToken);
        while (run is { Status: RunStatus.Running })
        {
            yield return run;
            await Task.Delay(WatchInterval, clock, ending.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ending.IsCancellationRequested)
                yield break;
            run = await runs.FindAsync(run.Id, ending.Token);
        }

        if (run is not null)
            yield return run;
    }

    private sealed record RunCursor(Guid Id);
}
