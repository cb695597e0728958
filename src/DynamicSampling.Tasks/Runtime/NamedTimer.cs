using System.Runtime.InteropServices;

namespace DynamicSampling.Tasks.Runtime;

/// <summary>
/// Measures the wall time during which at least one activation is open. Activations may nest and overlap on any threads:
/// each one counts as a call, and an inner stop does not end the outer one.
/// </summary>
/// <remarks>
/// Starting and stopping costs one clock reading and one interlocked operation, and allocates nothing. Reading never waits
/// for a writer: there are two copies of the state, and while one is written readers take the other.
/// </remarks>
public sealed class NamedTimer
{
    private readonly TimeProvider _clock;
    private readonly long _origin;
    private State _primary;
    private State _shadow;
    private int _sequence; // even: read the primary copy, odd: the shadow
    private int _writing;

    internal NamedTimer(string name, TimeProvider clock, long origin)
    {
        Name = name;
        _clock = clock;
        _origin = origin;
    }

    /// <summary>The name it was created under.</summary>
    public string Name { get; }

    /// <summary>Wall time during which at least one activation was open, a running one included.</summary>
    public TimeSpan Elapsed => Read().Elapsed;

    /// <summary>Opens an activation. Dispose what is returned, or call <see cref="Stop"/>.</summary>
    public TimerActivation Start()
    {
        var now = _clock.GetTimestamp();
        StartCall(now);
        return new(this, now);
    }

    /// <summary>
    /// Closes one activation, for code that has no <see cref="TimerActivation"/> at hand; without an open one it does nothing.
    /// </summary>
    /// <remarks>
    /// It cannot know which of several open activations it ends, so only the last one counts for the longest call, as long as
    /// the whole time that any was open.
    /// </remarks>
    public void Stop()
    {
        var now = _clock.GetTimestamp();
        Enter();
        Close(now, callStart: null);
    }

    /// <summary>Reads everything at one instant, without waiting and without stopping the timer.</summary>
    public TimerReading Read()
    {
        State state;
        int sequence;
        long now;
        do
        {
            sequence = Volatile.Read(ref _sequence);
            state = (sequence & 1) == 0 ? _primary : _shadow;
            Volatile.ReadBarrier();
            now = state.Open > 0 ? _clock.GetTimestamp() : 0;
        }
        while (sequence != Volatile.Read(ref _sequence));

        if (state.Calls == 0)
            return default;
        var elapsed = state.Accumulated;
        var end = state.LastEnd;
        if (state.Open > 0)
        {
            end = Math.Max(now, state.Since);
            elapsed += end - state.Since;
        }

        return new(
            _clock.GetElapsedTime(0, elapsed),
            state.Calls,
            _clock.GetElapsedTime(0, state.Longest),
            _clock.GetElapsedTime(_origin, state.FirstStart),
            _clock.GetElapsedTime(_origin, end),
            state.Open > 0);
    }

    /// <summary>Opens an activation at a timestamp that was just taken.</summary>
    internal void StartCall(long now)
    {
        Enter();
        BeginWrite();
        ref var state = ref _primary;
        if (state.Open++ == 0)
        {
            // Another thread may have closed the timer after this one read the clock: never count an instant twice.
            state.Since = state.Calls == 0 ? now : Math.Max(now, state.LastEnd);
            if (state.Calls == 0)
                state.FirstStart = now;
        }

        state.Calls++;
        EndWrite();
    }

    /// <summary>Closes the activation that was opened at <paramref name="callStart"/>.</summary>
    internal void StopCall(long callStart)
    {
        var now = _clock.GetTimestamp();
        Enter();
        Close(now, callStart);
    }

    // Runs inside Enter, and leaves it.
    private void Close(long now, long? callStart)
    {
        if (_primary.Open == 0)
        {
            Volatile.Write(ref _writing, 0);
            return;
        }

        BeginWrite();
        ref var state = ref _primary;
        if (--state.Open == 0)
        {
            now = Math.Max(now, state.Since);
            state.Accumulated += now - state.Since;
            callStart ??= state.Since;
        }

        if (callStart is { } start)
            state.Longest = Math.Max(state.Longest, now - start);
        state.LastEnd = Math.Max(state.LastEnd, now);
        EndWrite();
    }

    private void Enter()
    {
        if (Interlocked.CompareExchange(ref _writing, 1, 0) != 0)
            EnterContended();
    }

    private void EnterContended()
    {
        var spin = new SpinWait();
        do
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
        while (Interlocked.CompareExchange(ref _writing, 1, 0) != 0);
    }

    private void BeginWrite()
    {
        Volatile.Write(ref _sequence, _sequence + 1); // readers turn to the shadow
        Volatile.WriteBarrier();
    }

    private void EndWrite()
    {
        Volatile.Write(ref _sequence, _sequence + 1); // readers turn to the primary, which is whole again
        Volatile.WriteBarrier();
        _shadow = _primary;
        Volatile.Write(ref _writing, 0);
    }

    // Clock timestamps and differences of them.
    [StructLayout(LayoutKind.Auto)]
    private struct State
    {
        public int Open;
        public long Since;
        public long Accumulated;
        public long Calls;
        public long Longest;
        public long FirstStart;
        public long LastEnd;
    }
}
