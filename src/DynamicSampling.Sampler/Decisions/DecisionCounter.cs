namespace DynamicSampling.Sampler.Decisions;

/// <summary>
/// How many were decided and how many of them kept. It is one number until threads get into each other's way, and from then on one for
/// every processor, so that quiet operations take no room and loud ones no time.
/// </summary>
internal sealed class DecisionCounter
{
    // Both counts in one number, so that one addition counts and what is taken is consistent: kept above, decided below. It is taken every few
    // seconds, in which nobody decides 2^32 times.
    private const int KeptShift = 32;
    private const long Decided = 1;
    private const long DecidedAndKept = (1L << KeptShift) | Decided;

    // In numbers: what one processor writes should share no cache line with what another does.
    private const int Stride = 8;
    private static readonly int StripeMask = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Min(Environment.ProcessorCount, 64)) - 1;
    private long _count;
    private long[]? _stripes;

    public void Add(bool isKept)
    {
        var one = isKept ? DecidedAndKept : Decided;
        if (Volatile.Read(ref _stripes) is { } stripes)
        {
            Interlocked.Add(ref stripes[(Thread.GetCurrentProcessorId() & StripeMask) * Stride], one);
            return;
        }

        var count = _count;
        if (Interlocked.CompareExchange(ref _count, count + one, count) == count)
            return;
        Interlocked.Add(ref _count, one);
        Interlocked.CompareExchange(ref _stripes, new long[(StripeMask + 1) * Stride], null);
    }

    /// <summary>What was counted since the last time. Nothing is lost that is counted meanwhile.</summary>
    public (long Total, long Kept) Take()
    {
        var (total, kept) = (0L, 0L);
        Add(Interlocked.Exchange(ref _count, 0));
        if (Volatile.Read(ref _stripes) is { } stripes)
        {
            for (var i = 0; i < stripes.Length; i += Stride)
                Add(Interlocked.Exchange(ref stripes[i], 0));
        }

        return (total, kept);

        void Add(long count)
        {
            total += count & uint.MaxValue;
            kept += count >>> KeptShift;
        }
    }
}
