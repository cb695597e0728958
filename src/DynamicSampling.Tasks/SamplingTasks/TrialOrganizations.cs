using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>The organizations as they are stored, but for the settings that are tried out.</summary>
internal sealed class TrialOrganizations(IOrganizationStore stored, SettingsTrial trial) : IOrganizationStore
{
    public async Task<OrganizationEntry?> FindAsync(string organization, CancellationToken cancellationToken)
    {
        var entry = await stored.FindAsync(organization, cancellationToken) ?? new(organization, Settings: null, SettingsError: null);
        return trial.Settings is { } settings ? entry with { Settings = settings, SettingsError = null } : entry;
    }

    public async Task<IReadOnlyList<ProjectEntry>> ListActiveProjectsAsync(
        IReadOnlyList<string> organizations, long since, ProjectKey? after, int limit, CancellationToken cancellationToken)
    {
        var projects = await stored.ListActiveProjectsAsync(organizations, since, after, limit, cancellationToken);
        return trial.ProjectSettings is { } settings
            ? [.. projects.Select(project => string.Equals(project.Key.Project, trial.Project, StringComparison.Ordinal)
                ? project with { Settings = settings, SettingsError = null }
                : project)]
            : projects;
    }

    public Task<IReadOnlyList<OrganizationEntry>> ListAsync(OrganizationShard? shard, string? after, int limit, CancellationToken cancellationToken) =>
        throw NotOfOne();

    public Task<long> CountAsync(OrganizationShard? shard, CancellationToken cancellationToken) => throw NotOfOne();

    private static NotSupportedException NotOfOne() => new("Settings are tried out on one organization.");
}
