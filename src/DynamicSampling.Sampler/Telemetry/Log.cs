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

    [LoggerMessage(7, LogLevel.Error, "The sampler's work in the background has failed. It is begun again; until then sampling goes on with the rates that it has, and counts wait. This is said once.")]
    public static partial void WorkFailed(ILogger logger, Exception exception);

    [LoggerMessage(8, LogLevel.Warning, "A report of {Service} was refused by {Host}, and its counts are given up: {Reason} This is said once, until a report is taken.")]
    public static partial void ReportsRefused(ILogger logger, string service, string host, string reason);

    [LoggerMessage(9, LogLevel.Information, "Reports of {Service} are no longer refused by {Host}.")]
    public static partial void ReportsNotRefused(ILogger logger, string service, string host);
}
