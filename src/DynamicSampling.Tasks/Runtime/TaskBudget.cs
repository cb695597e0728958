using System.Runtime.CompilerServices;

namespace DynamicSampling.Tasks.Runtime;

/// <summary>Limits of a run's time budget.</summary>
public static class TaskBudget
{
    /// <summary>The budget of a task that states none: 420 seconds.</summary>
    public static readonly TimeSpan Default = TimeSpan.FromSeconds(420);

    /// <summary>The longest budget: 24 days, about what a timer can wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(24);

    internal static TimeSpan Validate(TimeSpan maxExecution, [CallerArgumentExpression(nameof(maxExecution))] string? name = null)
    {
        if (maxExecution <= TimeSpan.Zero || maxExecution > Longest)
        {
            throw new ArgumentOutOfRangeException(
                name, maxExecution, "A time budget is more than zero and at most 24 days; for work without one, do not use a task context.");
        }

        return maxExecution;
    }

    internal static long ToTimestamps(TimeSpan time, long frequency) => (long)((Int128)time.Ticks * frequency / TimeSpan.TicksPerSecond);
}
