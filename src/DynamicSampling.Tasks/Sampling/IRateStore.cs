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

    /// <summary>What was in force from an instant until now.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="since">The instant, at most an hour ago.</param>
    /// <param name="fallback">The rate that is served before there is any version, 0 to 1.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<RatesHistory> ReadHistoryAsync(string organization, DateTimeOffset since, double fallback, CancellationToken cancellationToken);

    /// <summary>Makes one new version of changes, all at once or not at all.</summary>
    /// <param name="publication">What changes; projects that are not in it keep their rates.</param>
    /// <param name="cancellationToken">Cancels it before it is committed.</param>
    /// <returns>The new version.</returns>
    /// <exception cref="InvalidOperationException">
    /// The organization is gone, or the published version is not the one that the changes were computed from.
    /// </exception>
    /// <exception cref="RatesPinnedException">The rates in force are pinned, perhaps only since the changes were computed.</exception>
    /// <exception cref="StaleShardException">The publication has a lease, and another pass over its shard has begun.</exception>
    Task<long> PublishAsync(RatePublication publication, CancellationToken cancellationToken);

    /// <summary>Lets the factor of the current version hold for longer, without a new version.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="until">When it expires now.</param>
    /// <param name="lease">The shard of the pass; null for a pass over all organizations, or about one.</param>
    /// <param name="cancellationToken">Cancels it before it is committed.</param>
    /// <exception cref="RatesPinnedException">The rates in force are pinned.</exception>
    /// <exception cref="StaleShardException">Another pass over the shard has begun.</exception>
    Task RenewFactorAsync(string organization, DateTimeOffset until, ShardLease? lease, CancellationToken cancellationToken);
}

/// <summary>One publication of an organization's rates.</summary>
/// <param name="Rates">The new version; its number is for the store to give.</param>
/// <param name="Changed">Projects of which anything changed, and new ones, with what each spends.</param>
/// <param name="Removed">Projects that have no rate any more.</param>
/// <param name="Previous">The version that the changes were computed from; 0 for none.</param>
/// <param name="Lease">The shard of the pass; null for a pass over all organizations, or about one.</param>
public sealed record RatePublication(
    OrganizationRates Rates, IReadOnlyList<ProjectPublication> Changed, IReadOnlyList<string> Removed, long Previous, ShardLease? Lease = null);

/// <summary>A project's part of a publication.</summary>
/// <param name="Rate">What is published.</param>
/// <param name="Spent">Traces of its window that it keeps at the rates that are served.</param>
[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
public readonly record struct ProjectPublication(ProjectRate Rate, double Spent);
