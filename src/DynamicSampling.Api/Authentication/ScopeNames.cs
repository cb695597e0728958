using System.Diagnostics.CodeAnalysis;

namespace DynamicSampling.Api.Authentication;

/// <summary>Scopes as settings, tokens and the command line write them.</summary>
internal static class ScopeNames
{
    /// <summary>All of them, in order.</summary>
    public static readonly IReadOnlyList<string> All = ["ingest", "sample", "read", "operate", "admin"];

    public static string Of(Scope scopes) =>
        string.Join(' ', All.Where((_, i) => scopes.HasFlag((Scope)(1 << i))));

    /// <summary>Reads a scope by its name.</summary>
    public static bool TryParse([NotNullWhen(true)] string? name, out Scope scope)
    {
        for (var i = 0; i < All.Count; i++)
        {
            if (string.Equals(All[i], name, StringComparison.OrdinalIgnoreCase))
            {
                scope = (Scope)(1 << i);
                return true;
            }
        }

        scope = Scope.None;
        return false;
    }

    /// <summary>Reads those that are known, and leaves out the others: tokens have scopes for other services as well.</summary>
    public static Scope ParseKnown(IEnumerable<string> names)
    {
        var scopes = Scope.None;
        foreach (var name in names)
        {
            if (TryParse(name, out var scope))
                scopes |= scope;
        }

        return scopes;
    }
}
