using DynamicSampling.Dashboard.Charts;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Dashboard.Services;

/// <summary>Tells which service is sampled at what rate, and why.</summary>
public interface IServicesReader
{
    /// <summary>All projects of an organization: those with rates, and those that have been seen or configured.</summary>
    Task<RateTable> ListProjectsAsync(string organization, VolumeWindow window, CancellationToken cancellationToken);

    /// <summary>All transactions that have traffic or rates of their own.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="project">Only those of this project; null for all.</param>
    /// <param name="window">Which volumes.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    Task<RateTable> ListTransactionsAsync(string organization, string? project, VolumeWindow window, CancellationToken cancellationToken);

    /// <summary>One project; for one that nobody has heard of, what its clients would get.</summary>
    /// <param name="project">The project.</param>
    /// <param name="window">How far its histories go back.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    Task<ServiceView> ReadProjectAsync(ProjectKey project, HistoryWindow window, CancellationToken cancellationToken);
}

/// <summary>Which volumes are shown beside rates.</summary>
public enum VolumeWindow
{
    /// <summary>Those of the last hour.</summary>
    LastHour,

    /// <summary>Those that the rates in force were computed from.</summary>
    OfRates,
}

/// <summary>Rates beside volumes: of projects, or of transactions.</summary>
/// <param name="Version">The version of the rates; 0 before the first.</param>
/// <param name="Target">The target that counts for the organization.</param>
/// <param name="Window">The volumes.</param>
/// <param name="Rows">All there are, in any order.</param>
/// <param name="IsCut">Whether there are so many that some with little traffic are left out.</param>
public sealed record RateTable(long Version, TargetRate Target, MinuteWindow Window, IReadOnlyList<RateRow> Rows, bool IsCut = false);

/// <summary>The rate of a project or of a transaction.</summary>
/// <param name="Project">The project.</param>
/// <param name="Transaction">The transaction; null for the project as a whole.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
/// <param name="Rate">What is served now, 0 to 1.</param>
/// <param name="Before">What the version before served; null when it had none for it.</param>
/// <param name="Expected">Traces of the volumes that are kept at the rate now.</param>
public sealed record RateRow(string Project, string? Transaction, double Total, double Kept, double Rate, double? Before, double Expected)
{
    /// <summary>Where the rate comes from.</summary>
    public RateOrigin Origin { get; init; }

    /// <summary>The rate before factor and minimum, 0 to 1.</summary>
    public double Base { get; init; } = Rate;

    /// <summary>Why the rate is not base × factor; null when it is.</summary>
    public RateReason? Reason { get; init; }

    /// <summary>The project's own target; null when it has the organization's.</summary>
    public TargetRate? Target { get; init; }

    /// <summary>The name that the table is about.</summary>
    public string Name => Transaction ?? Project;
}

/// <summary>Where a rate comes from.</summary>
public enum RateOrigin
{
    /// <summary>It has one of its own.</summary>
    Own,

    /// <summary>A transaction that gets what its project gives all that have none of their own.</summary>
    Shared,

    /// <summary>There is none yet: it gets the target.</summary>
    Target,
}

/// <summary>A project: its rate now, what it follows from, and its rules.</summary>
/// <param name="Project">The project.</param>
/// <param name="IsKnown">Whether it has been seen or configured.</param>
/// <param name="Version">The organization's rates in force; null before the first.</param>
/// <param name="Published">The project's in it; null when it has none, and gets the target.</param>
/// <param name="Target">The target that counts for it.</param>
/// <param name="Base">The rate before factor and minimum, 0 to 1.</param>
/// <param name="Rate">What is served now, 0 to 1.</param>
/// <param name="Factor">The recalibration factor in force.</param>
/// <param name="Floor">No rate but 0 is served below this, 0 to 1.</param>
/// <param name="Reason">Why the rate is not base × factor; null when it is.</param>
public sealed record ServiceView(
    ProjectKey Project, bool IsKnown, OrganizationRates? Version, ProjectRate? Published, TargetRate Target, double Base, double Rate, double Factor,
    double Floor, RateReason? Reason)
{
    /// <summary>What transactions get that have no rate of their own, 0 to 1.</summary>
    public double RateOfOthers { get; init; } = Rate;

    /// <summary>What the version before served; null when it had none for it.</summary>
    public double? Before { get; init; }

    /// <summary>Traces that are kept at these rates, of the volumes they were computed from.</summary>
    public double ExpectedKept { get; init; }

    /// <summary>Its share of all traces that the organization keeps, 0 to 1.</summary>
    public double BudgetShare { get; init; }

    /// <summary>The rules that hold now.</summary>
    public RulesDocument Rules { get; init; } = new(RulesDocument.CurrentVersion, []);

    /// <summary>Its volumes over time.</summary>
    public VolumeHistory Volume { get; init; } = new(HistoryWindow.Day, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1), []);

    /// <summary>Its rates over the same time, as far as they are kept, oldest first.</summary>
    public IReadOnlyList<TimePoint> RateHistory { get; init; } = [];
}
