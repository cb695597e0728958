using System.Runtime.InteropServices;

namespace DynamicSampling.Api.Ingest;

/// <summary>
/// The minutes that an interval is spread over, each with its share of the time: nobody knows when in it what was counted came. But spans are looked at
/// minute by minute, and would be counted beside it in those that had none. Shares are multiples of 1/1024, and add up to 1: so what is
/// divided by them adds up to exactly what it was.
/// </summary>
/// <param name="start">Milliseconds since the Unix epoch.</param>
/// <param name="end">The same, not before <paramref name="start"/>.</param>
[StructLayout(LayoutKind.Auto)]
internal struct IntervalMinutes(long start, long end)
{
    private const long Length = 60_000;
    private const long Parts = 1024;

    private readonly long _start = start;
    private readonly long _end = end;
    private long _at = start;
    private long _given;

    /// <summary>The minute since the Unix epoch, and its share, 0 to 1.</summary>
    public (long Minute, double Share) Current { get; private set; }

    public readonly IntervalMinutes GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_given < Parts)
        {
            var minute = _at / Length;
            _at = Math.Min(_end, (minute + 1) * Length);
            var until = _at == _end ? Parts : Parts * (_at - _start) / (_end - _start);
            var part = until - _given;
            _given = until;
            if (part == 0)
                continue;
            Current = (minute, (double)part / Parts);
            return true;
        }

        return false;
    }
}
