using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace DynamicSampling.Api.Authentication;

/// <summary>Browsers that have signed in with a key. The cookie has the public part of the key only, and counts for as long as the key does.</summary>
internal static class Sessions
{
    public const string SchemeName = CookieAuthenticationDefaults.AuthenticationScheme;

    // The prefix makes browsers insist on all of: Secure, the whole host, no subdomain that could have set it (RFC 6265bis).
    public const string CookieName = "__Host-dynamic-sampling";

    public const string Path = "/sign-in";

    private const string KeyIdClaim = "key_id";

    /// <summary>Whether somebody looks at a page, who is better sent to sign in than told of a header.</summary>
    public static bool IsPage(HttpRequest request) =>
        HttpMethods.IsGet(request.Method)
        && !request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        && request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    public static string SignInPath(HttpRequest request) =>
        $"{request.PathBase}{Path}?returnUrl={Uri.EscapeDataString(request.PathBase + request.Path + request.QueryString)}";

    /// <summary>What the cookie says.</summary>
    public static ClaimsPrincipal Of(string keyId) => new(new ClaimsIdentity([new Claim(KeyIdClaim, keyId)], SchemeName));

    /// <summary>Finds out anew at each request what the key is good for: it may have been revoked.</summary>
    public static Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var access = context.HttpContext.RequestServices.GetRequiredService<Access>();
        var clock = context.HttpContext.RequestServices.GetRequiredService<TimeProvider>();
        if (context.Principal?.FindFirst(KeyIdClaim)?.Value is { } id && access.Keys.FindById(id, clock.GetUtcNow()) is { } principal)
            context.ReplacePrincipal(principal);
        else
            context.RejectPrincipal();
        return Task.CompletedTask;
    }
}
