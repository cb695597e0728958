using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tasks.Runs;

/// <summary>What a run is to be.</summary>
/// <param name="Name">The task's name; see <see cref="TaskNames.Normalize"/>.</param>
public sealed record TaskRunOptions(string Name)
{
    /// <summary>The task's name, as it was given.</summary>
    public string Name
    {
        get;
        init
        {
            field = value;
            TaskName = TaskNames.Normalize(value);
            ShortName = TaskNames.Shorten(TaskName);
        }
    } = Name;

    /// <summary>The time budget.</summary>
    /// <value>More than zero, at most 24 days. The default is 420 seconds.</value>
    public TimeSpan MaxExecution { get; init; } = TaskBudget.Default;

    /// <summary>What starts it.</summary>
    /// <value>The default is <see cref="RunTrigger.Schedule"/>.</value>
    public RunTrigger Trigger { get; init; } = RunTrigger.Schedule;

    /// <summary>The organization it is about.</summary>
    /// <value>The default is null: all of them, or there are none.</value>
    public string? Organization { get; init; }

    /// <summary>The part of the organizations it is about, for instance <c>3/16</c>.</summary>
    /// <value>The default is null: all of them, or there are no parts.</value>
    public string? Shard { get; init; }

    /// <summary>
    /// Whether it must not overlap another exclusive run of the same task about the same organization, or the same shard of them; a run about all of them
    /// overlaps every one.
    /// </summary>
    /// <remarks>
    /// A run about one organization does not overlap one about a shard, in which that organization may be: where all shards are worked on all the time there
    /// would never be room for it. Should both come to the same organization at once, the store takes the publication of one of them only.
    /// </remarks>
    /// <value>The default is false.</value>
    public bool Exclusive { get; init; }

    // Made once, where one set of options serves many runs.
    internal string TaskName { get; private init; } = TaskNames.Normalize(Name);

    internal string ShortName { get; private init; } = TaskNames.Shorten(TaskNames.Normalize(Name));

    /// <summary>The same with a smaller budget; a larger one than it has, or none, changes nothing.</summary>
    /// <param name="maxSeconds">The budget, in seconds, more than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxSeconds"/> is not more than 0.</exception>
    public TaskRunOptions WithBudgetOfAtMost(double? maxSeconds)
    {
        if (maxSeconds is not { } seconds)
            return this;
        if (!(seconds > 0))
            throw new ArgumentOutOfRangeException(nameof(maxSeconds), maxSeconds, "A time budget is more than 0 seconds.");
        return seconds < MaxExecution.TotalSeconds
            ? this with { MaxExecution = TimeSpan.FromTicks(Math.Max(1, (long)(seconds * TimeSpan.TicksPerSecond))) }
            : this;
    }
}
