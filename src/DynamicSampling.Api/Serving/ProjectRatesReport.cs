using DynamicSampling.Api.Endpoints;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Serving;

/// <summary>Looks up what is in force for a project, and what it follows from. One that has no rate of its own gets its target.</summary>
internal sealed class ProjectRatesReport(
    SqlRateStore rates, SqlOrganizationStore organizations, SqlProjectStore projects, IOptions<SamplingOptions> defaults)
{
    public async Task<ProjectInForce> ReadAsync(ProjectKey key, CancellationToken cancellationToken)
    {
        var found = await rates.FindProjectAsync(key, cancellationToken);
        if (found?.Project is { } published)
            return new(key, IsKnown: true, found, published.Rate.Target ?? found.Version.Target, published.Rate.Floor);
        var settings = (await organizations.FindAsync(key.Organization, cancellationToken))?.Settings;
        var project = await projects.FindAsync(key, cancellationToken);
        return new(
            key, project is not null, found,
            TargetRate.OfProject(settings, project?.Settings, found?.Version.Target ?? TargetRate.Of(settings, monthlyVolume: null, defaults.Value)),
            SamplingPolicy.Of(settings, project?.Settings, defaults.Value).Floor);
    }
}

/// <summary>What is in force for a project.</summary>
/// <param name="Key">The project.</param>
/// <param name="IsKnown">Whether it has been seen or configured.</param>
/// <param name="Rates">What is published; null before the first publication.</param>
/// <param name="Target">The target: the one that its rate was computed for, else that of its settings.</param>
/// <param name="Floor">The minimum rate in the same way.</param>
internal sealed record ProjectInForce(ProjectKey Key, bool IsKnown, ProjectRates? Rates, TargetRate Target, double Floor)
{
    public ProjectRatesDocument ToDocument(DateTimeOffset now) => Rates is { Project: { } published }
        ? ProjectRatesDocument.Of(Rates.Version, published, Rates.Spent, now)
        : ProjectRatesDocument.OfTarget(Key.Organization, Key.Project, Rates?.Version, Target, Floor);
}
