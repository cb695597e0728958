namespace DynamicSampling.Tasks.Runs;

/// <summary>
/// All runs: those in progress in this process, with their timers as they are now, and those that the store remembers.
/// </summary>
/// <remarks>A store that several processes share also has the runs in progress of the others, as they were saved.</remarks>
/// <param name="registry">The runs in progress.</param>
/// <param name="store">The others.</param>
public sealed class RunHistory(RunRegistry registry, IRunStore store)
{
    /// <summary>The run of that id, or null.</summary>
    public async ValueTask<TaskRun?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        if (registry.TryGet(id, out var active))
            return active.Snapshot();
        // One that ends between the two looks is saved before it leaves the registry.
        return await store.FindAsync(id, cancellationToken) is { } run ? AsOfNow(run) : null;
    }

    /// <summary>The runs asked for, newest first.</summary>
    public async ValueTask<IReadOnlyList<TaskRun>> ListAsync(RunQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var active = registry.ToList().Select(run => run.Snapshot()).Where(query.Matches);
        var stored = await store.ListAsync(query, cancellationToken);
        return [.. active.Concat(stored.Select(AsOfNow)).DistinctBy(run => run.Id).OrderByDescending(run => run.Id).Take(query.Limit)];
    }

    /// <summary>A run as it was saved, brought up to date.</summary>
    public TaskRun AsOfNow(TaskRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return registry.TryGet(run.Id, out var active) ? active.Snapshot() : run;
    }
}
