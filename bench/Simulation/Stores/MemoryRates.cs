using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Simulation.Stores;

/// <summary>What is published for one organization, and what was of late.</summary>
internal sealed class MemoryRates : IRateStore
{
    // More than a task asks for: at a version a cycle, these are hours.
    private const int VersionsKept = 300;

    private readonly List<OrganizationRates> _versions = [];
    private readonly SortedDictionary<string, PublishedProject> _current = new(StringComparer.Ordinal);
    private readonly List<(PublishedProject Project, DateTimeOffset EndedAt)> _ended = [];

    /// <summary>The current version; null before the first.</summary>
    public OrganizationRates? Current => _versions.Count == 0 ? null : _versions[^1];

    /// <summary>The published rate of a project; null for none.</summary>
    public ProjectRate? Find(string project) => _current.GetValueOrDefault(project)?.Rate;

    public Task<OrganizationRates?> FindAsync(string organization, CancellationToken cancellationToken) => Task.FromResult(Current);

    public Task<IReadOnlyList<ProjectRate>> ListProjectsAsync(string organization, string? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ProjectRate>>(
            [.. _current.Values.Select(item => item.Rate).Where(rate => string.CompareOrdinal(rate.Project, after) > 0).Take(limit)]);

    public Task<RatesHistory> ReadHistoryAsync(string organization, DateTimeOffset since, double fallback, CancellationToken cancellationToken)
    {
        var first = Math.Max(0, _versions.FindLastIndex(version => version.ComputedAt <= since));
        return Task.FromResult(new RatesHistory(
            _versions[first..], _current.Values.Concat(_ended.Where(item => item.EndedAt >= since).Select(item => item.Project)), fallback));
    }

    public Task<long> PublishAsync(RatePublication publication, CancellationToken cancellationToken)
    {
        var version = (Current?.Version ?? 0) + 1;
        var now = publication.Rates.ComputedAt;
        foreach (var name in publication.Removed.Concat(publication.Changed.Select(changed => changed.Rate.Project)))
        {
            if (_current.Remove(name, out var replaced))
                _ended.Add((replaced with { EndVersion = version }, now));
        }

        foreach (var changed in publication.Changed)
            _current.Add(changed.Rate.Project, new(changed.Rate, version, EndVersion: null));
        _versions.Add(publication.Rates with { Version = version });
        if (_versions.Count > VersionsKept)
        {
            _versions.RemoveAt(0);
            _ended.RemoveAll(old => old.EndedAt < _versions[0].ComputedAt);
        }

        return Task.FromResult(version);
    }

    public Task RenewFactorAsync(string organization, DateTimeOffset until, ShardLease? lease, CancellationToken cancellationToken)
    {
        _versions[^1] = _versions[^1] with { Recalibration = _versions[^1].Recalibration with { Until = until } };
        return Task.CompletedTask;
    }
}
