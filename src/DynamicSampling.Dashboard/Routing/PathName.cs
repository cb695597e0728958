using System.Globalization;
using System.Reflection;
using System.Text;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace DynamicSampling.Dashboard.Routing;

/// <summary>
/// A name in the path. It is read from the raw request target and decoded once, because routing leaves <c>%2F</c> as it is and
/// so cannot tell the names <c>a/b</c> and <c>a%2Fb</c> apart.
/// </summary>
/// <param name="Value">The name.</param>
public sealed record PathName(string Value) : IBindableFromHttpContext<PathName>
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static ValueTask<PathName?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var name = Find(context, parameter.Name!);
        return Names.Check(name) is { } problem
            ? throw new BadHttpRequestException($"The {Title(parameter.Name!)} in the path {problem}.")
            : ValueTask.FromResult<PathName?>(new PathName(name!));
    }

    /// <summary>A name in the path as it is, also one that is none; null when the path has no such parameter.</summary>
    public static string? Find(HttpContext context, string parameter) => ReadRaw(context, parameter) ?? context.GetRouteValue(parameter) as string;

    private static string? ReadRaw(HttpContext context, string parameter)
    {
        if ((context.GetEndpoint() as RouteEndpoint)?.RoutePattern is not { } pattern)
            return null;
        var position = pattern.PathSegments.ToList().FindIndex(segment =>
            segment.Parts is [RoutePatternParameterPart part] && string.Equals(part.Name, parameter, StringComparison.Ordinal));
        var path = RawPath(context.Features.Get<IHttpRequestFeature>()?.RawTarget);
        if (position < 0 || path is null)
            return null;
        var segments = Segments(path);
        var prefix = (context.Request.PathBase.Value ?? "").Split('/', StringSplitOptions.RemoveEmptyEntries).Length;
        return segments.Count == prefix + pattern.PathSegments.Count ? segments[prefix + position] : null;
    }

    // The server takes dot segments away before routing, so they are taken away here too, encoded or not.
    private static List<string> Segments(string path)
    {
        var segments = new List<string>();
        foreach (var segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Unescape))
        {
            if (segment == "..")
                segments.RemoveRange(Math.Max(0, segments.Count - 1), Math.Min(1, segments.Count));
            else if (segment != ".")
                segments.Add(segment);
        }

        return segments;
    }

    private static string Unescape(string segment)
    {
        var octets = Encoding.UTF8.GetBytes(segment);
        var length = 0;
        for (var i = 0; i < octets.Length; i++)
        {
            var octet = octets[i];
            if (octet == (byte)'%' && i + 2 < octets.Length && byte.TryParse(octets.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, provider: null, out var escaped))
            {
                octet = escaped;
                i += 2;
            }

            octets[length++] = octet;
        }

        try
        {
            return StrictUtf8.GetString(octets, 0, length);
        }
        catch (DecoderFallbackException exception)
        {
            // Left as they are written, %FF and %25FF would be one name.
            throw new BadHttpRequestException("A name in the path is not percent-encoded UTF-8.", exception);
        }
    }

    private static string? RawPath(string? target)
    {
        if (string.IsNullOrEmpty(target))
            return null;
        if (target[0] != '/')
        {
            // The absolute form that proxies get: http://host/path.
            var authority = target.IndexOf("://", StringComparison.Ordinal);
            var start = authority < 0 ? -1 : target.IndexOf('/', authority + 3);
            if (start < 0)
                return null;
            target = target[start..];
        }

        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target[..query];
    }

    private static string Title(string parameter) => parameter == "org" ? "organization" : parameter;
}
