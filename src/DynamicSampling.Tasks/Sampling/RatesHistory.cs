namespace DynamicSampling.Tasks.Sampling;

/// <summary>Which rates were in force when: the versions of some stretch of time, and what each had for its projects.</summary>
public sealed class RatesHistory
{
    private readonly IReadOnlyList<OrganizationRates> _versions;
    private readonly double _fallback;
    private readonly Dictionary<string, List<PublishedProject>> _projects = new(StringComparer.Ordinal);

    /// <summary>Puts the history together.</summary>
    /// <param name="versions">The versions, oldest first; the first one was in force at the beginning of the stretch, if there was one.</param>
    /// <param name="projects">Every rate of a project that was in force under one of them.</param>
    /// <param name="fallback">The rate that was served before there was any version.</param>
    public RatesHistory(IReadOnlyList<OrganizationRates> versions, IEnumerable<PublishedProject> projects, double fallback)
    {
        ArgumentNullException.ThrowIfNull(versions);
        ArgumentNullException.ThrowIfNull(projects);
        _versions = versions;
        _fallback = fallback;
        foreach (var project in projects)
        {
            if (!_projects.TryGetValue(project.Rate.Project, out var rates))
                _projects.Add(project.Rate.Project, rates = []);
            rates.Add(project);
        }
    }

    /// <summary>The rate that a transaction was served at an instant. A project that had none got the organization's target.</summary>
    public double RateAt(string project, string transaction, DateTimeOffset instant)
    {
        var version = VersionAt(instant);
        if (version is null)
            return _fallback;
        if (_projects.TryGetValue(project, out var rates))
        {
            foreach (var (rate, first, end) in rates)
            {
                if (first <= version.Version && !(end <= version.Version))
                    return ServedRate.Of(rate, transaction, version.FactorOf(rate, instant));
            }
        }

        return ServedRate.OfTarget(version.Target.Rate, version.Floor);
    }

    private OrganizationRates? VersionAt(DateTimeOffset instant)
    {
        for (var i = _versions.Count - 1; i >= 0; i--)
        {
            if (_versions[i].ComputedAt <= instant)
                return _versions[i];
        }

        return null;
    }
}

/// <summary>A project's rate and the versions it belongs to.</summary>
/// <param name="Rate">The rate.</param>
/// <param name="FirstVersion">The version that brought it.</param>
/// <param name="EndVersion">The version that replaced or removed it; null while it is in force.</param>
public sealed record PublishedProject(ProjectRate Rate, long FirstVersion, long? EndVersion);
