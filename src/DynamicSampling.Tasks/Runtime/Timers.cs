using DynamicSampling.Tasks.Telemetry;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.Tasks.Runtime;

/// <summary>Named timers that come into being at first use, at most <see cref="MaxTimers"/> of them.</summary>
/// <remarks>All members may be called from any thread at any time.</remarks>
public sealed class Timers
{
    /// <summary>How many names one instance takes; what goes beyond is timed as <see cref="OtherName"/>.</summary>
    public const int MaxTimers = 64;

    /// <summary>The name of the timer that stands for every name beyond <see cref="MaxTimers"/>.</summary>
    public const string OtherName = TelemetryNames.Other;

    private readonly TimeProvider _clock;
    private readonly long _origin;
    private readonly ILogger? _logger;
    private readonly string? _taskName;
    private readonly NameTable<NamedTimer> _timers = new(MaxTimers, static timer => timer.Name);
    private NamedTimer? _other;

    /// <summary>Creates an empty set whose origin is now.</summary>
    /// <param name="clock">The clock; the system's when left out.</param>
    public Timers(TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        _origin = _clock.GetTimestamp();
    }

    internal Timers(TimeProvider clock, long origin, ILogger logger, string taskName)
    {
        _clock = clock;
        _origin = origin;
        _logger = logger;
        _taskName = taskName;
    }

    /// <summary>The timer of that name, created if need be.</summary>
    public NamedTimer GetTimer(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _timers.GetOrAdd(name, this, static (name, self) => new(name, self._clock, self._origin)) ?? GetOther(name);
    }

    /// <summary>Opens an activation of the timer of that name.</summary>
    public TimerActivation Start(string name) => GetTimer(name).Start();

    /// <summary>Closes an activation of the timer of that name; without an open one it does nothing.</summary>
    public void Stop(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (_timers.Find(name) ?? _other)?.Stop();
    }

    /// <summary>What the timer of that name shows; zero when there is none.</summary>
    public TimeSpan GetElapsed(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _timers.Find(name)?.Elapsed ?? TimeSpan.Zero;
    }

    /// <summary>The timers so far, in the order of their first use.</summary>
    public IReadOnlyList<NamedTimer> ToList()
    {
        var timers = _timers.Items;
        return _other is { } other ? [.. timers, other] : [.. timers];
    }

    internal ReadOnlySpan<NamedTimer> Items => _timers.Items;

    internal NamedTimer? Other => _other;

    private NamedTimer GetOther(string name)
    {
        if (Volatile.Read(ref _other) is { } other)
            return other;
        var created = new NamedTimer(OtherName, _clock, _origin);
        if (Interlocked.CompareExchange(ref _other, created, null) is { } raced)
            return raced;
        if (_logger is not null)
            Log.TooManyTimers(_logger, _taskName!, MaxTimers, name);
        return created;
    }
}
