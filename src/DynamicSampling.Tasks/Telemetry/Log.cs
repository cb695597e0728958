using Microsoft.Extensions.Logging;

namespace DynamicSampling.Tasks.Telemetry;

/// <summary>Every log message of the library; event ids are stable.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Debug, "Run {RunId} of {TaskName} started with a budget of {MaxSeconds} s")]
    public static partial void RunStarted(ILogger logger, Guid runId, string taskName, double maxSeconds);

    [LoggerMessage(2, LogLevel.Information, "Run {RunId} of {TaskName} completed in {Seconds} s")]
    public static partial void RunCompleted(ILogger logger, Guid runId, string taskName, double seconds);

    [LoggerMessage(3, LogLevel.Warning, "Run {RunId} of {TaskName} completed in {Seconds} s, {OverrunSeconds} s over its budget; does its body observe the cancellation token?")]
    public static partial void RunOverran(ILogger logger, Guid runId, string taskName, double seconds, double overrunSeconds);

    [LoggerMessage(4, LogLevel.Warning, "Run {RunId} of {TaskName} ran out of its budget of {MaxSeconds} s after {Seconds} s, in function {Function}")]
    public static partial void RunTimedOut(ILogger logger, Guid runId, string taskName, double maxSeconds, double seconds, string? function);

    [LoggerMessage(5, LogLevel.Information, "Run {RunId} of {TaskName} was canceled after {Seconds} s by {CanceledBy}")]
    public static partial void RunCanceled(ILogger logger, Guid runId, string taskName, double seconds, string canceledBy);

    [LoggerMessage(6, LogLevel.Error, "Run {RunId} of {TaskName} failed after {Seconds} s, in function {Function}")]
    public static partial void RunFailed(ILogger logger, Exception exception, Guid runId, string taskName, double seconds, string? function);

    [LoggerMessage(7, LogLevel.Warning, "A run of {TaskName} uses more than {Limit} names for timers; from {Name} on they are timed as __other__")]
    public static partial void TooManyTimers(ILogger logger, string taskName, int limit, string name);

    [LoggerMessage(8, LogLevel.Error, "Run {RunId} of {TaskName} could not be recorded in the run store; the run itself is not affected")]
    public static partial void RunNotStored(ILogger logger, Exception exception, Guid runId, string taskName);

    [LoggerMessage(9, LogLevel.Error, "A callback on the cancellation token of {TaskName} threw")]
    public static partial void CancellationCallbackThrew(ILogger logger, Exception exception, string taskName);

    [LoggerMessage(10, LogLevel.Information, "Waiting for {Count} runs to end before the process stops")]
    public static partial void DrainingRuns(ILogger logger, int count);

    [LoggerMessage(20, LogLevel.Error, "{TaskName} failed for organization {Organization}; the other organizations are not affected")]
    public static partial void OrganizationFailed(ILogger logger, Exception exception, string taskName, string organization);

    [LoggerMessage(21, LogLevel.Warning, "{TaskName} could not read {Count} organizations together, so it reads them one by one")]
    public static partial void BatchFailed(ILogger logger, Exception exception, string taskName, int count);
}
