using System.IO.Compression;

namespace DynamicSampling.IntegrationTests.Fuzz;

/// <summary>Compressed bodies, of which now and then the compressed bytes are spoilt.</summary>
internal static class SpoiltGzip
{
    public static byte[] Compress(byte[] body, Random random)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(body);
        var compressed = buffer.ToArray();
        return random.Next(4) switch
        {
            0 => compressed[..random.Next(compressed.Length)],
            1 when compressed.Length > 0 => Flip(compressed, random),
            _ => compressed,
        };
    }

    private static byte[] Flip(byte[] bytes, Random random)
    {
        bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }
}
