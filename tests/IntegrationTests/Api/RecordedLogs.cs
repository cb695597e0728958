using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>What the service logs, from Information on.</summary>
internal sealed class RecordedLogs : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    public IReadOnlyList<LogLine> Lines => [.. _lines];

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
        // Tests read it after the host is gone.
    }

    private sealed class Logger(RecordedLogs logs, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                logs._lines.Enqueue(new(category, logLevel, eventId.Id, formatter(state, exception), exception));
        }
    }
}

internal sealed record LogLine(string Category, LogLevel Level, int Id, string Message, Exception? Exception = null);
