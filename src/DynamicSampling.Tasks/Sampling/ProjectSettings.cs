namespace DynamicSampling.Tasks.Sampling;

/// <summary>What one project wants; members that are null follow the organization.</summary>
public sealed record ProjectSettings
{
    /// <summary>The share of the project's traces to keep, 0 to 1. It counts in mode <c>project</c> only.</summary>
    public double? TargetSampleRate { get; init; }

    /// <summary>No rate but 0 is served below this, 0 to 1.</summary>
    public double? MinimumSampleRate { get; init; }

    /// <summary>How far transactions are balanced, from 0 (one rate for all) to 1.</summary>
    public double? Intensity { get; init; }

    /// <summary>Biases that are switched on or off.</summary>
    public BiasSettings? Biases { get; init; }
}
