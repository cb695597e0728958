using System.Text.Json;
using DynamicSampling.Tasks.Telemetry;

namespace DynamicSampling.Tasks.Runtime;

/// <summary>How tasks are named.</summary>
public static class TaskNames
{
    /// <summary>
    /// The full name of a task: <c>dynamic_sampling.tasks.</c> and the name in snake_case. A name with a dot is taken as it is.
    /// </summary>
    /// <exception cref="ArgumentException"><paramref name="name"/> is empty.</exception>
    public static string Normalize(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return name.Contains('.', StringComparison.Ordinal) ? name : TelemetryNames.TaskPrefix + JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
    }

    /// <summary>The short name of a task: without <c>dynamic_sampling.tasks.</c>, where it has that.</summary>
    public static string Shorten(string taskName)
    {
        ArgumentNullException.ThrowIfNull(taskName);
        return taskName.StartsWith(TelemetryNames.TaskPrefix, StringComparison.Ordinal) ? taskName[TelemetryNames.TaskPrefix.Length..] : taskName;
    }
}
