using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Api.Cluster;

/// <summary>Runs of other processes: whether they are in the way, and cancelling them.</summary>
internal sealed class ClusterRuns(Database database, SqlNodeRuns nodeRuns, SqlRunStore store, ChangeFeed feed, ThisNode node, ILogger<ClusterRuns> logger)
{
    /// <summary>A run on another node that a new run of a task must not overlap; null when there is none.</summary>
    public async Task<TaskRun?> FindConflictAsync(string task, string? organization, CancellationToken cancellationToken) =>
        database.Dialect.IsShared && await nodeRuns.FindConflictAsync(task, organization, node.Name, cancellationToken) is { } id
            ? await store.FindAsync(id, cancellationToken) is { Status: RunStatus.Running } run ? run : null
            : null;

    /// <summary>Asks another process to cancel a run.</summary>
    /// <returns>False when it is not in progress anywhere.</returns>
    public async Task<bool> CancelAsync(Guid id, CancellationToken cancellationToken)
    {
        if (!database.Dialect.IsShared || !await nodeRuns.RequestCancelAsync(id, cancellationToken))
            return false;
        try
        {
            await feed.TellCancelAsync(cancellationToken);
        }
        catch (StorageUnavailableException exception)
        {
            // It is written down: the process finds it within a second of being able to.
            Log.ChangesNotTold(logger, exception);
        }

        return true;
    }
}
