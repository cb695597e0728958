namespace DynamicSampling.Tasks.Sampling;

/// <summary>Keeps what is published.</summary>
public interface IRateStore
{
    /// <summary>What is published for an organization; null before its first publication.</summary>
    Task<OrganizationRates?> FindAsync(string organization, CancellationToken cancellationToken);

    /// <summary>Published rates of an organization's projects, in the store's order of names.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="after">Only projects after this one; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<IReadOnlyList<ProjectRate>> ListProjectsAsync(string organization, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Makes one new version of changes, all at once or not at all.</summary>
    /// <param name="publication">What changes; projects that are not in it keep their rates.</param>
    /// <param name="cancellationToken">Cancels it before it is committed.</param>
    /// <returns>The new version.</returns>
    Task<long> PublishAsync(RatePublication publication, CancellationToken cancellationToken);
}

/// <summary>One publication of an organization's rates.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="ComputedBy">The run that computed it.</param>
/// <param name="ComputedAt">When.</param>
/// <param name="Window">The volumes it was computed from.</param>
/// <param name="Target">The target.</param>
/// <param name="Floor">The minimum rate, 0 to 1.</param>
/// <param name="Changed">Projects whose rate or volume changed, and new ones.</param>
/// <param name="Removed">Projects that have no rate any more.</param>
public sealed record RatePublication(
    string Organization, Guid ComputedBy, DateTimeOffset ComputedAt, MinuteWindow Window, TargetRate Target, double Floor,
    IReadOnlyList<ProjectRate> Changed, IReadOnlyList<string> Removed);
