using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>What a publication would change of what is served.</summary>
/// <param name="ExpectedKeptBefore">Traces of the window that are kept at the rates that are served.</param>
/// <param name="ExpectedKeptAfter">Traces of the window that would be kept.</param>
/// <param name="ChangedRates">How many served rates would be others.</param>
/// <param name="Changes">The changes that move the most traces, 100 of them at most.</param>
public sealed record RateDifference(double ExpectedKeptBefore, double ExpectedKeptAfter, long ChangedRates, ImmutableArray<RateChange> Changes)
{
    /// <summary>The projects whose rate as a whole would change, those first that move the most traces; 100 of them at most.</summary>
    internal ImmutableArray<ProjectChange> Projects { get; init; } = [];

    internal RateDifference With(RateDifference other) => new(
        ExpectedKeptBefore + other.ExpectedKeptBefore,
        ExpectedKeptAfter + other.ExpectedKeptAfter,
        ChangedRates + other.ChangedRates,
        Largest(Changes.Concat(other.Changes)));

    internal static ImmutableArray<ProjectChange> Largest(IEnumerable<ProjectChange> changes) =>
        [.. changes.OrderByDescending(change => Math.Abs(change.ExpectedKeptAfter - change.ExpectedKeptBefore)).Take(PassLimits.NamesInResult)];

    internal static ImmutableArray<RateChange> Largest(IEnumerable<RateChange> changes) =>
        [.. changes.OrderByDescending(change => Math.Abs(change.ExpectedKeptAfter - change.ExpectedKeptBefore)).Take(PassLimits.NamesInResult)];
}

/// <summary>A served rate that would change.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Project">The project's name.</param>
/// <param name="Transaction">The transaction's name; null for all that have no rate of their own.</param>
/// <param name="Before">The rate that is served, 0 to 1.</param>
/// <param name="After">The rate that would be served, 0 to 1.</param>
/// <param name="ExpectedKeptBefore">Traces of the window that are kept at the rate that is served.</param>
/// <param name="ExpectedKeptAfter">Traces of the window that would be kept.</param>
public sealed record RateChange(
    string Organization, string Project, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Transaction,
    double Before, double After, double ExpectedKeptBefore, double ExpectedKeptAfter);

/// <summary>A project whose rate as a whole would change.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Total">Traces of the window.</param>
/// <param name="ExpectedKeptBefore">How many of them are kept at the rates that are served.</param>
/// <param name="ExpectedKeptAfter">How many of them would be kept.</param>
public sealed record ProjectChange(string Project, double Total, double ExpectedKeptBefore, double ExpectedKeptAfter);
