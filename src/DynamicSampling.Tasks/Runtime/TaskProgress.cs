namespace DynamicSampling.Tasks.Runtime;

/// <summary>How far a run has got, in whatever it counts.</summary>
/// <param name="Done">How many are done.</param>
/// <param name="Total">How many there are, as far as is known; null when it is not.</param>
public sealed record TaskProgress(long Done, long? Total);
