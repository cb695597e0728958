using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DynamicSampling.Tasks.Runs;

/// <summary>
/// Makes ids of runs: UUIDs of version 7 like <see cref="Guid.CreateVersion7(DateTimeOffset)"/>, with random bits from the same
/// generator. That one asks the operating system at every id, which takes longer than the rest of a short run; here it is asked
/// once for many.
/// </summary>
internal static class RunIds
{
    // RFC 9562, 5.7: 48 bits of milliseconds, then 80 bits of which all but the version's and the variant's are random.
    private const int RandomBytes = 10;

    private const int IdsAtOnce = 128;

    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _left;

    /// <summary>A new id. Ids sort by start, in milliseconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="startedAt"/> is before 1970.</exception>
    public static Guid Create(DateTimeOffset startedAt)
    {
        var milliseconds = startedAt.ToUnixTimeMilliseconds();
        ArgumentOutOfRangeException.ThrowIfNegative(milliseconds, nameof(startedAt));
        Span<byte> id = stackalloc byte[16];
        BinaryPrimitives.WriteInt64BigEndian(id, milliseconds << 16);
        TakeRandom(id[^RandomBytes..]);
        id[6] = (byte)((id[6] & 0x0F) | 0x70);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new(id, bigEndian: true);
    }

    private static void TakeRandom(Span<byte> destination)
    {
        var random = _random ??= new byte[RandomBytes * IdsAtOnce];
        if (_left == 0)
        {
            RandomNumberGenerator.Fill(random);
            _left = IdsAtOnce;
        }

        _left--;
        random.AsSpan(_left * RandomBytes, RandomBytes).CopyTo(destination);
    }
}
