using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Api.Endpoints;

/// <summary>The store knows runs as they were saved; a run in progress knows better.</summary>
internal static class LiveRuns
{
    public static TaskRun AsOfNow(this TaskRun stored, RunRegistry registry) =>
        registry.TryGet(stored.Id, out var live) ? live.Snapshot() : stored;

    public static async ValueTask<TaskRun?> FindAsync(this RunRegistry registry, IRunStore store, Guid id, CancellationToken cancellationToken) =>
        registry.TryGet(id, out var live) ? live.Snapshot() : await store.FindAsync(id, cancellationToken);
}
