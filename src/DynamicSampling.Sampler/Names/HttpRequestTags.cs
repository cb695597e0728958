using System.Diagnostics;
using OpenTelemetry.Trace;

namespace DynamicSampling.Sampler.Names;

/// <summary>What is known of an HTTP request at a span's start. A server starts its span before it has found the route, so it cannot have the span's later name.</summary>
internal readonly ref struct HttpRequestTags
{
    /// <summary>The name with which ASP.NET Core starts the span of a request.</summary>
    public const string AspNetCoreName = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    private HttpRequestTags(bool areThere, string method, ReadOnlySpan<char> path)
    {
        AreThere = areThere;
        Method = method;
        Path = path;
    }

    /// <summary>Whether it is an HTTP request, of which more need not be known.</summary>
    public bool AreThere { get; }

    /// <summary>The method; empty when it is not known.</summary>
    public string Method { get; }

    /// <summary>The path without query; empty when it is not known.</summary>
    public ReadOnlySpan<char> Path { get; }

    /// <summary>Reads the first tags, of the present conventions or the old ones, without allocating for any collection that instrumentations use.</summary>
    public static HttpRequestTags Read(in SamplingParameters parameters)
    {
        string? method = null;
        string? path = null;
        switch (parameters.Tags)
        {
            case null:
                break;
            // ASP.NET Core's are a TagList.
            case IReadOnlyList<KeyValuePair<string, object?>> list:
                for (var i = 0; i < list.Count; i++)
                    Take(list[i], ref method, ref path);
                break;
            case ActivityTagsCollection tags:
                foreach (var tag in tags)
                    Take(tag, ref method, ref path);
                break;
            case { } tags:
                foreach (var tag in tags)
                    Take(tag, ref method, ref path);
                break;
        }

        var query = path?.AsSpan().IndexOf('?') ?? -1;
        return new(method is not null || parameters.Name == AspNetCoreName, method ?? "", query < 0 ? path : path.AsSpan(0, query));
    }

    /// <summary>Whether a span that ended was an HTTP request which a server has taken.</summary>
    public static bool AreOn(Activity activity) =>
        activity.Kind == ActivityKind.Server
        && (activity.OperationName == AspNetCoreName || activity.GetTagItem("http.request.method") is not null || activity.GetTagItem("http.method") is not null);

    private static void Take(in KeyValuePair<string, object?> tag, ref string? method, ref string? path)
    {
        switch (tag.Key)
        {
            case "http.request.method" or "http.method":
                method = tag.Value as string;
                break;
            case "url.path" or "http.target":
                path = tag.Value as string;
                break;
        }
    }
}
