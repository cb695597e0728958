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
        // Also where nothing follows, and in capitals: what is probably a key must not go on as a part of the path.
        if (context.Request.Path.Value is { Length: > 3 } path && path.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            var end = path.IndexOf('/', Prefix.Length);
            context.Features.Set(new PathKey(end < 0 ? path[Prefix.Length..] : path[Prefix.Length..end]));
            context.Request.Path = end < 0 ? "/" : path[end..];
            // Names in paths are read from there.
            if (context.Features.Get<IHttpRequestFeature>() is { } request)
                request.RawTarget = Cut(request.RawTarget, context.Request);
        }

        return next(context);
    }

    // Takes two segments out, as they are written, after those of the base.
    private static string Cut(string target, HttpRequest request)
    {
        var start = 0;
        if (!target.StartsWith('/') && target.IndexOf("://", StringComparison.Ordinal) is var authority and >= 0)
            start = target.IndexOf('/', authority + 3);
        if (start < 0)
            return target;
        start = Skip(target, start, (request.PathBase.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries).Length);
        var end = Skip(target, start, 2);
        return string.Concat(target.AsSpan(0, start), end < target.Length && target[end] == '/' ? "" : "/", target.AsSpan(end));
    }

    private static int Skip(string target, int position, int segments)
    {
        for (; segments > 0; segments--)
        {
            while (position < target.Length && target[position] == '/')
                position++;
            var end = target.AsSpan(position).IndexOfAny('/', '?');
            position = end < 0 ? target.Length : position + end;
        }

        return position;
    }
}
