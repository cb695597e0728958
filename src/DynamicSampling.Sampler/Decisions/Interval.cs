namespace DynamicSampling.Sampler.Decisions;

/// <summary>What was decided in an interval, by the same rates.</summary>
/// <param name="RatesTag">The entity tag of the rates; null for those that did not come from the service.</param>
/// <param name="Start">When it began.</param>
/// <param name="End">When it ended, at least a millisecond later.</param>
/// <param name="Counts">The operations that had roots.</param>
internal sealed record Interval(string? RatesTag, DateTimeOffset Start, DateTimeOffset End, OperationCount[] Counts);

/// <summary>The roots of an operation.</summary>
/// <param name="Name">The operation.</param>
/// <param name="Total">How many there were.</param>
/// <param name="Kept">How many of them were kept.</param>
/// <param name="Rate">The rate by which, 0 to 1.</param>
internal readonly record struct OperationCount(string Name, long Total, long Kept, double Rate);
