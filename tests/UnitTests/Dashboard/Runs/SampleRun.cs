using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests.Dashboard.Runs;

/// <summary>Runs for pages.</summary>
internal static class SampleRun
{
    public static readonly Guid Id = new("0199a000-0000-7000-8000-000000000001");

    /// <summary>A run of so many seconds, with a budget of 420.</summary>
    public static TaskRun Of(double seconds, params (string Name, FunctionSnapshot Data)[] functions) => new()
    {
        Id = Id,
        Task = "rebalance_orgs",
        TaskName = "dynamic_sampling.tasks.rebalance_orgs",
        Status = RunStatus.Completed,
        StartedAt = Rendered.Now.AddSeconds(-seconds),
        MaxSeconds = 420,
        Seconds = seconds,
        OverrunSeconds = 0,
        Trigger = RunTrigger.Schedule,
        TaskData = functions.ToDictionary(function => function.Name, function => function.Data, StringComparer.Ordinal),
    };

    /// <summary>A function that was called once, or was at work for a part of its time.</summary>
    public static (string Name, FunctionSnapshot Data) Function(string name, double start, double end, double? busy = null, long calls = 1, double? longest = null) => (name, new()
    {
        FirstStart = start,
        LastEnd = end,
        ExecutionTime = busy ?? end - start,
        Calls = calls,
        MaxExecutionTime = longest ?? end - start,
    });
}
