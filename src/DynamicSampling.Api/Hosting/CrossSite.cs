using DynamicSampling.Api.Authentication;
using Microsoft.Net.Http.Headers;

namespace DynamicSampling.Api.Hosting;

/// <summary>
/// Keeps pages of other sites from changing something through the browser of somebody who may: also where nobody is asked for a key.
/// </summary>
/// <remarks>
/// Browsers say where a request comes from (Fetch Metadata, and Origin for what is not a GET), and ask first before they send a media type that
/// no form has (Fetch, CORS-preflight), which is never allowed here. Programs say neither, and are not meant.
/// </remarks>
internal sealed class CrossSite(RequestDelegate next)
{
    private const string FetchSite = "Sec-Fetch-Site";

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!ChangesSomething(context) || !IsFromElsewhere(request))
            return next(context);
        return Refusals.WriteAsync(
            context,
            StatusCodes.Status403Forbidden,
            "The request comes from a page of another site, and such pages may change nothing here. Behind a proxy, let it pass the Host header on.");
    }

    // Also a sampler's request does: it is counted as a client's, and by that the volume of what it then sends.
    private static bool ChangesSomething(HttpContext context) =>
        !(HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method))
        || context.GetEndpoint()?.Metadata.GetMetadata<RequiredScope>() is { Scope: Scope.Sample };

    private static bool IsFromElsewhere(HttpRequest request)
    {
        if (request.Headers.TryGetValue(FetchSite, out var site))
            return !string.Equals(site, "same-origin", StringComparison.Ordinal) && !string.Equals(site, "none", StringComparison.Ordinal);
        // Browsers that do not say it are old, or talk to an address without TLS that is not this machine.
        return request.Headers[HeaderNames.Origin] is { Count: > 0 } origin
            && !(Uri.TryCreate(origin.ToString(), UriKind.Absolute, out var uri)
                && string.Equals(uri.Authority, WithoutDefaultPort(request, uri), StringComparison.OrdinalIgnoreCase));
    }

    private static string WithoutDefaultPort(HttpRequest request, Uri origin) =>
        request.Host.Port is { } port && port == (origin.Scheme == "https" ? 443 : 80) ? request.Host.Host : request.Host.Value ?? "";
}
