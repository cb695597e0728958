namespace DynamicSampling.Tasks.Sampling;

/// <summary>One version of an organization's rates.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Version">Grows by one with each publication.</param>
/// <param name="ComputedBy">The run that computed its rates.</param>
/// <param name="ComputedAt">Since when it is in force: when they were computed, or brought back.</param>
/// <param name="Window">The volumes it was computed from.</param>
/// <param name="Target">The target then.</param>
/// <param name="Floor">The organization's minimum rate then, 0 to 1.</param>
public sealed record OrganizationRates(
    string Organization, long Version, Guid ComputedBy, DateTimeOffset ComputedAt, MinuteWindow Window, TargetRate Target, double Floor)
{
    /// <summary>Whether there was one target for the organization, or one per project.</summary>
    public SamplingMode Mode { get; init; }

    /// <summary>The recalibration factor of the organization's projects, as computed, and how long it holds.</summary>
    public Recalibration Recalibration { get; init; } = Recalibration.None;

    /// <summary>The earlier version whose rates these are, brought back; null when they were computed.</summary>
    public long? RestoredFrom { get; init; }

    /// <summary>What keeps them in force; it may have ended. Null without one.</summary>
    public RatesPin? Pin { get; init; }

    /// <summary>The pin, if it has not ended: no others may be published then.</summary>
    public RatesPin? PinAt(DateTimeOffset now) => Pin?.HoldsAt(now) == true ? Pin : null;

    /// <summary>The factor that a project's base rates are multiplied with.</summary>
    public double FactorOf(ProjectRate project, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(project);
        return Recalibration.HoldsAt(now) ? project.Factor ?? Recalibration.Factor : 1;
    }
}
