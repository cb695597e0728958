namespace DynamicSampling.Tasks.Models;

/// <summary>Balances the projects of one organization: quiet projects are kept whole, loud ones share what is left.</summary>
public static class ProjectsModel
{
    /// <summary>
    /// <see cref="FullRebalancing"/> over all projects of the organization, at intensity 1. The sum of count × rate is the sum of
    /// counts × target, and a project with more traffic never gets a larger rate.
    /// </summary>
    /// <param name="projects">All projects, in any order, also those without traffic (count 0).</param>
    /// <param name="rates">Takes the rate, 0 to 1, of each project at the project's place.</param>
    /// <param name="targetRate">The share of the organization's traces to keep, 0 to 1.</param>
    /// <inheritdoc cref="FullRebalancing.Rebalance" path="/exception"/>
    public static void Rebalance(ReadOnlySpan<ClassVolume> projects, Span<double> rates, double targetRate) =>
        FullRebalancing.Rebalance(projects, rates, targetRate);
}
