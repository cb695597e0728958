using System.Security.Cryptography;
using System.Text;

namespace DynamicSampling.Api.Serving.XRay;

/// <summary>A rule for X-Ray's samplers.</summary>
/// <param name="Name">Its name, which stays the same as long as the service and the pattern do.</param>
/// <param name="Service">The service that it is for; null for all.</param>
/// <param name="Pattern">The requests that it is for.</param>
/// <param name="Rate">The share of traces to keep, 0 to 1.</param>
/// <param name="Transaction">What its requests are counted as.</param>
internal sealed record XRayRule(string Name, string? Service, XRayPattern Pattern, double Rate, string Transaction)
{
    /// <summary>The rule for what no other is for. Clients know it by this name.</summary>
    public const string Default = "Default";

    /// <summary>As long as X-Ray's own names may be.</summary>
    private const int NameLength = 32;

    /// <summary>The name of a rule. Of what it does, and not of what is published now, so that clients go on counting under it.</summary>
    public static string NameOf(string service, XRayPattern pattern)
    {
        // No name has a line feed in it, and clients ignore case.
        var text = $"{service}\n{pattern.Method}\n{pattern.Path}".ToLowerInvariant();
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, NameLength / 2));
    }
}
