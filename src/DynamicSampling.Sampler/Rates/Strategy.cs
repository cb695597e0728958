namespace DynamicSampling.Sampler.Rates;

/// <summary>The rates that are followed.</summary>
/// <param name="DefaultRate">The rate of every operation that has none of its own, 0 to 1.</param>
/// <param name="Operations">The rates of operations, 0 to 1.</param>
/// <param name="Tag">The entity tag that stands for them; null when they did not come from the service, or came without.</param>
internal sealed record Strategy(double DefaultRate, IReadOnlyDictionary<string, double> Operations, string? Tag)
{
    /// <summary>The most operations with rates of their own: a strategy that has more is none.</summary>
    public const int MaxOperations = 5000;

    /// <summary>One rate for everything.</summary>
    public static Strategy Of(double rate) => new(rate, new Dictionary<string, double>(StringComparer.Ordinal), Tag: null);
}
