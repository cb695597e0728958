using Microsoft.AspNetCore.Http.Features;

namespace DynamicSampling.Api.Authentication;

/// <summary>A key that came in the path.</summary>
/// <param name="Key">The key.</param>
internal sealed record PathKey(string Key);

/// <summary>
/// Takes the key out of <c>/k/{key}/sampling</c>, for samplers and exporters that cannot send headers. Before routing, so that whatever
/// comes after sees the path without it: routes, logs, traces and answers.
/// </summary>
internal sealed class KeysInPaths(RequestDelegate next)
{
    private const string Prefix = "/k/";

    public Task InvokeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value;
        if (path is not null && path.StartsWith(Prefix, StringComparison.Ordinal) && path.IndexOf('/', Prefix.Length) is var end and > 0)
        {
            context.Features.Set(new PathKey(path[Prefix.Length..end]));
            context.Request.Path = path[end..];
            // Names in paths are read from there.
            if (context.Features.Get<IHttpRequestFeature>() is { } request)
                request.RawTarget = Cut(request.RawTarget, context.Request);
        }

        return next(context);
    }

    private static string Cut(string target, HttpRequest request)
    {
        var start = request.PathBase.HasValue ? target.IndexOf(Prefix, request.PathBase.Value.Length, StringComparison.Ordinal) : target.IndexOf(Prefix, StringComparison.Ordinal);
        var end = start < 0 ? -1 : target.IndexOf('/', start + Prefix.Length);
        // Written in some other way; the path that the server made of it has no key any more.
        return end < 0 ? request.PathBase.ToUriComponent() + request.Path.ToUriComponent() + request.QueryString : string.Concat(target.AsSpan(0, start), target.AsSpan(end));
    }
}
