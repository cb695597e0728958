using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.IntegrationTests.Storage;

/// <summary>The log messages of a host.</summary>
internal sealed class LoggedEvents : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(int Id, string Message)> _events = [];

    /// <summary>Takes the messages of the storage's limits that were logged since the last time.</summary>
    public List<(int Id, string Message)> Take()
    {
        var taken = new List<(int Id, string Message)>();
        while (_events.TryDequeue(out var logged))
        {
            if (logged.Id is >= 110 and < 120)
                taken.Add(logged);
        }

        return taken;
    }

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _events.Enqueue((eventId.Id, formatter(state, exception)));

    public void Dispose()
    {
        // Nothing to give back.
    }
}
