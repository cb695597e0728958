using System.Runtime.InteropServices;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;

namespace DynamicSampling.Api.Authentication;

/// <summary>The keys that count, in memory. One instance never changes.</summary>
internal sealed class KeyRing
{
    private const int MaxBytes = 1024;
    private static readonly byte[] NoHash = new byte[SHA256.HashSizeInBytes];

    private readonly Dictionary<ulong, Entry> _byHash = [];
    private readonly Dictionary<string, Entry> _byId = new(StringComparer.Ordinal);

    private KeyRing()
    {
    }

    public static KeyRing Empty { get; } = new();

    /// <summary>How many there are, some of which may have expired since.</summary>
    public int Count => _byId.Count;

    public static KeyRing Of(IEnumerable<ApiKey> keys)
    {
        var ring = new KeyRing();
        foreach (var key in keys.Where(key => key.RevokedAt is null))
        {
            var hash = Convert.FromHexString(key.Hash);
            var entry = new Entry(key, hash, new ClaimsPrincipal(new GrantIdentity(key.Grant, KeyHandler.SchemeName)));
            ring._byId.Add(key.Id, entry);
            // The first of two whose hashes begin the same: that does not happen, and if it does, the other one does not work.
            ring._byHash.TryAdd(MemoryMarshal.Read<ulong>(hash), entry);
        }

        return ring;
    }

    /// <summary>Whose key it is; null when it is nobody's, or has expired.</summary>
    // What is looked up is a hash, so how long it takes says nothing about keys; and the comparison takes the same time for a wrong one as for a right one.
    public ClaimsPrincipal? Find(ReadOnlySpan<char> key, DateTimeOffset now)
    {
        if (key.Length > ApiKey.MaxLength)
            return null;
        Span<byte> bytes = stackalloc byte[MaxBytes];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(key, bytes)], hash);
        var entry = _byHash.GetValueOrDefault(MemoryMarshal.Read<ulong>(hash));
        var isRight = CryptographicOperations.FixedTimeEquals(hash, entry?.Hash ?? NoHash);
        return isRight && entry!.Key.IsActive(now) ? entry.Principal : null;
    }

    /// <summary>Whose key it is, by its public part: for somebody who has shown it before.</summary>
    public ClaimsPrincipal? FindById(string id, DateTimeOffset now) =>
        _byId.GetValueOrDefault(id) is { } entry && entry.Key.IsActive(now) ? entry.Principal : null;

    /// <summary>The public part of a key.</summary>
    public string? FindId(ClaimsPrincipal principal) => _byId.Values.FirstOrDefault(entry => entry.Principal == principal)?.Key.Id;

    private sealed record Entry(ApiKey Key, byte[] Hash, ClaimsPrincipal Principal);
}
