using DynamicSampling.Dashboard.Charts;
using DynamicSampling.Dashboard.Overview;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tests.Dashboard.Overview;

/// <summary>What pages of the overview show.</summary>
internal static class Samples
{
    public static readonly TaskRun Pass = new()
    {
        Id = Guid.Parse("01a2050f-29fb-7a81-aeb3-174e7c917087"),
        Task = "rebalance_orgs",
        TaskName = "dynamic_sampling.tasks.rebalance_orgs",
        Status = RunStatus.Completed,
        StartedAt = Rendered.Now.AddSeconds(-20),
        MaxSeconds = 420,
        Seconds = 3.2,
        OverrunSeconds = 0,
        Trigger = RunTrigger.Schedule,
        TaskData = new Dictionary<string, FunctionSnapshot>(StringComparer.Ordinal)
        {
            ["list_organizations"] = new() { Calls = 1, ExecutionTime = 0.1, FirstStart = 0, LastEnd = 0.1 },
            ["fetch_volumes"] = new() { Calls = 1, ExecutionTime = 2.9, FirstStart = 0.1, LastEnd = 3 },
        },
    };

    public static readonly ServiceHealth Healthy = new(HealthState.Healthy, [], [], TimeSpan.FromMinutes(1), Pass, SeesPasses: true);

    public static readonly OrganizationRates Version = new(
        "acme", 7, Pass.Id, Rendered.Now.AddSeconds(-18), new(0, 59), new(0.1, TargetSource.Setting), Floor: 0)
    {
        Recalibration = new(1.034, Rendered.Now.AddMinutes(2), 0.97),
    };

    public static GoalView Goal(bool? met = true, string organization = "acme", params Obstacle[] obstacles) => new(
        organization,
        new(0.1, TargetSource.Setting),
        met,
        [
            new("5 minutes", 1000, 100, 0.1, IsExact: true, Deviation: 0, met),
            new("1 hour", 12_000, 1300, 0.10833, IsExact: false, Deviation: 0.0833, Met: false),
            new("1 day", 288_000, 28_000, 0.0972, IsExact: false, Deviation: -0.0278, Met: true),
        ],
        Pin: null,
        obstacles);

    public static GoalView NoTraffic(string organization) => new(
        organization,
        new(0.1, TargetSource.Default),
        Met: null,
        [.. new[] { "5 minutes", "1 hour", "1 day" }.Select(window => new AchievedView(window, 0, 0, Rate: null, IsExact: true, Deviation: null, Met: null))],
        Pin: null,
        [new(ObstacleKind.NoTraffic, "No volumes have arrived in the last day.", Traces: null)]);

    public static OrganizationView Organization(GoalView? goal = null) => new(
        goal?.Organization ?? "acme",
        IsKnown: true,
        goal ?? Goal(),
        new(HistoryWindow.Day, Rendered.Now.AddHours(-1), Rendered.Now.AddMinutes(30), [new(12_000, 1300, IsExact: true), new(6_000, 600, IsExact: false)]),
        new(Version, ProjectsChanged: 3, HasVersionBefore: true, [new("shop", "GET /", IsWhole: false, 0.05, 0.031, -230, "its traffic went from 1,000 to 4,000 traces an hour")]),
        [new("shop", 10_000, 0.05, 500, 0.8)],
        Pass);
}
