using Microsoft.Extensions.Logging;

namespace DynamicSampling.Sampler.Telemetry;

/// <summary>Writes each message to the application's log, where there is one, and as an event.</summary>
internal sealed class SamplerLogger(ILogger? application) : ILogger
{
    public const string Category = "DynamicSampling.Sampler";

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (SamplerEventSource.Instance.IsEnabled())
        {
            var message = formatter(state, exception);
            SamplerEventSource.Instance.Write(logLevel, exception is null ? message : $"{message} {exception}");
        }

        try
        {
            application?.Log(logLevel, eventId, state, exception, formatter);
        }
        catch (Exception failure)
        {
            // It must not end the work that is logged.
            SamplerEventSource.Instance.Failed($"The application's log has failed. {failure}");
        }
    }
}
