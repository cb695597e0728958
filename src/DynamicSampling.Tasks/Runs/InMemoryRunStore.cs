namespace DynamicSampling.Tasks.Runs;

/// <summary>Remembers the latest runs that ended in this process.</summary>
/// <param name="capacity">How many, 1 or more; the oldest goes when one more comes.</param>
public sealed class InMemoryRunStore(int capacity) : IRunStore
{
    private readonly int _capacity = capacity > 0 ? capacity : throw new ArgumentOutOfRangeException(nameof(capacity), capacity, "It must be 1 or more.");
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, TaskRun> _runs = [];
    private readonly Queue<Guid> _byAge = new();

    /// <inheritdoc/>
    public bool SavesStarts => false;

    /// <inheritdoc/>
    public ValueTask SaveAsync(TaskRun run, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(run);
        lock (_gate)
        {
            if (_runs.TryAdd(run.Id, run))
                _byAge.Enqueue(run.Id);
            else
                _runs[run.Id] = run;
            if (_byAge.Count > _capacity)
                _runs.Remove(_byAge.Dequeue());
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<TaskRun?> FindAsync(Guid id, CancellationToken cancellationToken)
    {
        lock (_gate)
            return new(_runs.GetValueOrDefault(id));
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<TaskRun>> ListAsync(RunQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        TaskRun[] all;
        lock (_gate)
            all = [.. _runs.Values];
        return new([.. all.Where(query.Matches).OrderByDescending(run => run.Id).Take(query.Limit)]);
    }
}
