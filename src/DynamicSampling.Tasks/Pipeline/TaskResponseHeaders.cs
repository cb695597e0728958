using System.Buffers;
using System.Globalization;
using System.Text;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Http;

namespace DynamicSampling.Tasks.Pipeline;

/// <summary>The statistics in response headers.</summary>
internal static class TaskResponseHeaders
{
    // RFC 9110, 5.6.2: the characters of a token. The percent sign is one, but here it starts an escape.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    // 65 functions with names of any length would not pass every proxy.
    private const int MaxNameLength = 64;

    public static void Write(HttpContext http, TaskRun run, string? runPath)
    {
        if (http.Response.HasStarted)
            return;
        if (run.TaskData.Count > 0)
            http.Response.Headers["Server-Timing"] = ServerTiming(run.TaskData);
        if (runPath is not null)
            http.Response.Headers.ContentLocation = RunLocation(http.Request.PathBase, runPath, run.Id);
    }

    public static string RunLocation(PathString pathBase, string runPath, Guid id) =>
        pathBase.ToUriComponent() + runPath.Replace("{id}", id.ToString(), StringComparison.Ordinal);

    /// <summary>One entry a function, in milliseconds.</summary>
    private static string ServerTiming(IReadOnlyDictionary<string, FunctionSnapshot> functions)
    {
        var header = new StringBuilder(functions.Count * 32);
        foreach (var (name, data) in functions)
        {
            if (header.Length > 0)
                header.Append(", ");
            AppendToken(header, name);
            header.Append(CultureInfo.InvariantCulture, $";dur={data.ExecutionTime * 1000:0.###}");
        }

        return header.ToString();
    }

    private static void AppendToken(StringBuilder header, string name)
    {
        if (name.Length > MaxNameLength)
            name = name[..MaxNameLength];
        if (!name.AsSpan().ContainsAnyExcept(TokenCharacters))
        {
            header.Append(name);
            return;
        }

        foreach (var octet in Encoding.UTF8.GetBytes(name))
        {
            if (TokenCharacters.Contains((char)octet))
                header.Append((char)octet);
            else
                header.Append('%').Append(octet.ToString("X2", CultureInfo.InvariantCulture));
        }
    }
}
