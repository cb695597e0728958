using System.Text.Json.Serialization;

namespace DynamicSampling.Tasks.Runs;

/// <summary>How a run stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunStatus>))]
public enum RunStatus
{
    /// <summary>In progress.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>It ended by itself, in time or late.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>It was stopped at the end of its budget.</summary>
    [JsonStringEnumMemberName("timed_out")]
    TimedOut,

    /// <summary>It threw.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Its caller, an operator or the process's shutdown stopped it.</summary>
    [JsonStringEnumMemberName("canceled")]
    Canceled,

    /// <summary>Its process died.</summary>
    [JsonStringEnumMemberName("lost")]
    Lost,
}
