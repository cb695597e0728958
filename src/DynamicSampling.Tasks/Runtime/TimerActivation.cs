using System.Runtime.InteropServices;

namespace DynamicSampling.Tasks.Runtime;

/// <summary>One open activation of a <see cref="NamedTimer"/>; disposing it, once, ends it.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct TimerActivation : IDisposable, IEquatable<TimerActivation>
{
    private readonly NamedTimer? _timer;
    private readonly long _start;

    internal TimerActivation(NamedTimer timer, long start)
    {
        _timer = timer;
        _start = start;
    }

    /// <summary>Ends this activation.</summary>
    public void Dispose() => _timer?.StopCall(_start);

    /// <inheritdoc/>
    public bool Equals(TimerActivation other) => ReferenceEquals(_timer, other._timer) && _start == other._start;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TimerActivation other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_timer, _start);

    /// <summary>Whether both are the same activation.</summary>
    public static bool operator ==(TimerActivation left, TimerActivation right) => left.Equals(right);

    /// <summary>Whether they are different activations.</summary>
    public static bool operator !=(TimerActivation left, TimerActivation right) => !left.Equals(right);
}
