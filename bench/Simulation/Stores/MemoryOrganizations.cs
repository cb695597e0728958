using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Simulation.Stores;

/// <summary>One organization; its projects are those that have had traffic.</summary>
internal sealed class MemoryOrganizations(string name, OrganizationSettings settings, MemoryVolumes volumes) : IOrganizationStore
{
    public Task<OrganizationEntry?> FindAsync(string organization, CancellationToken cancellationToken) =>
        Task.FromResult(organization == name ? Entry() : null);

    public Task<IReadOnlyList<OrganizationEntry>> ListAsync(OrganizationShard? shard, string? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<OrganizationEntry>>(after is null ? [Entry()] : []);

    public Task<long> CountAsync(OrganizationShard? shard, CancellationToken cancellationToken) => Task.FromResult(1L);

    public Task<IReadOnlyList<ProjectEntry>> ListActiveProjectsAsync(
        IReadOnlyList<string> organizations, long since, ProjectKey? after, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<ProjectEntry>>(
        [
            .. volumes.Projects
                .Where(project => project.LastMinute >= since && string.CompareOrdinal(project.Name, after?.Project) > 0)
                .Take(limit)
                .Select(project => new ProjectEntry(new(name, project.Name), Settings: null, SettingsError: null, project.FirstMinute)),
        ]);

    private OrganizationEntry Entry() => new(name, settings, SettingsError: null, volumes.Projects.Count());
}
