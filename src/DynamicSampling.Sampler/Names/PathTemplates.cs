using System.Collections.Frozen;

namespace DynamicSampling.Sampler.Names;

/// <summary>
/// Finds the operation of a request by its method and path, among operations that are named like <c>GET /cart/{id}</c>. What the path says literally
/// goes before a parameter, and that before a parameter which takes all that is left; case does not matter, as in ASP.NET Core's routing. Where templates
/// differ only in what their parameters are called or restricted to, the path does not tell which one it is, so it is none of them.
/// </summary>
/// <typeparam name="T">What is found.</typeparam>
internal sealed class PathTemplates<T>
    where T : class
{
    private readonly FrozenDictionary<string, Node> _methods;

    /// <param name="operations">All operations; those whose names are no templates are left out.</param>
    /// <param name="unclear">What is found where it could be more than one.</param>
    public PathTemplates(IEnumerable<(string Name, T Found)> operations, T unclear)
    {
        var methods = new Dictionary<string, Builder>(StringComparer.Ordinal);
        foreach (var (name, found) in operations)
        {
            if (!TryParse(name, out var method, out var template))
                continue;
            if (!methods.TryGetValue(method, out var root))
                methods.Add(method, root = new(unclear));
            root.Add(template.Split('/', StringSplitOptions.RemoveEmptyEntries), found);
        }

        _methods = methods.ToFrozenDictionary(method => method.Key, method => method.Value.Freeze(), StringComparer.Ordinal);
    }

    /// <summary>What the path of a request leads to; null when that is nothing.</summary>
    public T? Find(string method, ReadOnlySpan<char> path) => _methods.TryGetValue(method, out var root) ? root.Find(path) : null;

    /// <summary>Whether an operation's name is a method and a path or template.</summary>
    public static bool IsTemplate(string name) => TryParse(name, out _, out _);

    // Controllers' templates have no slash in front.
    private static bool TryParse(string name, out string method, out string template)
    {
        var space = name.IndexOf(' ', StringComparison.Ordinal);
        method = template = "";
        if (space < 1 || space == name.Length - 1 || name.AsSpan(0, space).ContainsAnyExceptInRange('A', 'Z'))
            return false;
        method = name[..space];
        template = name[(space + 1)..];
        return template.AsSpan().ContainsAny("/{") || !template.AsSpan().ContainsAny(" \t");
    }

    private static bool IsParameter(string segment) => segment.Contains('{', StringComparison.Ordinal);

    private static bool IsCatchAll(string segment) => segment.StartsWith("{*", StringComparison.Ordinal);

    // {id?} and {action=Index}: the path may end before them.
    private static bool IsOptional(string segment) =>
        segment.StartsWith('{') && (segment.EndsWith("?}", StringComparison.Ordinal) || segment.Contains('=', StringComparison.Ordinal));

    private sealed class Builder(T unclear)
    {
        private readonly SortedDictionary<string, Builder> _literals = new(StringComparer.OrdinalIgnoreCase);
        private Builder? _parameter;
        private T? _end;
        private T? _rest;

        public void Add(ReadOnlySpan<string> segments, T found)
        {
            if (segments.IsEmpty || EndsHere(segments))
                End(ref _end, found);
            if (segments.IsEmpty)
                return;
            if (IsCatchAll(segments[0]))
            {
                End(ref _rest, found);
            }
            else if (IsParameter(segments[0]))
            {
                (_parameter ??= new(unclear)).Add(segments[1..], found);
            }
            else
            {
                if (!_literals.TryGetValue(segments[0], out var next))
                    _literals.Add(segments[0], next = new(unclear));
                next.Add(segments[1..], found);
            }
        }

        public Node Freeze() => new(
            [.. _literals.Keys], [.. _literals.Values.Select(next => next.Freeze())], _parameter?.Freeze(), _end, _rest);

        private void End(ref T? end, T found) => end = end is null || ReferenceEquals(end, found) ? found : unclear;

        private static bool EndsHere(ReadOnlySpan<string> segments)
        {
            foreach (var segment in segments)
            {
                if (!IsOptional(segment) && !IsCatchAll(segment))
                    return false;
            }

            return true;
        }
    }

    private sealed class Node(string[] literals, Node[] nexts, Node? parameter, T? end, T? rest)
    {
        // Each node is looked at once at most, since it belongs to one beginning of the path: a path cannot make this slow.
        public T? Find(ReadOnlySpan<char> path)
        {
            path = path.TrimStart('/');
            if (path.IsEmpty)
                return end;
            var slash = path.IndexOf('/');
            var segment = slash < 0 ? path : path[..slash];
            var following = slash < 0 ? default : path[slash..];
            var at = IndexOf(segment);
            return (at < 0 ? null : nexts[at].Find(following)) ?? parameter?.Find(following) ?? rest;
        }

        private int IndexOf(ReadOnlySpan<char> segment)
        {
            var (low, high) = (0, literals.Length - 1);
            while (low <= high)
            {
                var middle = (low + high) >>> 1;
                var order = segment.CompareTo(literals[middle], StringComparison.OrdinalIgnoreCase);
                if (order == 0)
                    return middle;
                if (order < 0)
                    high = middle - 1;
                else
                    low = middle + 1;
            }

            return -1;
        }
    }
}
