using System.Numerics;
using DynamicSampling.Api.Ingest.Otlp;

namespace DynamicSampling.Api.Ingest.Traffic;

/// <summary>
/// Finds spans that come again, since clients repeat what they got no answer for. It remembers the latest ones by a fingerprint of 64 bits: of a
/// million remembered, one new span in ten million millions is taken for a repetition.
/// </summary>
internal sealed class RepeatedSpans
{
    /// <summary>The most spans that are added at once.</summary>
    public const int MaxBatch = 256;

    private const int Parts = 16;
    private readonly Part[] _parts = new Part[Parts];
    // Fingerprints that nobody can choose.
    private readonly ulong _seed = BitConverter.ToUInt64(System.Security.Cryptography.RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <param name="remembered">How many spans are remembered at least, once so many have come; twice as many at most.</param>
    public RepeatedSpans(int remembered)
    {
        for (var i = 0; i < Parts; i++)
            _parts[i] = new(Math.Max(1, remembered / Parts));
    }

    /// <summary>What makes the same ids other spans in other organizations.</summary>
    public ulong SeedOf(string organization) => _seed ^ (ulong)organization.GetHashCode(StringComparison.Ordinal);

    /// <summary>What is remembered of a span; never 0.</summary>
    /// <param name="seed">Its organization's.</param>
    /// <param name="span">The span.</param>
    public static ulong FingerprintOf(ulong seed, in SpanIdentity span)
    {
        var hash = Mix(seed ^ (ulong)span.Trace);
        hash = Mix(hash ^ (ulong)(span.Trace >> 64));
        hash = Mix(hash ^ span.Span);
        // 0 marks an empty place.
        return hash | 1;
    }

    /// <summary>
    /// Remembers spans. Many at once, since a lock for each would take longer than the rest: the processor looks up several at a time as long as
    /// none comes in between.
    /// </summary>
    /// <param name="fingerprints">Their fingerprints, <see cref="MaxBatch"/> at most; 0 for a span that is not to be remembered.</param>
    /// <param name="areNew">Becomes false for each that had been remembered, also for the second one of a batch.</param>
    public void Add(ReadOnlySpan<ulong> fingerprints, Span<bool> areNew)
    {
        // By parts, in the order in which they came.
        Span<int> ends = stackalloc int[Parts];
        ends.Clear();
        foreach (var fingerprint in fingerprints)
            ends[PartOf(fingerprint)]++;
        for (var part = 1; part < Parts; part++)
            ends[part] += ends[part - 1];
        Span<ushort> order = stackalloc ushort[MaxBatch];
        for (var i = fingerprints.Length - 1; i >= 0; i--)
            order[--ends[PartOf(fingerprints[i])]] = (ushort)i;

        // What were the ends are the starts now.
        for (var part = 0; part < Parts; part++)
        {
            var end = part + 1 < Parts ? ends[part + 1] : fingerprints.Length;
            if (ends[part] < end)
                _parts[part].Add(fingerprints, order[ends[part]..end], areNew);
        }
    }

    private static int PartOf(ulong fingerprint) => (int)(fingerprint >> 60);

    // The finalizer of MurmurHash3.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCD;
        value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53;
        return value ^ (value >> 33);
    }

    /// <summary>Two generations: when the newer one is full it becomes the older one, and that is forgotten.</summary>
    private sealed class Part(int generation)
    {
        private readonly Lock _gate = new();
        private ulong[] _newer = new ulong[64];
        private ulong[] _older = [];
        private int _count;

        public void Add(ReadOnlySpan<ulong> fingerprints, ReadOnlySpan<ushort> which, Span<bool> areNew)
        {
            lock (_gate)
            {
                foreach (var i in which)
                    areNew[i] = fingerprints[i] == 0 || Add(fingerprints[i]);
            }
        }

        private bool Add(ulong fingerprint)
        {
            if (Contains(_older, fingerprint) || !Insert(_newer, fingerprint))
                return false;
            _count++;
            if (_count >= generation)
            {
                (_older, _newer) = (_newer, _older);
                if (_newer.Length == _older.Length)
                    Array.Clear(_newer);
                else
                    _newer = new ulong[_older.Length];
                _count = 0;
            }
            else if (_count * 2 > _newer.Length)
            {
                Grow();
            }

            return true;
        }

        private void Grow()
        {
            var larger = new ulong[(int)BitOperations.RoundUpToPowerOf2((uint)_newer.Length * 2)];
            foreach (var fingerprint in _newer)
            {
                if (fingerprint != 0)
                    Insert(larger, fingerprint);
            }

            _newer = larger;
        }

        private static bool Contains(ulong[] table, ulong fingerprint)
        {
            if (table.Length == 0)
                return false;
            for (var i = Place(fingerprint, table); ; i = (i + 1) & (table.Length - 1))
            {
                if (table[i] == fingerprint)
                    return true;
                if (table[i] == 0)
                    return false;
            }
        }

        private static bool Insert(ulong[] table, ulong fingerprint)
        {
            for (var i = Place(fingerprint, table); ; i = (i + 1) & (table.Length - 1))
            {
                if (table[i] == fingerprint)
                    return false;
                if (table[i] != 0)
                    continue;
                table[i] = fingerprint;
                return true;
            }
        }

        // The highest bits chose the part, and the lowest is always set.
        private static int Place(ulong fingerprint, ulong[] table) => (int)(fingerprint >> 1) & (table.Length - 1);
    }
}
