namespace DynamicSampling.Tasks.Runs;

/// <summary>Remembers runs. Register one of your own before <c>AddDynamicSamplingTasks</c> to keep them elsewhere than in memory.</summary>
public interface IRunStore
{
    /// <summary>
    /// Whether a run is saved at its start too, so that one whose process dies is not forgotten. A store that dies with the
    /// process has no use for that.
    /// </summary>
    bool SavesStarts => true;

    /// <summary>Adds a run, or replaces what is known of it. It is called at the run's end, and before at its start if the store asks for that.</summary>
    /// <remarks>What it throws is logged and does not affect the run.</remarks>
    ValueTask SaveAsync(TaskRun run, CancellationToken cancellationToken);

    /// <summary>The run of that id, or null.</summary>
    ValueTask<TaskRun?> FindAsync(Guid id, CancellationToken cancellationToken);

    /// <summary>The runs asked for, newest first.</summary>
    ValueTask<IReadOnlyList<TaskRun>> ListAsync(RunQuery query, CancellationToken cancellationToken);
}
