using System.Collections.Frozen;
using System.Numerics;

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
        private readonly Dictionary<string, Builder> _literals = new(StringComparer.OrdinalIgnoreCase);
        private Builder? _parameter;
        private T? _end;
        private T? _earlyEnd;
        private T? _rest;

        public void Add(ReadOnlySpan<string> segments, T found)
        {
            if (segments.IsEmpty)
            {
                End(ref _end, found);
                return;
            }

            if (MayEndBefore(segments))
                End(ref _earlyEnd, found);
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

        public Node Freeze() => new(_literals.Select(literal => KeyValuePair.Create(literal.Key, literal.Value.Freeze())), _parameter?.Freeze(), _end ?? _earlyEnd, _rest);

        private void End(ref T? end, T found) => end = end is null || ReferenceEquals(end, found) ? found : unclear;

        private static bool MayEndBefore(ReadOnlySpan<string> segments)
        {
            foreach (var segment in segments)
            {
                if (!IsOptional(segment) && !IsCatchAll(segment))
                    return false;
            }

            return true;
        }
    }

    private sealed class Node
    {
        private readonly Literal[] _literals;
        private readonly int _mask;
        private readonly Node? _parameter;
        private readonly T? _end;
        private readonly T? _rest;

        public Node(IEnumerable<KeyValuePair<string, Node>> literals, Node? parameter, T? end, T? rest)
        {
            (_parameter, _end, _rest) = (parameter, end, rest);
            var all = literals.ToList();
            _literals = new Literal[all.Count == 0 ? 0 : (int)BitOperations.RoundUpToPowerOf2((uint)all.Count * 2)];
            _mask = _literals.Length - 1;
            foreach (var (text, next) in all)
            {
                var at = (int)HashOfSegment(text, out _) & _mask;
                while (_literals[at].Text is not null)
                    at = (at + 1) & _mask;
                _literals[at] = new(text, next);
            }
        }

        // Each node is looked at once at most, since it belongs to one beginning of the path: no path can make this slow.
        public T? Find(ReadOnlySpan<char> path)
        {
            var start = 0;
            while (start < path.Length && path[start] == '/')
                start++;
            path = path[start..];
            if (path.IsEmpty)
                return _end;
            var hash = HashOfSegment(path, out var length);
            var following = path[length..];
            return LiteralOf(path[..length], hash)?.Find(following) ?? _parameter?.Find(following) ?? _rest;
        }

        // Bit 5 is the case of ASCII letters; others may have it elsewhere, and do not count.
        private static uint HashOfSegment(ReadOnlySpan<char> path, out int length)
        {
            var hash = 0u;
            for (length = 0; length < path.Length && path[length] != '/'; length++)
                hash = (hash * 31) + (path[length] < 128 ? path[length] | 0x20u : 0);
            return hash ^ (hash >> 16);
        }

        private Node? LiteralOf(ReadOnlySpan<char> segment, uint hash)
        {
            if (_literals.Length == 0)
                return null;
            for (var at = (int)hash & _mask; _literals[at].Text is { } text; at = (at + 1) & _mask)
            {
                if (segment.Equals(text, StringComparison.OrdinalIgnoreCase))
                    return _literals[at].Next;
            }

            return null;
        }

        private readonly record struct Literal(string? Text, Node Next);
    }
}
