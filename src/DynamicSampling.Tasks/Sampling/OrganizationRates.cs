namespace DynamicSampling.Tasks.Sampling;

/// <summary>The rates of an organization as they were last published.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Version">Grows by one with each publication.</param>
/// <param name="ComputedBy">The run that computed this version.</param>
/// <param name="ComputedAt">When.</param>
/// <param name="Window">The volumes it was computed from.</param>
/// <param name="Target">The target then.</param>
/// <param name="Floor">The minimum rate then, 0 to 1.</param>
public sealed record OrganizationRates(
    string Organization, long Version, Guid ComputedBy, DateTimeOffset ComputedAt, MinuteWindow Window, TargetRate Target, double Floor);

/// <summary>The published rate of a project.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Rate">The model's rate, 0 to 1, before the floor.</param>
/// <param name="Total">Root traces in the window it was computed from, before sampling.</param>
/// <param name="Kept">Root traces stored in that window.</param>
public sealed record ProjectRate(string Project, double Rate, double Total, double Kept);
