using Microsoft.Net.Http.Headers;

namespace DynamicSampling.Api.Hosting;

/// <summary>Refuses compressed bodies, which would be read as if they were not (RFC 9110, 8.4 and 12.5.3).</summary>
internal sealed class ContentEncodings(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.Request.Headers.ContentEncoding.ToString() is not { Length: > 0 } encoding || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            return next(context);
        if (context.GetEndpoint()?.Metadata.GetMetadata<DecodesContent>() is not null)
            return next(context);
        context.Response.Headers[HeaderNames.AcceptEncoding] = "identity";
        return TypedResults
            .Problem(
                $"The content encoding '{encoding}' is not supported here; send the body as it is.",
                statusCode: StatusCodes.Status415UnsupportedMediaType)
            .ExecuteAsync(context);
    }
}

/// <summary>Metadata of endpoints that decode bodies themselves.</summary>
internal sealed class DecodesContent;
