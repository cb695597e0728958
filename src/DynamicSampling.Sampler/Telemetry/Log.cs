using Microsoft.Extensions.Logging;

namespace DynamicSampling.Sampler.Telemetry;

/// <summary>Every log message; event ids are stable.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "The rates of {Service} cannot be had from {Host}: {Reason} Sampling goes on with the rates that it has. This is said once, until they can be had again.")]
    public static partial void RatesUnavailable(ILogger logger, string service, string host, string reason);

    [LoggerMessage(2, LogLevel.Information, "The rates of {Service} can be had from {Host} again.")]
    public static partial void RatesAvailable(ILogger logger, string service, string host);

    [LoggerMessage(3, LogLevel.Warning, "The counts of {Service} cannot be reported to {Host}: {Reason} They are kept for a while. This is said once, until they can be reported again.")]
    public static partial void ReportsFailing(ILogger logger, string service, string host, string reason);

    [LoggerMessage(4, LogLevel.Information, "The counts of {Service} can be reported to {Host} again.")]
    public static partial void ReportsTaken(ILogger logger, string service, string host);

    [LoggerMessage(5, LogLevel.Warning, "The file {Path} cannot be used for rates: {Reason} Sampling goes on without. This is said once, until it can be used.")]
    public static partial void CacheFileUnusable(ILogger logger, string path, string reason);

    [LoggerMessage(6, LogLevel.Warning, "OperationName has thrown an exception; the sampler finds the name by itself. This is said once.")]
    public static partial void NamingFailed(ILogger logger, Exception exception);

    [LoggerMessage(7, LogLevel.Error, "The sampler's work in the background has ended: sampling goes on with the rates that it has, and counts are not reported.")]
    public static partial void WorkFailed(ILogger logger, Exception exception);
}
