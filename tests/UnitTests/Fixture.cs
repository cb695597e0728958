using System.Diagnostics.Metrics;
using System.Runtime.ExceptionServices;
using DynamicSampling.Tasks.Pipeline;
using DynamicSampling.Tasks.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.Tests;

/// <summary>The services of one host without HTTP, with a manual clock.</summary>
internal sealed class TaskHost : IAsyncDisposable
{
    public TaskHost(Action<IServiceCollection>? services = null, Action<TaskPipelineOptions>? options = null)
    {
        var collection = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs))
            .AddSingleton<TimeProvider>(Clock);
        services?.Invoke(collection);
        Services = collection.AddDynamicSamplingTasks(options).BuildServiceProvider(new ServiceProviderOptions { ValidateScopes = true });
    }

    public ManualTimeProvider Clock { get; } = new();

    public LogRecorder Logs { get; } = new();

    public ServiceProvider Services { get; }

    public TaskRunner Runner => Services.GetRequiredService<TaskRunner>();

    public RunRegistry Registry => Services.GetRequiredService<RunRegistry>();

    public RunHistory History => Services.GetRequiredService<RunHistory>();

    public IMeterFactory Meters => Services.GetRequiredService<IMeterFactory>();

    public ValueTask<TaskRun?> FindAsync(Guid id) => History.FindAsync(id, CancellationToken.None);

    public ValueTask DisposeAsync() => Services.DisposeAsync();
}

/// <summary>The manual clock, with a hand in it: for what happens between two readings, and for timers that fire early.</summary>
internal sealed class HookedClock(ManualTimeProvider clock) : TimeProvider
{
    private Action? _beforeRead;
    private Action? _afterRead;

    /// <summary>Runs once, before the next reading.</summary>
    public Action? BeforeRead { set => _beforeRead = value; }

    /// <summary>Runs once, after the next reading, before its result is used.</summary>
    public Action? AfterRead { set => _afterRead = value; }

    /// <summary>What becomes of the due time of new timers.</summary>
    public Func<TimeSpan, TimeSpan> DueTime { get; set; } = static due => due;

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp()
    {
        Interlocked.Exchange(ref _beforeRead, null)?.Invoke();
        var now = clock.GetTimestamp();
        Interlocked.Exchange(ref _afterRead, null)?.Invoke();
        return now;
    }

    /// <summary>Whether the last timer was made without the maker's execution context.</summary>
    public bool TimerWasMadeWithoutFlow { get; private set; }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        TimerWasMadeWithoutFlow = ExecutionContext.IsFlowSuppressed();
        return clock.CreateTimer(callback, state, DueTime(dueTime), period);
    }
}

internal static class Threads
{
    /// <summary>Runs every action on a thread of its own, all at once; what one throws is thrown.</summary>
    public static void Run(params IEnumerable<Action> actions)
    {
        ExceptionDispatchInfo? failure = null;
        var all = actions.ToArray();
        using var start = new Barrier(all.Length);
        var threads = Array.ConvertAll(all, action => new Thread(() =>
        {
            start.SignalAndWait();
            try
            {
                action();
            }
            catch (Exception exception)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
            }
        }));
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        failure?.Throw();
    }
}

internal sealed record LogEntry(int Id, LogLevel Level, string Message, Exception? Exception);

internal sealed class LogRecorder : ILoggerProvider, ILogger
{
    private readonly Lock _gate = new();
    private readonly List<LogEntry> _entries = [];

    public IReadOnlyList<LogEntry> Entries
    {
        get
        {
            lock (_gate)
                return [.. _entries];
        }
    }

    /// <summary>Waits for an entry that another thread writes.</summary>
    public async Task WaitForAsync(int id)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!Entries.Any(entry => entry.Id == id))
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public LogEntry Single(int id) => Assert.Single(Entries, entry => entry.Id == id);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_gate)
            _entries.Add(new(eventId.Id, logLevel, formatter(state, exception), exception));
    }

    public void Dispose()
    {
    }
}

internal sealed record Measured(Instrument Instrument, double Value, IReadOnlyDictionary<string, object?> Tags)
{
    public string Name => Instrument.Name;
}

/// <summary>Records what one host's meters measure: other hosts of the process have meters of the same name.</summary>
internal sealed class MeterRecorder : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly Lock _gate = new();
    private readonly List<Measured> _measured = [];

    public MeterRecorder(IMeterFactory factory)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (!ReferenceEquals(instrument.Meter.Scope, factory))
                return;
            Instruments.Add(instrument.Name, instrument);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    public Dictionary<string, Instrument> Instruments { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<Measured> Of(string instrument)
    {
        lock (_gate)
            return [.. _measured.Where(item => string.Equals(item.Name, instrument, StringComparison.Ordinal))];
    }

    public IReadOnlyList<Measured> Observe(string instrument)
    {
        lock (_gate)
            _measured.RemoveAll(item => string.Equals(item.Name, instrument, StringComparison.Ordinal));
        _listener.RecordObservableInstruments();
        return Of(instrument);
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
            _measured.Add(new(instrument, value, new Dictionary<string, object?>([.. tags], StringComparer.Ordinal)));
    }
}

/// <summary>Tests that a listener in another test would disturb: they run when no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ProcessWide
{
    public const string Name = "Process-wide";
}
