using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Dashboard;

/// <summary>The rates of a version, to be looked up by name.</summary>
/// <param name="version">The version.</param>
/// <param name="projects">All of its projects, or those that are asked for.</param>
/// <param name="spent">Traces that all projects keep in the window at the rates that are served.</param>
/// <param name="at">The instant that its factor is asked for.</param>
internal sealed class PublishedRates(OrganizationRates version, IReadOnlyList<ProjectPublication> projects, double spent, DateTimeOffset at)
{
    private readonly Dictionary<string, ProjectPublication> _byName = projects.ToDictionary(project => project.Rate.Project, StringComparer.Ordinal);

    public OrganizationRates Version => version;

    public double Spent => spent;

    public DateTimeOffset At => at;

    public IEnumerable<ProjectRate> Projects => projects.Select(project => project.Rate);

    public ProjectPublication? Find(string project) => _byName.TryGetValue(project, out var found) ? found : null;

    public double FactorOf(ProjectRate project) => version.FactorOf(project, at);

    /// <summary>The served rate of a project; null when it had none.</summary>
    public double? RateOf(string project) => Find(project)?.Rate is { } rate ? ServedRate.OfProject(rate, FactorOf(rate)) : null;

    /// <summary>The served rate of a transaction; null when its project had none.</summary>
    public double? RateOf(string project, string transaction) => Find(project)?.Rate is { } rate ? ServedRate.Of(rate, transaction, FactorOf(rate)) : null;
}
