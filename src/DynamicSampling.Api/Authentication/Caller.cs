using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace DynamicSampling.Api.Authentication;

/// <summary>Whoever sends a request, and what he may see and do beyond what the endpoint asks of everybody.</summary>
internal static class Caller
{
    /// <summary>For whom nobody asked.</summary>
    public const string Anonymous = "anonymous";

    private const string ForeignDetail = "The key is not for that organization.";

    /// <summary>What he is called in the audit log: the name of the key, or the subject of the token. Never the key itself.</summary>
    public static string NameOf(HttpContext http) => GrantOf(http)?.Name ?? Anonymous;

    /// <summary>What he may do; null when nobody is asked, and everybody may do everything.</summary>
    // Not HttpContext.User, which makes somebody up for those who are nobody.
    public static Grant? GrantOf(HttpContext http) => (http.Features.Get<IHttpAuthenticationFeature>()?.User?.Identity as GrantIdentity)?.Grant;

    /// <summary>Whether he may know of what an organization has; null for what is about all of them.</summary>
    public static bool MaySee(HttpContext http, string? organization) =>
        GrantOf(http) is not { IsForAll: false } grant || (organization is not null && grant.IsFor(organization));

    /// <summary>The organization that a request is about: the named one, else that of a key for only one, else the default.</summary>
    /// <exception cref="BadHttpRequestException">403: the key is for others.</exception>
    public static string OrganizationOf(HttpContext http, string? named = null)
    {
        if (GrantOf(http) is not { IsForAll: false } grant)
            return named ?? Names.DefaultOrganization;
        var organization = named ?? grant.OnlyOrganization ?? Names.DefaultOrganization;
        return grant.IsFor(organization) ? organization : throw Foreign();
    }

    /// <summary>The organization that a request which may be about all is about: the named one, else that of a key for only one; null for all.</summary>
    /// <exception cref="BadHttpRequestException">403: the key is for others, or for some and none is named.</exception>
    public static string? OrganizationOrAll(HttpContext http, string? named)
    {
        if (GrantOf(http) is not { IsForAll: false } grant)
            return named;
        return (named ?? grant.OnlyOrganization) is not { } organization
            ? throw new BadHttpRequestException("The key is for some organizations only: name one of them as organization.", StatusCodes.Status403Forbidden)
            : grant.IsFor(organization) ? organization : throw Foreign();
    }

    /// <summary>Makes something that callers choose, such as an idempotency key, different from the same of other callers.</summary>
    // No name has a line feed in it.
    public static string? Own(HttpContext http, string? chosen) => chosen is not null && GrantOf(http) is { } grant ? $"{grant.Name}\n{chosen}" : chosen;

    /// <summary>Asks for a scope that only some requests to an endpoint need.</summary>
    /// <exception cref="BadHttpRequestException">403: the key has not got it.</exception>
    public static void Demand(HttpContext http, Scope scope, string what)
    {
        if (GrantOf(http) is { } grant && !grant.Has(scope))
            throw new BadHttpRequestException($"{what} needs a key with the scope {ScopeNames.Of(scope)}.", StatusCodes.Status403Forbidden);
    }

    /// <summary>The same whether there is such an organization or not.</summary>
    public static BadHttpRequestException Foreign() => new(ForeignDetail, StatusCodes.Status403Forbidden);
}
