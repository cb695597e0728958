namespace DynamicSampling.Tasks.Sampling;

/// <summary>What the sampling tasks read of the organizations and their projects.</summary>
public interface IOrganizationStore
{
    /// <summary>The organization, if it has been seen or configured.</summary>
    Task<OrganizationEntry?> FindAsync(string organization, CancellationToken cancellationToken);

    /// <summary>Organizations that have been seen or configured, in the store's order of names.</summary>
    /// <param name="shard">Only organizations of this part; null for all.</param>
    /// <param name="after">Only organizations after this one; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<OrganizationEntry>> ListAsync(OrganizationShard? shard, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>How many organizations there are.</summary>
    /// <param name="shard">Only organizations of this part; null for all.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<long> CountAsync(OrganizationShard? shard, CancellationToken cancellationToken);

    /// <summary>Projects with traffic since some minute, in the store's order of organizations and projects.</summary>
    /// <param name="organizations">The organizations' names.</param>
    /// <param name="since">The minute, counted from the Unix epoch.</param>
    /// <param name="after">Only projects after this one; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<ProjectEntry>> ListActiveProjectsAsync(
        IReadOnlyList<string> organizations, long since, ProjectKey? after, int limit, CancellationToken cancellationToken);
}

/// <summary>An organization and its settings.</summary>
/// <param name="Name">The organization's name.</param>
/// <param name="Settings">Its stored settings; null when it has none, or when they cannot be read.</param>
/// <param name="SettingsError">Why the stored settings cannot be read; null when they can.</param>
/// <param name="Projects">How many projects it has.</param>
public sealed record OrganizationEntry(string Name, OrganizationSettings? Settings, string? SettingsError, long Projects = 0);

/// <summary>A project and its settings.</summary>
/// <param name="Key">The project.</param>
/// <param name="Settings">Its stored settings; null when it has none, or when they cannot be read.</param>
/// <param name="SettingsError">Why the stored settings cannot be read; null when they can.</param>
/// <param name="FirstMinute">The minute of its first traffic, counted from the Unix epoch; null before.</param>
public sealed record ProjectEntry(ProjectKey Key, ProjectSettings? Settings, string? SettingsError, long? FirstMinute);
