using Microsoft.AspNetCore.Http;

namespace DynamicSampling.Dashboard.Layout;

/// <summary>What browsers may do with pages: take styles, scripts and pictures from here, send forms here, and nothing else.</summary>
internal sealed class PageHeaders : IEndpointFilter
{
    private const string ContentSecurityPolicy =
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void AddTo(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        // As antiforgery has it.
        headers.CacheControl = "no-cache, no-store";
    }

    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        AddTo(context.HttpContext.Response);
        return next(context);
    }
}
