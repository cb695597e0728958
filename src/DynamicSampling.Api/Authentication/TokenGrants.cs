using System.Collections.Frozen;
using System.Security.Claims;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Authentication;

/// <summary>What the claims of a token allow.</summary>
internal static class TokenGrants
{
    private const string AllOrganizations = "*";

    // So that no subject is taken for the name of a key.
    private const string Prefix = "jwt:";

    /// <summary>Reads scopes and organizations. A token that names no organization is for none.</summary>
    public static Grant Read(ClaimsPrincipal token, JwtSettings settings)
    {
        var organizations = token.FindAll(settings.OrganizationsClaim).Select(claim => claim.Value).ToArray();
        var isForAll = organizations.Contains(AllOrganizations, StringComparer.Ordinal);
        return new(
            NameOf(token),
            ScopeNames.ParseKnown(token.FindAll(settings.ScopeClaim).SelectMany(claim => claim.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))),
            isForAll ? null : organizations.Where(name => Names.Check(name) is null).ToFrozenSet(StringComparer.Ordinal));
    }

    // Whoever made the token has chosen it; the audit log keeps it as it keeps names.
    private static string NameOf(ClaimsPrincipal token) =>
        token.FindFirst("sub")?.Value is { Length: > 0 } subject && Names.Check(Prefix + subject) is null ? Prefix + subject : Prefix;
}
