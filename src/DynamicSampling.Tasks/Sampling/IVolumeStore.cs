namespace DynamicSampling.Tasks.Sampling;

/// <summary>What the sampling tasks read of the volumes.</summary>
public interface IVolumeStore
{
    /// <summary>All projects of an organization with their traffic in a window, 0 where there was none, in the store's order of names.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="window">The window.</param>
    /// <param name="after">Only projects after this one; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<ProjectVolume>> ReadProjectsAsync(
        string organization, MinuteWindow window, string? after, int limit, CancellationToken cancellationToken);
}
