namespace DynamicSampling.Tests;

/// <summary>
/// A clock that stands still until it is told to go on. Its frequency is odd, so that code which mixes timestamps with other
/// units shows; it may start at timestamp 0.
/// </summary>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private readonly DateTimeOffset _start;
    private readonly long _timestampStart;
    private TaskCompletionSource _armed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _elapsed;

    public ManualTimeProvider(DateTimeOffset? start = null, long timestampStart = 98_765)
    {
        _start = start ?? new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
        _timestampStart = timestampStart;
    }

    // A multiple of 10 MHz, so that a TimeSpan tick is a whole number of timestamps.
    public override long TimestampFrequency => 70_000_000;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
            return _start + _elapsed;
    }

    public override long GetTimestamp()
    {
        lock (_gate)
            return _timestampStart + (_elapsed.Ticks * 7);
    }

    /// <summary>Lets time pass, firing the timers that are due on the way, in order.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        TimeSpan end;
        lock (_gate)
            end = _elapsed + by;
        while (true)
        {
            ManualTimer? due;
            lock (_gate)
            {
                due = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
                // Another thread may have gone further meanwhile: time never goes back.
                _elapsed = TimeSpan.FromTicks(Math.Max(_elapsed.Ticks, (due?.Due ?? end).Ticks));
                due?.Reschedule(after: due.Due!.Value);
            }

            if (due is null)
                return;
            due.Fire();
        }
    }

    /// <summary>Lets much time pass at once, as when a machine has slept: a timer that has been due many times fires once.</summary>
    public void Jump(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        List<ManualTimer> due;
        lock (_gate)
        {
            _elapsed += by;
            due = [.. _timers.Where(timer => timer.Due <= _elapsed).OrderBy(timer => timer.Due)];
            foreach (var timer in due)
                timer.Reschedule(after: _elapsed);
        }

        foreach (var timer in due)
            timer.Fire();
    }

    public void Advance(double seconds) => Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Waits until a timer is armed that fires within the given time, and not before another: only then does advancing by it fire one.</summary>
    /// <param name="within">The time.</param>
    /// <param name="after">Timers that fire within this are others.</param>
    /// <param name="count">How many must be armed, where others are due at the same time.</param>
    public async Task WaitForTimerAsync(TimeSpan within, TimeSpan? after = null, int count = 1)
    {
        while (true)
        {
            Task armed;
            lock (_gate)
            {
                if (_timers.Count(timer => timer.Due <= _elapsed + within && (after is null || timer.Due > _elapsed + after)) >= count)
                    return;
                armed = _armed.Task;
            }

            await armed.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>How long it is until a timer fires, leaving out those that fire within a time; null when none is armed.</summary>
    public TimeSpan? UntilTimer(TimeSpan after)
    {
        lock (_gate)
            return _timers.Where(timer => timer.Due > _elapsed + after).Min(timer => timer.Due - _elapsed);
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public TimeSpan? Due { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            TaskCompletionSource armed;
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = clock._elapsed + dueTime;
                _period = period;
                clock._timers.Add(this);
                armed = clock._armed;
                clock._armed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            armed.TrySetResult();
            return true;
        }

        // Runs under the clock's gate.
        public void Reschedule(TimeSpan after)
        {
            if (_period == Timeout.InfiniteTimeSpan || _period == TimeSpan.Zero)
                clock._timers.Remove(this);
            else
                Due = after + _period;
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._gate)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
