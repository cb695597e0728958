namespace DynamicSampling.Tasks.Telemetry;

/// <summary>Every name that telemetry backends see, in one place.</summary>
public static class TelemetryNames
{
    /// <summary>The meter's name: give it to <c>AddMeter</c>.</summary>
    public const string Meter = "DynamicSampling.Tasks";

    /// <summary>The activity source's name: give it to <c>AddSource</c>.</summary>
    public const string ActivitySource = "DynamicSampling.Tasks";

    /// <summary>The prefix of a task's full name.</summary>
    public const string TaskPrefix = "dynamic_sampling.tasks.";

    /// <summary>Counts runs at their start, unit {run}.</summary>
    public const string TaskStarts = "dynamic_sampling.task.starts";

    /// <summary>How long runs took, unit s.</summary>
    public const string TaskDuration = "dynamic_sampling.task.duration";

    /// <summary>Runs in progress, unit {run}.</summary>
    public const string TaskActive = "dynamic_sampling.task.active";

    /// <summary>Runs in progress that are past their budget, unit {run}.</summary>
    public const string TaskOverdue = "dynamic_sampling.task.overdue";

    /// <summary>How long a function took in one run, all of its calls together, unit s.</summary>
    public const string FunctionDuration = "dynamic_sampling.function.duration";

    /// <summary>Rows that a function handled, unit {row}.</summary>
    public const string FunctionRows = "dynamic_sampling.function.rows";

    /// <summary>Database calls that a function made, unit {call}.</summary>
    public const string FunctionDbCalls = "dynamic_sampling.function.db_calls";

    /// <summary>Attribute: the task's full name.</summary>
    public const string TaskName = "dynamic_sampling.task.name";

    /// <summary>Attribute: the function's name, <c>__other__</c> beyond the first 1,000 of a process.</summary>
    public const string FunctionName = "dynamic_sampling.function.name";

    /// <summary>Attribute: how the run ended: completed, timed_out, failed or canceled.</summary>
    public const string Outcome = "dynamic_sampling.outcome";

    /// <summary>Attribute: what went wrong: timeout, canceled, shutdown, or the exception's type.</summary>
    public const string ErrorType = "error.type";

    /// <summary>Attribute of the run's span only: the run's id.</summary>
    public const string RunId = "dynamic_sampling.run.id";

    /// <summary>What replaces a name that is one too many.</summary>
    public const string Other = "__other__";
}
