using System.Buffers;

namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>Transactions that only ask whether a service is there: many, and all alike.</summary>
public static class HealthChecks
{
    private static readonly SearchValues<string> Words = SearchValues.Create(["healthcheck", "heartbeat"], StringComparison.OrdinalIgnoreCase);

    /// <summary>What their names look like.</summary>
    /// <remarks>A pattern like <c>*live*</c> would also hit "delivery": short words must be the last part of a path.</remarks>
    public static IReadOnlyList<string> Patterns { get; } =
        ["*healthcheck*", "*heartbeat*", "*/health", "*/healthz", "*/healthy", "*/live", "*/livez", "*/ready", "*/readyz"];

    /// <summary>The condition that says the same as <see cref="IsHealthCheck"/>.</summary>
    public static RuleCondition Condition { get; } = new GlobCondition("event.transaction", Patterns);

    /// <summary>Whether a transaction's name is that of a health check, in upper or lower case. Nothing is allocated.</summary>
    public static bool IsHealthCheck(ReadOnlySpan<char> transaction)
    {
        var slash = transaction.LastIndexOf('/');
        return (slash >= 0 && IsLastPart(transaction[(slash + 1)..])) || transaction.ContainsAny(Words);
    }

    private static bool IsLastPart(ReadOnlySpan<char> part) => part.Length switch
    {
        4 => Is(part, "live"),
        5 => Is(part, "livez") || Is(part, "ready"),
        6 => Is(part, "health") || Is(part, "readyz"),
        7 => Is(part, "healthz") || Is(part, "healthy"),
        _ => false,
    };

    private static bool Is(ReadOnlySpan<char> part, string name) => part.Equals(name, StringComparison.OrdinalIgnoreCase);
}
