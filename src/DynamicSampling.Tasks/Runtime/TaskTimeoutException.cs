namespace DynamicSampling.Tasks.Runtime;

/// <summary>A function was asked to start, or a sequence to go on, after the run's budget had been used up.</summary>
public sealed class TaskTimeoutException : TimeoutException
{
    /// <summary>Creates it.</summary>
    /// <param name="taskName">The run's full task name.</param>
    /// <param name="function">The function that was not started.</param>
    /// <param name="maxExecution">The budget.</param>
    /// <param name="elapsed">How long the run had lasted.</param>
    public TaskTimeoutException(string taskName, string function, TimeSpan maxExecution, TimeSpan elapsed)
        : base(FormattableString.Invariant(
            $"{taskName} has used up its budget of {maxExecution.TotalSeconds} s (it has run for {elapsed.TotalSeconds:0.###} s), so {function} was not started."))
    {
        TaskName = taskName;
        Function = function;
        MaxExecution = maxExecution;
        Elapsed = elapsed;
    }

    /// <summary>The run's full task name.</summary>
    public string TaskName { get; }

    /// <summary>The function that was not started.</summary>
    public string Function { get; }

    /// <summary>The budget.</summary>
    public TimeSpan MaxExecution { get; }

    /// <summary>How long the run had lasted.</summary>
    public TimeSpan Elapsed { get; }
}
