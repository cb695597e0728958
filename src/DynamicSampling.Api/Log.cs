namespace DynamicSampling.Api;

/// <summary>Every log message of the service; event ids are stable.</summary>
internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "Applied schema script {Name}")]
    public static partial void SchemaApplied(ILogger logger, string name);

    [LoggerMessage(104, LogLevel.Information, "The database is {Path}")]
    public static partial void DatabaseOpened(ILogger logger, string path);

    [LoggerMessage(101, LogLevel.Warning, "{Count} runs were in progress when the process before this one ended; they are lost")]
    public static partial void RunsLost(ILogger logger, int count);

    [LoggerMessage(102, LogLevel.Error, "Deleting expired rows failed; it is tried again in ten minutes")]
    public static partial void RetentionFailed(ILogger logger, Exception exception);
}
