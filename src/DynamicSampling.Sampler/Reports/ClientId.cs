using System.Security.Cryptography;

namespace DynamicSampling.Sampler.Reports;

/// <summary>By what the service knows a sampler for as long as its process lives: a UUID of version 7, which .NET 8 does not make.</summary>
internal static class ClientId
{
    public static string Make(DateTimeOffset now)
    {
        Span<byte> bytes = stackalloc byte[16];
        RandomNumberGenerator.Fill(bytes);
        var milliseconds = now.ToUnixTimeMilliseconds();
        for (var i = 0; i < 6; i++)
            bytes[i] = (byte)(milliseconds >> (40 - (8 * i)));
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x70);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }
}
