using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tasks.Runs;

/// <summary>One run of a task, as it stood at one instant.</summary>
public sealed record TaskRun
{
    /// <summary>The run's id, a UUID of version 7: ids sort by start.</summary>
    public required Guid Id { get; init; }

    /// <summary>The task's short name, for instance <c>build_report</c>.</summary>
    public required string Task { get; init; }

    /// <summary>The task's full name, for instance <c>dynamic_sampling.tasks.build_report</c>.</summary>
    public required string TaskName { get; init; }

    /// <summary>How it stands.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>When it started, UTC, in milliseconds.</summary>
    [JsonConverter(typeof(UtcMillisecondsJsonConverter))]
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The budget, in seconds.</summary>
    public required double MaxSeconds { get; init; }

    /// <summary>How long it took, or has lasted so far, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>By how much it is or was past its budget, in seconds; 0 within it.</summary>
    public required double OverrunSeconds { get; init; }

    /// <summary>What started it.</summary>
    public required RunTrigger Trigger { get; init; }

    /// <summary>The organization it is about; null for all of them, or where there are none.</summary>
    public string? Organization { get; init; }

    /// <summary>The part of the organizations it is about, for instance <c>3/16</c>; null for all of them, or where there are no parts.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Shard { get; init; }

    /// <summary>The process it runs in; null where there is only one. See <see cref="Pipeline.TaskPipelineOptions.NodeName"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Node { get; init; }

    /// <summary>How far it says it has got; null when it does not say. See <see cref="TaskContext.ReportProgress"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TaskProgress? Progress { get; init; }

    /// <summary>Whether it is in progress and past its budget.</summary>
    public bool Overdue => Status == RunStatus.Running && OverrunSeconds > 0;

    /// <summary>Its functions by name, in the order of their first use.</summary>
    public required IReadOnlyDictionary<string, FunctionSnapshot> TaskData { get; init; }

    /// <summary>What it produced; see <see cref="TaskContext.Result"/>.</summary>
    public object? Result { get; init; }

    /// <summary>Why it did not complete.</summary>
    public RunError? Error { get; init; }
}
