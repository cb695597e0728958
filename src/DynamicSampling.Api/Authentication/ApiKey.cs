using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace DynamicSampling.Api.Authentication;

/// <summary>A key as it is stored: without what makes it work.</summary>
/// <param name="Id">Its public part.</param>
/// <param name="Hash">The SHA-256 of all of it, in lower-case hex.</param>
/// <param name="Grant">What it is for, with its name.</param>
/// <param name="Source">Who made it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="ExpiresAt">From when on it counts no longer; null for never.</param>
/// <param name="RevokedAt">When it was revoked; null while it is not.</param>
internal sealed record ApiKey(
    string Id, string Hash, Grant Grant, KeySource Source, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt = null, DateTimeOffset? RevokedAt = null)
{
    /// <summary>How keys of this service begin, for whoever searches repositories for secrets.</summary>
    public const string Prefix = "ds_";

    /// <summary>Of one that somebody else has thought up: less can be guessed.</summary>
    public const int MinLength = 16;

    public const int MaxLength = 200;

    private const string IdCharacters = "0123456789abcdefghjkmnpqrstvwxyz";

    public bool IsActive(DateTimeOffset now) => RevokedAt is null && !(ExpiresAt <= now);

    /// <summary>A new id.</summary>
    public static string NewId() => RandomNumberGenerator.GetString(IdCharacters, 10);

    /// <summary>A new key. It is shown once, and nobody can find it out later.</summary>
    // 256 bits from the system: nobody tries them out, so a plain hash of it will do.
    public static string NewSecret(string id) => $"{Prefix}{id}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";

    public static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    /// <summary>What is wrong with a key that somebody else has thought up; null when it will do. The text does not have the key.</summary>
    public static string? Check(string? key) => key switch
    {
        null or "" => "is empty",
        { Length: < MinLength or > MaxLength } => $"must have {MinLength} to {MaxLength} characters, but has {key.Length}; openssl rand -hex 32 makes one",
        _ when key.AsSpan().ContainsAnyExceptInRange('!', '~') => "must have visible ASCII characters only",
        _ => null,
    };
}

/// <summary>Who made a key.</summary>
internal enum KeySource
{
    /// <summary>It is in the settings of the service.</summary>
    Configuration,

    /// <summary>The command <c>keys create</c>.</summary>
    Command,
}
