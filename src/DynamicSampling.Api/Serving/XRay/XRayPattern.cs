using System.Text;

namespace DynamicSampling.Api.Serving.XRay;

/// <summary>
/// What X-Ray's samplers can tell a transaction by: the method and the path of its request. They know nothing of routes, so a parameter of a
/// route becomes <c>*</c>, which matches slashes as well.
/// </summary>
/// <param name="Method">The method, or <c>*</c>.</param>
/// <param name="Path">The path, with <c>*</c> for any characters.</param>
internal readonly record struct XRayPattern(string Method, string Path)
{
    /// <summary>Whatever a service is asked for.</summary>
    public static readonly XRayPattern Everything = new("*", "*");

    private const int LongestMethod = 16;

    /// <summary>How many characters are given. A pattern that matches less than another never has fewer.</summary>
    public int Literals => Path.Length - Wildcards;

    /// <summary>How many characters stand for any. Of two patterns with the same literals, the one that matches less has fewer.</summary>
    public int Wildcards => Path.AsSpan().Count('*');

    /// <summary>Whether a name is matched as it is: patterns cannot escape their two special characters.</summary>
    public static bool IsLiteral(string name) => !name.AsSpan().ContainsAny('*', '?');

    /// <summary>The pattern of a transaction such as <c>GET /cart/{id}</c>.</summary>
    /// <returns>Null for other names, and for those whose pattern would match what is not meant.</returns>
    public static XRayPattern? OfTransaction(string transaction)
    {
        var space = transaction.IndexOf(' ', StringComparison.Ordinal);
        if (space is < 1 or > LongestMethod || space + 1 >= transaction.Length || transaction[space + 1] != '/')
            return null;
        var method = transaction[..space];
        return method.All(char.IsAsciiLetterUpper) && OfRoute(transaction.AsSpan(space + 1)) is { } path ? new(method, path) : null;
    }

    private static string? OfRoute(ReadOnlySpan<char> route)
    {
        var path = new StringBuilder(route.Length);
        foreach (var range in route[1..].Split('/'))
        {
            path.Append('/');
            if (!TryAppend(path, route[1..][range]))
                return null;
        }

        return path.ToString();
    }

    // {id} and {id:int} (OpenTelemetry, ASP.NET Core, Spring, FastAPI), :id (Express, Rails), <int:id> (Flask, Django), * and **.
    private static bool TryAppend(StringBuilder path, ReadOnlySpan<char> segment)
    {
        if (segment is "*" or "**")
        {
            path.Append('*');
            return true;
        }

        while (!segment.IsEmpty)
        {
            var length = segment[0] switch
            {
                '{' => LengthOf(segment, '{', '}'),
                '<' => LengthOf(segment, '<', '>'),
                ':' when path[^1] is '/' or '-' or '.' => LengthOfNamed(segment),
                '*' or '?' => -1,
                _ => 0,
            };
            if (length < 0)
                return false;
            if (length == 0)
                path.Append(segment[0]);
            else if (path[^1] != '*')
                path.Append('*');
            segment = segment[Math.Max(1, length)..];
        }

        return true;
    }

    // Constraints may have braces of their own. -1 when it does not end.
    private static int LengthOf(ReadOnlySpan<char> segment, char open, char close)
    {
        var depth = 0;
        for (var i = 0; i < segment.Length; i++)
        {
            if (segment[i] == open)
                depth++;
            else if (segment[i] == close && --depth == 0)
                return i + 1;
        }

        return -1;
    }

    // 0 for a colon that begins no name, as in a time of day.
    private static int LengthOfNamed(ReadOnlySpan<char> segment)
    {
        var end = 1;
        while (end < segment.Length && (char.IsAsciiLetterOrDigit(segment[end]) || segment[end] == '_'))
            end++;
        if (end == 1 || char.IsAsciiDigit(segment[1]))
            return 0;
        return end < segment.Length && segment[end] is '?' or '*' or '+' ? end + 1 : end;
    }
}
