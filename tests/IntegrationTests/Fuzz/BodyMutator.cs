using System.Text;

namespace DynamicSampling.IntegrationTests.Fuzz;

/// <summary>
/// Spoils bodies: bits, lengths and numbers that lie, parts that are missing, doubled or of another body, and tokens of JSON where
/// none belong. The same seed gives the same bodies.
/// </summary>
internal sealed class BodyMutator(int seed, IReadOnlyList<byte[]> bodies)
{
    private const int MaxLength = 32_768;

    private static readonly byte[][] Tokens =
    [
        .. new[]
        {
            "{", "}", "[", "]", ",", ":", "\"", "\\", "{}", "[]", "null", "true", "0", "-1", "1e999", "18446744073709551616", "\"\"", "\"\\ud800\"", "\"\\u0000\"", "\\u", "\r\n", "/**/",
            "\"name\":", "\"parentSpanId\":\"\",", "\"resource\":{},", "\"scopeSpans\":[{\"spans\":[{}]}],", "\"spans\":[", "\"resourceSpans\":[", "\"value\":{\"intValue\":1},", "\uFEFF",
        }.Select(Encoding.UTF8.GetBytes),
        [0xFF], [0xC3], new byte[16], [.. Enumerable.Repeat((byte)'[', 70)], [.. Enumerable.Repeat((byte)0x0B, 120)],
    ];

    private readonly Random _random = new(seed);

    /// <summary>Another body: one of the given, spoilt a few times; now and then nothing but random bytes.</summary>
    public byte[] Next()
    {
        if (_random.Next(50) == 0)
        {
            var bytes = new byte[_random.Next(64)];
            _random.NextBytes(bytes);
            return bytes;
        }

        var body = bodies[_random.Next(bodies.Count)].ToList();
        for (var times = 1 + _random.Next(4); times > 0; times--)
            Spoil(body);
        if (body.Count > MaxLength)
            body.RemoveRange(MaxLength, body.Count - MaxLength);
        return [.. body];
    }

    private void Spoil(List<byte> body)
    {
        var at = _random.Next(body.Count + 1);
        var length = _random.Next(Math.Min(_random.Next(2) == 0 ? 8 : 400, body.Count - at) + 1);
        switch (_random.Next(11))
        {
            case 0 when at < body.Count:
                body[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < body.Count:
                body[at] = (byte)_random.Next(256);
                break;
            case 2:
                body.RemoveRange(at, body.Count - at);
                break;
            case 3:
                body.RemoveRange(at, length);
                break;
            case 4:
                body.InsertRange(at, body.GetRange(at, length));
                break;
            case 5:
                body.InsertRange(_random.Next(body.Count + 1), body.GetRange(at, length));
                break;
            case 6:
                var bytes = new byte[_random.Next(12)];
                _random.NextBytes(bytes);
                body.InsertRange(at, bytes);
                break;
            case 7 when at < body.Count && body[at] < 0x80:
                Stretch(body, at);
                break;
            case 8 when at < body.Count:
                // Where a length stands, it is now a lie.
                body[at] = (byte)(body[at] + _random.Next(-3, 4));
                break;
            case 9:
                var other = bodies[_random.Next(bodies.Count)];
                body.RemoveRange(at, body.Count - at);
                body.AddRange(other[_random.Next(other.Length + 1)..]);
                break;
            default:
                body.InsertRange(at, Tokens[_random.Next(Tokens.Length)]);
                break;
        }
    }

    // Pads what may be a varint, which is no lie, unless it gets longer than a varint may be.
    private void Stretch(List<byte> body, int at)
    {
        var padding = new byte[_random.Next(1, 12)];
        Array.Fill<byte>(padding, 0x80);
        padding[^1] = 0;
        body[at] |= 0x80;
        body.InsertRange(at + 1, padding);
    }
}
