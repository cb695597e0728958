namespace DynamicSampling.Tasks.Sampling;

/// <summary>What the last recalibration came to.</summary>
/// <param name="Factor">What base rates are multiplied with, 0.1 to 10; 1 changes nothing.</param>
/// <param name="Until">When it expires if it is not renewed; null for never.</param>
/// <param name="Obedience">What was kept in the window as a share of what the rates in force should have kept; null when that is not known.</param>
public sealed record Recalibration(double Factor, DateTimeOffset? Until, double? Obedience)
{
    /// <summary>No recalibration.</summary>
    public static readonly Recalibration None = new(Factor: 1, Until: null, Obedience: null);

    /// <summary>Whether it has not expired.</summary>
    public bool HoldsAt(DateTimeOffset now) => !(now >= Until);
}
