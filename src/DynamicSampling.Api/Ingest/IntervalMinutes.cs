using System.Runtime.InteropServices;

namespace DynamicSampling.Api.Ingest;

/// <summary>The minutes that an interval is spread over, each with the share of the interval that it has. Shares add up to 1.</summary>
/// <param name="start">Milliseconds since the Unix epoch.</param>
/// <param name="end">The same, after <paramref name="start"/>; an instant belongs to the minute in which it is.</param>
[StructLayout(LayoutKind.Auto)]
internal struct IntervalMinutes(long start, long end)
{
    private const long Length = 60_000;

    private readonly long _start = start;
    private readonly long _end = end;
    private long _at = start;
    private bool _hasBegun;

    /// <summary>The minute since the Unix epoch, and its share.</summary>
    public (long Minute, double Share) Current { get; private set; }

    public readonly IntervalMinutes GetEnumerator() => this;

    public bool MoveNext()
    {
        if (_hasBegun && _at >= _end)
            return false;
        _hasBegun = true;
        var minute = _at / Length;
        var next = Math.Min(_end, (minute + 1) * Length);
        Current = (minute, _end > _start ? (double)(next - _at) / (_end - _start) : 1);
        _at = next;
        return true;
    }
}
