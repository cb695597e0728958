namespace DynamicSampling.Tasks.Runs;

/// <summary>Which runs to list, newest first.</summary>
public sealed record RunQuery
{
    /// <summary>Only runs of this task, by its short or full name.</summary>
    public string? Task { get; init; }

    /// <summary>Only runs about this organization.</summary>
    public string? Organization { get; init; }

    /// <summary>Only runs that stand like this.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Only runs that started then or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Only runs that come after this one in the list: those with a smaller id.</summary>
    public Guid? After { get; init; }

    /// <summary>How many at most.</summary>
    public int Limit { get; init; } = 50;

    /// <summary>Whether a run is one of those asked for; <see cref="Limit"/> aside.</summary>
    public bool Matches(TaskRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        return (Task is null || string.Equals(Task, run.Task, StringComparison.Ordinal) || string.Equals(Task, run.TaskName, StringComparison.Ordinal))
            && (Organization is null || string.Equals(Organization, run.Organization, StringComparison.Ordinal))
            && (Status is null || Status == run.Status)
            && (Since is null || run.StartedAt >= Since)
            && (After is null || run.Id.CompareTo(After.Value) < 0);
    }
}
