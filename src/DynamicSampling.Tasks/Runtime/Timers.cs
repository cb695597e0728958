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
    private int _hasOverflowed;

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
        if (string.Equals(name, OtherName, StringComparison.Ordinal))
            return GetOther();
        if (_timers.GetOrAdd(name, this, static (name, self) => new(name, self._clock, self._origin)) is { } timer)
            return timer;
        if (_logger is not null && Interlocked.Exchange(ref _hasOverflowed, 1) == 0)
            Log.TooManyTimers(_logger, _taskName!, MaxTimers, name);
        return GetOther();
    }

    /// <summary>Opens an activation of the timer of that name.</summary>
    public TimerActivation Start(string name) => GetTimer(name).Start();

    /// <summary>Closes an activation of the timer of that name; without an open one it does nothing.</summary>
    public void Stop(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Find(name)?.Stop();
    }

    /// <summary>What the timer of that name shows, or that of <see cref="OtherName"/> where it stands for it; zero when there is none.</summary>
    public TimeSpan GetElapsed(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Find(name)?.Elapsed ?? TimeSpan.Zero;
    }

    /// <summary>The timers so far, in the order of their first use.</summary>
    public IReadOnlyList<NamedTimer> ToList()
    {
        var timers = _timers.Items;
        return _other is { } other ? [.. timers, other] : [.. timers];
    }

    internal ReadOnlySpan<NamedTimer> Items => _timers.Items;

    internal NamedTimer? Other => _other;

    private NamedTimer? Find(string name) =>
        _timers.Find(name) ?? (_timers.IsFull || string.Equals(name, OtherName, StringComparison.Ordinal) ? _other : null);

    private NamedTimer GetOther() => LazyInitializer.EnsureInitialized(ref _other, () => new(OtherName, _clock, _origin));
}
