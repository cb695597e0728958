using System.Security.Claims;

namespace DynamicSampling.Api.Authentication;

/// <summary>Whoever has shown a key or a token, with what he may do.</summary>
internal sealed class GrantIdentity : ClaimsIdentity
{
    public GrantIdentity(Grant grant, string scheme)
        : base([new Claim(ClaimTypes.Name, grant.Name)], scheme, ClaimTypes.Name, ClaimTypes.Role) => Grant = grant;

    public Grant Grant { get; }
}
