namespace DynamicSampling.Tasks.Runs;

/// <summary>The names of enum members on the wire, in metrics and in logs.</summary>
public static class WireNames
{
    /// <summary>The status as JSON has it, for instance <c>timed_out</c>.</summary>
    public static string ToWireName(this RunStatus status) => status switch
    {
        RunStatus.Running => "running",
        RunStatus.Completed => "completed",
        RunStatus.TimedOut => "timed_out",
        RunStatus.Failed => "failed",
        RunStatus.Canceled => "canceled",
        RunStatus.Lost => "lost",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, message: null),
    };

    /// <summary>The status of that name, or null.</summary>
    public static RunStatus? ParseStatus(string? name)
    {
        foreach (var status in Enum.GetValues<RunStatus>())
        {
            if (string.Equals(status.ToWireName(), name, StringComparison.Ordinal))
                return status;
        }

        return null;
    }
}
