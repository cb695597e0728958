namespace DynamicSampling.Api.Authentication;

/// <summary>What an endpoint asks of its callers. One without this is open to nobody.</summary>
/// <param name="Scope">What the key must be for, all of it; <see cref="Scope.None"/> when any key will do.</param>
/// <param name="Reach">For which organizations it must be.</param>
internal sealed record RequiredScope(Scope Scope, Reach Reach);

/// <summary>Which organizations a request is about.</summary>
internal enum Reach
{
    /// <summary>The one in the path; without one there, all.</summary>
    Path,

    /// <summary>That is in the query or the body: the endpoint asks <see cref="Caller"/>.</summary>
    Request,

    /// <summary>None.</summary>
    None,
}

/// <summary>Says what endpoints ask of their callers.</summary>
internal static class RequiredScopeExtensions
{
    /// <summary>Asks for a scope, and for the organization of the request. The latest wins, so an endpoint's counts before its group's.</summary>
    public static TBuilder RequireScope<TBuilder>(this TBuilder builder, Scope scope, Reach reach = Reach.Path)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(new RequiredScope(scope, reach));
}
