using System.Buffers.Binary;

namespace DynamicSampling.Api.Ingest.Otlp.Metrics;

/// <summary>
/// Names series by 128 bits of what tells them apart, the same on every node and after every start. It does not stand up to somebody who looks
/// for two series with one name; they would be series of one service, and the loss would be theirs.
/// </summary>
internal static class SeriesIdentity
{
    // Any odd numbers with bits all over them.
    private const ulong First = 0x9E3779B97F4A7C15;
    private const ulong Second = 0xC2B2AE3D27D4EB4F;
    private const ulong Third = 0x165667B19E3779F9;
    private const ulong Fourth = 0xD6E8FEB86659FD93;

    /// <summary>The hash of some bytes. Attributes have no order, so theirs are added up.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> bytes)
    {
        // With its length, so that zeros at the end are not nothing.
        var high = First ^ (ulong)bytes.Length;
        var low = Second ^ (ulong)bytes.Length;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            Take(ref high, ref low, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        ulong rest = 0;
        for (var i = bytes.Length - 1; i >= 0; i--)
            rest = (rest << 8) | bytes[i];
        Take(ref high, ref low, rest);
        return new(high, low);
    }

    /// <summary>The name of something within something that has a name.</summary>
    public static UInt128 Within(UInt128 whole, UInt128 part)
    {
        var (high, low) = ((ulong)(whole >> 64), (ulong)whole);
        Take(ref high, ref low, (ulong)(part >> 64));
        Take(ref high, ref low, (ulong)part);
        return new(high, low);
    }

    private static void Take(ref ulong high, ref ulong low, ulong word)
    {
        high = Fold(high ^ word, Third) ^ low;
        low = Fold(low ^ word, Fourth) + high;
    }

    // Both halves of the product: each bit goes into all that are above it, and into those below by the upper half.
    private static ulong Fold(ulong left, ulong right)
    {
        var upper = Math.BigMul(left, right, out var lower);
        return upper ^ lower;
    }
}
