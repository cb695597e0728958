using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Goals;
using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Charts;
using DynamicSampling.Dashboard.Overview;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Dashboard;

/// <summary>Tells how organizations and the service are: what <c>GET …/goal</c>, the rates, the runs and the health checks say.</summary>
internal sealed class OverviewReader(
    SqlOrganizationStore organizations, SqlRateStore rates, SqlRateVersions versions, VolumeHistories histories, GoalReport goals, LatestPass passes, HealthReport health,
    TimeProvider clock) : IOverviewReader
{
    /// <summary>Each has a report of its own.</summary>
    private const int OrganizationsPerPage = 12;
    private const int Services = 5;
    private const int Movers = 8;

    // Movers are looked for among these, those with the most traces: what others move is little, however many there are.
    private const int ComparedProjects = 500;

    public async Task<OrganizationList> ListAsync(HttpContext http, string search, string? after, CancellationToken cancellationToken)
    {
        var names = await organizations.SearchAsync(Caller.GrantOf(http)?.Organizations, search, after, OrganizationsPerPage + 1, cancellationToken);
        var items = new List<GoalView>();
        foreach (var name in names.Take(OrganizationsPerPage))
            items.Add(ToView(await goals.MakeAsync(name, cancellationToken)));
        return new(items, names.Count > OrganizationsPerPage);
    }

    public async Task<OrganizationView> ReadAsync(HttpContext http, string organization, HistoryWindow? window, CancellationToken cancellationToken)
    {
        var goal = ToView(await goals.MakeAsync(organization, cancellationToken));
        // Of what has just begun, a day by hour would show nothing.
        var hasJustBegun = goal.HasTraffic && goal.Hour.Total >= goal.Day.Total;
        var largest = await rates.ReadLargestAsync(organization, Services, cancellationToken);
        return new(
            organization,
            await organizations.FindAsync(organization, cancellationToken) is not null,
            goal,
            await histories.ReadAsync(organization, project: null, window ?? (hasJustBegun ? HistoryWindow.Hour : HistoryWindow.Day), cancellationToken),
            largest is null ? null : await ReadRatesAsync(organization, cancellationToken),
            largest is null ? [] : [.. largest.Projects.Select(project => ToRow(largest, project))],
            await passes.FindAsync(http, organization, cancellationToken));
    }

    public Task<ServiceHealth> ReadHealthAsync(HttpContext http, CancellationToken cancellationToken) => health.ReadAsync(http, cancellationToken);

    private async Task<RatesView?> ReadRatesAsync(string organization, CancellationToken cancellationToken)
    {
        var latest = await versions.ListAsync(organization, before: null, limit: 2, cancellationToken);
        if (latest.Count == 0)
            return null;
        var current = latest[0];
        if (latest.Count == 1)
            return new(current.Rates, current.ProjectsChanged, HasVersionBefore: false, []);
        var changes = await rates.ReadChangesAsync(organization, current.Rates.Version, ComparedProjects, cancellationToken);
        return new(
            current.Rates, current.ProjectsChanged, HasVersionBefore: true, TopMovers.Find(latest[1].Rates, current.Rates, changes, clock.GetUtcNow(), Movers));
    }

    private LargeService ToRow(RatesPage page, ProjectPublication project) => new(
        project.Rate.Project,
        project.Rate.Total,
        ServedRate.OfProject(project.Rate, page.Version.FactorOf(project.Rate, clock.GetUtcNow())),
        project.Spent,
        page.Spent > 0 ? project.Spent / page.Spent : 0);

    internal static GoalView ToView(Goal goal) => new(
        goal.Organization,
        goal.Target,
        goal.Met,
        [.. goal.Achieved.Select(window => new AchievedView(NameOf(window.Window), window.Total, window.Kept, window.Rate, window.Exact, window.Deviation, window.Met))],
        goal.Pin is { } pin ? new(pin.Version, pin.Until, pin.By) : null,
        [.. goal.Reasons.Select(reason => new Obstacle(KindOf(reason.Code), reason.Detail, reason.Traces))]);

    private static string NameOf(string window) => window switch
    {
        "5m" => "5 minutes",
        "1h" => "1 hour",
        _ => "1 day",
    };

    private static ObstacleKind KindOf(GoalReasonCode code) => code switch
    {
        GoalReasonCode.NoTraffic => ObstacleKind.NoTraffic,
        GoalReasonCode.TooLittleTraffic => ObstacleKind.TooLittleTraffic,
        GoalReasonCode.NoRatesYet => ObstacleKind.NoRatesYet,
        GoalReasonCode.KeptUnknown => ObstacleKind.KeptUnknown,
        GoalReasonCode.FloorsBind => ObstacleKind.FloorsBind,
        GoalReasonCode.FactorAtBound => ObstacleKind.FactorAtBound,
        GoalReasonCode.ClientsNotFollowing => ObstacleKind.ClientsNotFollowing,
        GoalReasonCode.NewProjects => ObstacleKind.NewProjects,
        GoalReasonCode.Pins => ObstacleKind.Pins,
        GoalReasonCode.RatesPinned => ObstacleKind.RatesPinned,
        GoalReasonCode.NotRecalibrated => ObstacleKind.NotRecalibrated,
        GoalReasonCode.SettingsChanged => ObstacleKind.SettingsChanged,
        GoalReasonCode.SettingsUnreadable => ObstacleKind.SettingsUnreadable,
        _ => throw new ArgumentOutOfRangeException(nameof(code), code, message: null),
    };
}
