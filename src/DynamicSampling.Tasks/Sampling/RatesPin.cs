namespace DynamicSampling.Tasks.Sampling;

/// <summary>Keeps rolled back rates in force: until it ends, no pass publishes others.</summary>
/// <param name="Version">The earlier version whose rates they are.</param>
/// <param name="Until">When it ends by itself.</param>
/// <param name="By">Who rolled back.</param>
public sealed record RatesPin(long Version, DateTimeOffset Until, string By)
{
    /// <summary>Whether it has not ended.</summary>
    public bool HoldsAt(DateTimeOffset now) => now < Until;
}
