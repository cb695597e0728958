using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Http;

namespace DynamicSampling.Dashboard.Settings;

/// <summary>The versions of rates that are kept, and the way back to one of them, as in the HTTP API.</summary>
public interface IRateVersions
{
    /// <summary>Versions, newest first.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="before">Only versions before this one; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    Task<RateVersionsView> ListAsync(string organization, long? before, int limit, CancellationToken cancellationToken);

    /// <summary>Publishes the rates of an earlier version anew, and pins them.</summary>
    /// <returns>What is wrong; null when it was done.</returns>
    Task<MemberProblem?> RollBackAsync(HttpContext http, string organization, long? version, TimeSpan? duration, CancellationToken cancellationToken);

    /// <summary>Ends the pin.</summary>
    Task UnpinAsync(HttpContext http, string organization, CancellationToken cancellationToken);
}

/// <summary>Some of the versions that are kept.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Versions">The versions, newest first.</param>
/// <param name="Next">Before which version the next page begins; null for none.</param>
/// <param name="Pin">What keeps rates in force; null for nothing.</param>
public sealed record RateVersionsView(string Organization, IReadOnlyList<RateVersionLine> Versions, long? Next, RatesPin? Pin);

/// <summary>A version of rates.</summary>
/// <param name="Version">Its number.</param>
/// <param name="ComputedAt">Since when it was in force.</param>
/// <param name="ComputedBy">The run that computed its rates.</param>
/// <param name="Target">The target then.</param>
/// <param name="ProjectsChanged">How many projects got other rates by it; null when that is not known.</param>
/// <param name="InForce">Whether it is in force now.</param>
/// <param name="RestoredFrom">The earlier version whose rates it has; null when they were computed.</param>
public sealed record RateVersionLine(
    long Version, DateTimeOffset ComputedAt, Guid ComputedBy, TargetRate Target, long? ProjectsChanged, bool InForce, long? RestoredFrom);
