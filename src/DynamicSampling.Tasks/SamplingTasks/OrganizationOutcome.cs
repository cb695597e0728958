using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>What a pass came to for one organization.</summary>
internal sealed record OrganizationOutcome(
    OutcomeKind Kind, int Projects, IReadOnlyList<PassFailure> Failures, RateDifference? Difference = null)
{
    /// <summary>The target that it was computed for; null where it came to none.</summary>
    public TargetRate? Target { get; init; }
}

internal enum OutcomeKind
{
    Published,
    Unchanged,
    WithoutVolumes,
    Pinned,
}
