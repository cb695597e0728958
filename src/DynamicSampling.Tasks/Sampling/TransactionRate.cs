using System.Text.Json.Serialization;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>What is published for a transaction that does not simply get the implicit rate of its project.</summary>
/// <param name="Transaction">The transaction's name.</param>
/// <param name="Rate">The model's rate, 0 to 1, before factor and floor; null for the project's implicit rate.</param>
/// <param name="Total">Root traces in the window it was computed from, before sampling.</param>
/// <param name="Kept">Root traces stored in that window.</param>
public sealed record TransactionRate(string Transaction, double? Rate, double Total, double Kept)
{
    /// <summary>Whether a pin keeps it always.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Always { get; init; }

    /// <summary>The rate above which a pin never lets it, 0 to 1; null without one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Maximum { get; init; }

    /// <summary>Whether it is pinned, so that a pin of its project does not count.</summary>
    [JsonIgnore]
    public bool IsPinned => Always || Maximum is not null;
}
