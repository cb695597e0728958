namespace DynamicSampling.Tasks.Models;

/// <summary>A step of a tariff: the rate of an organization that has up to so many root traces a month.</summary>
/// <param name="MonthlyVolume">Root traces a month, before sampling: 0 or more, finite. The tier holds up to this volume, itself included.</param>
/// <param name="Rate">The share of them to keep, 0 to 1.</param>
public sealed record VolumeTier(double MonthlyVolume, double Rate);
