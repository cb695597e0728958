using System.Runtime.InteropServices;
using DynamicSampling.Api.Ingest.Otlp;

namespace DynamicSampling.Api.Ingest.Traffic;

/// <summary>
/// Whether clients obey, told from the root spans that arrive. Some carry the probability that they were kept with. Of the others the trace
/// id tells: SDKs keep a trace when a number made of its id is below the rate, so an id whose number is above was not kept by that
/// rate. Which number differs between SDKs; these are the four in use. Over the running minute and the one before. Not thread-safe.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct Evidence
{
    /// <summary>Rates above this are no test: nearly every trace would pass.</summary>
    public const double HighestTelling = 0.95;

    /// <summary>Fewer spans than this prove nothing.</summary>
    public const int Enough = 20;

    /// <summary>Relative; some write probabilities with few digits.</summary>
    public const double Tolerance = 1e-3;

    private const double AllowedShare = 0.05;

    private long _minute;
    private Counts _current;
    private Counts _before;
    private bool _wasIgnoringBefore;

    /// <summary>When the latest root span arrived, in milliseconds since the Unix epoch; 0 for never.</summary>
    public long LatestSpan { get; private set; }

    /// <summary>Spans that told something.</summary>
    public readonly int Checked => _current.Total + _before.Total;

    /// <summary>How many of them are in line with what was served.</summary>
    public readonly int InLine => Math.Max(0, Checked - Deviating(_current) - Deviating(_before));

    /// <summary>Whether so many state a probability that was served earlier that the clients follow an earlier version.</summary>
    public readonly bool IsStale => Checked >= Enough && _current.Stale + _before.Stale > AllowedShare * Checked;

    /// <summary>Whether so much deviates that the clients follow something else.</summary>
    public readonly bool IsIgnoring => IsIgnoringIn(_current.Plus(_before));

    /// <summary>
    /// Whether the same was true for two whole minutes: then what was served says nothing of what was kept. (Else a client that keeps
    /// everything would be taken for many times as much traffic.)
    /// </summary>
    public readonly bool IsProvenToIgnore => _wasIgnoringBefore && IsIgnoringIn(_before);

    /// <summary>A root span arrived.</summary>
    public void Arrived(long now)
    {
        LatestSpan = now;
        var minute = now / 60_000;
        if (minute == _minute)
            return;
        _wasIgnoringBefore = minute == _minute + 1 && IsIgnoringIn(_before);
        _before = minute == _minute + 1 ? _current : default;
        _current = default;
        _minute = minute;
    }

    /// <summary>The span states a probability.</summary>
    public void Stated(bool isInForce, bool wasServed)
    {
        _current.Total++;
        if (isInForce)
            return;
        if (wasServed)
            _current.Stale++;
        else
            _current.StatedOther++;
    }

    /// <summary>The span states none, and was kept under a rate.</summary>
    public void Silent(in SpanIdentity identity, double rate)
    {
        if (rate >= HighestTelling || identity == default)
            return;
        _current.Total++;
        var trace = identity.Trace;
        var (high, low) = ((ulong)(trace >> 64), (ulong)trace);
        // JavaScript: the exclusive or of the four quarters, of 2^32.
        var quarters = (uint)(high >> 32) ^ (uint)high ^ (uint)(low >> 32) ^ (uint)low;
        if (quarters > rate * uint.MaxValue)
            _current.AboveByQuarters++;
        // Go, Python, Rust, Ruby: the lower half.
        if (low > rate * ulong.MaxValue)
            _current.AboveByLowerHalf++;
        // Java: how far the lower half is from 0 as a signed number.
        if (Math.Abs((double)(long)low) > rate * long.MaxValue)
            _current.AboveBySignedLowerHalf++;
        // .NET: the same of the upper half.
        if (Math.Abs((double)(long)high) > rate * long.MaxValue)
            _current.AboveBySignedUpperHalf++;
    }

    private static bool IsIgnoringIn(Counts counts) => counts.Total >= Enough && Deviating(counts) > AllowedShare * counts.Total;

    // The SDK's own number deviates the least.
    private static int Deviating(Counts counts) =>
        counts.StatedOther + Math.Min(
            Math.Min(counts.AboveByQuarters, counts.AboveByLowerHalf), Math.Min(counts.AboveBySignedLowerHalf, counts.AboveBySignedUpperHalf));

    [StructLayout(LayoutKind.Auto)]
    private struct Counts
    {
        public int Total;
        public int Stale;
        public int StatedOther;
        public int AboveByQuarters;
        public int AboveByLowerHalf;
        public int AboveBySignedLowerHalf;
        public int AboveBySignedUpperHalf;

        public readonly Counts Plus(Counts other) => new()
        {
            Total = Total + other.Total,
            Stale = Stale + other.Stale,
            StatedOther = StatedOther + other.StatedOther,
            AboveByQuarters = AboveByQuarters + other.AboveByQuarters,
            AboveByLowerHalf = AboveByLowerHalf + other.AboveByLowerHalf,
            AboveBySignedLowerHalf = AboveBySignedLowerHalf + other.AboveBySignedLowerHalf,
            AboveBySignedUpperHalf = AboveBySignedUpperHalf + other.AboveBySignedUpperHalf,
        };
    }
}
