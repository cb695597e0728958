using System.Numerics;
using DynamicSampling.Api.Endpoints;
using DynamicSampling.Dashboard.Routing;
using Microsoft.AspNetCore.Authorization;

namespace DynamicSampling.Api.Authentication;

/// <summary>Whoever it is must have shown a key or a token, and be allowed what the endpoint asks for.</summary>
internal sealed class ScopeRequirement : IAuthorizationRequirement;

/// <summary>Compares what somebody may do with what an endpoint asks for. An endpoint that asks for nothing is open to nobody.</summary>
internal sealed class ScopeHandler(Access access) : AuthorizationHandler<ScopeRequirement>
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, ScopeRequirement requirement)
    {
        if (!access.IsRequired)
            context.Succeed(requirement);
        else if (context.Resource is HttpContext http && Caller.GrantOf(http) is { } grant && FindProblem(http, grant) is null)
            context.Succeed(requirement);
        return Task.CompletedTask;
    }

    /// <summary>Why a request was refused.</summary>
    public static string Explain(HttpContext http) => (Caller.GrantOf(http) is { } grant ? FindProblem(http, grant) : null) ?? "The key is not for this.";

    private static string? FindProblem(HttpContext http, Grant grant)
    {
        // Where there is nothing at a path, or nothing for its method, the answer says so.
        if (http.GetEndpoint() is not RouteEndpoint endpoint)
            return null;
        if (endpoint.Metadata.GetMetadata<RequiredScope>() is not { } required)
            return "Nobody may use this endpoint: it does not say who may.";
        if (!grant.Has(required.Scope))
            return $"This needs a key with the {(BitOperations.IsPow2((int)required.Scope) ? "scope" : "scopes")} {ScopeNames.Of(required.Scope)}.";
        if (required.Scope is not (Scope.Ingest or Scope.Sample) && http.Features.Get<PathKey>() is not null)
            return "A key in the path is good for sending and sampling only, since paths end up in logs: send it as Authorization: Bearer KEY.";
        if (grant.IsForAll || required.Reach != Reach.Path)
            return null;
        if (PathName.Find(http, "org") is not { } organization)
            return "This is about all organizations, and the key is for some only.";
        return grant.IsFor(organization) ? null : Caller.Foreign().Message;
    }
}
