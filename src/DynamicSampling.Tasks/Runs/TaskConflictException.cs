namespace DynamicSampling.Tasks.Runs;

/// <summary>A run of the same task is in progress for the same organization, and the task asks for one at a time.</summary>
public sealed class TaskConflictException : InvalidOperationException
{
    /// <summary>A new instance, also for stores of runs that several processes share.</summary>
    /// <param name="running">The run that is in the way, as it stands.</param>
    public TaskConflictException(TaskRun running)
        : base(Checked(running).Organization is { } organization
            ? $"{running.Task} is already running for organization '{organization}': run {running.Id}."
            : running.Shard is { } shard
                ? $"{running.Task} is already running for shard {shard} of the organizations: run {running.Id}."
                : $"{running.Task} is already running: run {running.Id}.") => Running = running;

    /// <summary>The run that is in the way, as it stands.</summary>
    public TaskRun Running { get; }

    private static TaskRun Checked(TaskRun running)
    {
        ArgumentNullException.ThrowIfNull(running);
        return running;
    }
}
