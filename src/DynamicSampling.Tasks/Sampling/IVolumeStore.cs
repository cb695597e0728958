namespace DynamicSampling.Tasks.Sampling;

/// <summary>What the sampling tasks read of the volumes.</summary>
public interface IVolumeStore
{
    /// <summary>The projects with traffic in a window, in the store's order of organizations and projects.</summary>
    /// <param name="organizations">The organizations' names.</param>
    /// <param name="window">The window.</param>
    /// <param name="after">Only projects after this one; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<ProjectVolume>> ReadProjectsAsync(
        IReadOnlyList<string> organizations, MinuteWindow window, ProjectKey? after, int limit, CancellationToken cancellationToken);

    /// <summary>The same with the largest and smallest transactions of each project, largest first.</summary>
    /// <param name="organizations">The organizations' names.</param>
    /// <param name="window">The window.</param>
    /// <param name="top">How many transactions of each project at most.</param>
    /// <param name="after">Only projects after this one; null for the first page.</param>
    /// <param name="limit">How many projects at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<ProjectVolume>> ReadTransactionsAsync(
        IReadOnlyList<string> organizations, MinuteWindow window, TopTransactions top, ProjectKey? after, int limit, CancellationToken cancellationToken);

    /// <summary>The single minutes of an organization's transactions, in an order of the store's.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="window">The window; a few minutes.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    IAsyncEnumerable<TransactionMinute> ReadMinutesAsync(string organization, MinuteWindow window, CancellationToken cancellationToken);

    /// <summary>All that an organization had in a window of up to 35 days.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="window">The window.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<OrganizationVolume> ReadTotalAsync(string organization, MinuteWindow window, CancellationToken cancellationToken);

    /// <summary>What was kept of each transaction in a window, in an order of the store's.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="project">The project's name; null for all.</param>
    /// <param name="window">The window, of up to 2 days.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    IAsyncEnumerable<TransactionVolume> ReadKeptAsync(string organization, string? project, MinuteWindow window, CancellationToken cancellationToken);
}
