using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests.Runs;

internal static class Samples
{
    public static readonly DateTimeOffset Start = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    /// <summary>The run of that number: the larger, the later.</summary>
    public static TaskRun Run(int number, RunStatus status = RunStatus.Completed, string task = "report", string? organization = null) => new()
    {
        Id = Guid.CreateVersion7(Start.AddSeconds(number)),
        Task = task,
        TaskName = TaskNames.Normalize(task),
        Status = status,
        StartedAt = Start.AddSeconds(number),
        MaxSeconds = 420,
        Seconds = 0.25,
        OverrunSeconds = 0,
        Trigger = RunTrigger.Schedule,
        Organization = organization,
        TaskData = new Dictionary<string, FunctionSnapshot>(StringComparer.Ordinal),
    };
}
