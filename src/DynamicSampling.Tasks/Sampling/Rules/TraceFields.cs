namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>The attributes of a trace. Its root operation, the event, has the same ones unless <see cref="Others"/> says otherwise.</summary>
public sealed record TraceFields : IRuleFields
{
    /// <summary><c>trace.transaction</c> and <c>event.transaction</c>: the root operation's name.</summary>
    public string? Transaction { get; init; }

    /// <summary><c>trace.release</c> and <c>event.release</c>.</summary>
    public string? Release { get; init; }

    /// <summary><c>trace.environment</c> and <c>event.environment</c>.</summary>
    public string? Environment { get; init; }

    /// <summary><c>trace.replay_id</c>.</summary>
    public string? ReplayId { get; init; }

    /// <summary>Attributes by their full name; one that is here counts instead of the property.</summary>
    public IReadOnlyDictionary<string, string?>? Others { get; init; }

    /// <summary>Whether something is the full name of an attribute.</summary>
    public static bool IsName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.StartsWith("trace.", StringComparison.Ordinal) || name.StartsWith("event.", StringComparison.Ordinal);
    }

    /// <inheritdoc/>
    public string? Find(string name)
    {
        if (Others is not null && Others.TryGetValue(name, out var value))
            return value;
        return name switch
        {
            "trace.transaction" or "event.transaction" => Transaction,
            "trace.release" or "event.release" => Release,
            "trace.environment" or "event.environment" => Environment,
            "trace.replay_id" => ReplayId,
            _ => null,
        };
    }
}
