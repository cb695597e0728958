using DynamicSampling.Dashboard.Charts;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Http;

namespace DynamicSampling.Dashboard.Overview;

/// <summary>Tells how organizations and the service are.</summary>
public interface IOverviewReader
{
    /// <summary>A page of the organizations that the sender of a request may see.</summary>
    /// <param name="http">The request.</param>
    /// <param name="search">A part of their names; empty for all.</param>
    /// <param name="after">The last name of the page before; null for the first page.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    Task<OrganizationList> ListAsync(HttpContext http, string search, string? after, CancellationToken cancellationToken);

    /// <summary>Everything about one organization that he may see; also one that is not known.</summary>
    /// <param name="http">The request.</param>
    /// <param name="organization">Its name.</param>
    /// <param name="window">How far volumes go back; null for what fits.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    Task<OrganizationView> ReadAsync(HttpContext http, string organization, HistoryWindow? window, CancellationToken cancellationToken);

    /// <summary>How the service is, as far as he may know.</summary>
    Task<ServiceHealth> ReadHealthAsync(HttpContext http, CancellationToken cancellationToken);
}

/// <summary>A page of organizations.</summary>
/// <param name="Items">By name.</param>
/// <param name="HasMore">Whether there are more behind them.</param>
public sealed record OrganizationList(IReadOnlyList<GoalView> Items, bool HasMore);

/// <summary>The overview: the organizations, and how the service is.</summary>
/// <param name="Organizations">The page of organizations.</param>
/// <param name="Search">What was searched for, as it was typed; empty for nothing.</param>
/// <param name="SearchProblem">What is wrong with it; null when nothing is.</param>
/// <param name="IsFirstPage">Whether there is nothing before.</param>
/// <param name="Only">The one organization that there is, in full; null when there are none or several.</param>
/// <param name="Health">How the service is.</param>
/// <param name="Address">Where the service was reached, without a slash at the end.</param>
public sealed record OverviewView(
    OrganizationList Organizations, string Search, string? SearchProblem, bool IsFirstPage, OrganizationView? Only, ServiceHealth Health, string Address);

/// <summary>The page of an organization.</summary>
/// <param name="Organization">The organization.</param>
/// <param name="Address">Where the service was reached, without a slash at the end.</param>
public sealed record OrganizationPageView(OrganizationView Organization, string Address);

/// <summary>An organization in full.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsKnown">Whether anything of it is stored.</param>
/// <param name="Goal">Its target, and what is achieved.</param>
/// <param name="History">What came and what was kept.</param>
/// <param name="Rates">The rates in force; null before the first.</param>
/// <param name="Largest">The services with the most traces, the largest first.</param>
/// <param name="LastRun">The latest run of the pass that was about it, or about all; null when there is none that may be seen.</param>
public sealed record OrganizationView(
    string Name, bool IsKnown, GoalView Goal, VolumeHistory History, RatesView? Rates, IReadOnlyList<LargeService> Largest, TaskRun? LastRun);

/// <summary>The rates in force.</summary>
/// <param name="Version">The version.</param>
/// <param name="ProjectsChanged">How many services it changed; null when that is not known.</param>
/// <param name="HasVersionBefore">Whether the version before is known, and with it what changed.</param>
/// <param name="Movers">What it changed most.</param>
public sealed record RatesView(OrganizationRates Version, long? ProjectsChanged, bool HasVersionBefore, IReadOnlyList<Mover> Movers);

/// <summary>A service among the largest.</summary>
/// <param name="Project">Its name.</param>
/// <param name="Total">Traces in the window that its rate was computed from.</param>
/// <param name="Rate">Its rate, 0 to 1.</param>
/// <param name="ExpectedKept">Traces of the window that are kept at its rates.</param>
/// <param name="BudgetShare">Its share of all that are kept, 0 to 1.</param>
public sealed record LargeService(string Project, double Total, double Rate, double ExpectedKept, double BudgetShare);

/// <summary>How the service is.</summary>
/// <param name="State">All in all.</param>
/// <param name="Problems">What is wrong, for those who may know.</param>
/// <param name="DeadNodes">Processes that have died.</param>
/// <param name="Cycle">The time from one pass to the next; null where the schedule is off.</param>
/// <param name="LastPass">The latest run of the pass; null when there is none that may be seen.</param>
/// <param name="SeesPasses">Whether passes over all organizations may be seen.</param>
public sealed record ServiceHealth(
    HealthState State, IReadOnlyList<string> Problems, IReadOnlyList<string> DeadNodes, TimeSpan? Cycle, TaskRun? LastPass, bool SeesPasses);

/// <summary>Whether something works.</summary>
public enum HealthState
{
    /// <summary>It does.</summary>
    Healthy,

    /// <summary>With restrictions.</summary>
    Degraded,

    /// <summary>It does not.</summary>
    Unhealthy,
}
