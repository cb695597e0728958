namespace DynamicSampling.Api.Scheduling;

/// <summary>A task that runs by itself, over all organizations.</summary>
/// <param name="Task">The task's short name.</param>
/// <param name="Interval">The time from one start to the next.</param>
/// <param name="Delay">The time from the start of the service to the task's first; where processes share the work, only what it leaves when it is divided by the interval.</param>
/// <param name="InShards">Whether processes that share the work divide the organizations between them; otherwise one of them runs it.</param>
internal sealed record TaskSchedule(string Task, TimeSpan Interval, TimeSpan Delay, bool InShards = false)
{
    /// <summary>For people, for instance <c>every 00:01:00</c>.</summary>
    public override string ToString() => $"every {Interval:c}";
}
