using System.Diagnostics;
using System.Runtime.CompilerServices;
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
        var found = default(Found);
        switch (parameters.Tags)
        {
            case null:
                break;
            // ASP.NET Core's: read where they are, since to copy them takes longer than to read them.
            case TagList:
                ref readonly var own = ref Unsafe.Unbox<TagList>(parameters.Tags);
                for (var i = 0; i < own.Count && !found.IsComplete; i++)
                    found.Take(own[i]);
                break;
            case IReadOnlyList<KeyValuePair<string, object?>> list:
                for (var i = 0; i < list.Count && !found.IsComplete; i++)
                    found.Take(list[i]);
                break;
            case ActivityTagsCollection tags:
                foreach (var tag in tags)
                    found.Take(tag);
                break;
            case { } tags:
                TakeLazy(tags, ref found);
                break;
        }

        return new(found.Method is not null || parameters.Name == AspNetCoreName, found.Method ?? "", found.Path);
    }

    /// <summary>Whether a span that ended was an HTTP request which a server has taken.</summary>
    public static bool AreOn(Activity activity) =>
        activity.Kind == ActivityKind.Server
        && (activity.OperationName == AspNetCoreName || activity.GetTagItem("http.request.method") is not null || activity.GetTagItem("http.method") is not null);

    // Here enumerating may run the application's code. What that throws must not come out of starting a span.
    private static void TakeLazy(IEnumerable<KeyValuePair<string, object?>> tags, ref Found found)
    {
        try
        {
            foreach (var tag in tags)
                found.Take(tag);
        }
        catch (Exception)
        {
            found = default;
        }
    }

    private ref struct Found
    {
        public string? Method { get; private set; }

        public ReadOnlySpan<char> Path { get; private set; }

        public readonly bool IsComplete => Method is not null && !Path.IsEmpty;

        public void Take(in KeyValuePair<string, object?> tag)
        {
            switch (tag.Key)
            {
                case "http.request.method" or "http.method":
                    Method = tag.Value as string;
                    break;
                case "url.path":
                    Path = tag.Value as string;
                    break;
                case "http.target":
                    Path = tag.Value as string;
                    var query = Path.IndexOf('?');
                    if (query >= 0)
                        Path = Path[..query];
                    break;
            }
        }
    }
}
