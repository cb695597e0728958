namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>What a pass came to for one organization.</summary>
internal sealed record OrganizationOutcome(
    OutcomeKind Kind, int Projects, IReadOnlyList<PassFailure> Failures, RateDifference? Difference = null);

internal enum OutcomeKind
{
    Published,
    Unchanged,
    WithoutVolumes,
    Pinned,
}
