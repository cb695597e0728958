using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Dashboard.Overview;

/// <summary>An organization's target, what is achieved, and what stands between.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Target">The target, and where it comes from.</param>
/// <param name="Met">Whether it is met; null when that cannot be told.</param>
/// <param name="Achieved">What was kept in the last 5 minutes, hour and day.</param>
/// <param name="Pin">What keeps the rates in force after a rollback; null for nothing.</param>
/// <param name="Obstacles">What stands in the way, the heaviest first; also what would, when the target is met all the same.</param>
public sealed record GoalView(
    string Organization, TargetRate Target, bool? Met, IReadOnlyList<AchievedView> Achieved, RatesPin? Pin, IReadOnlyList<Obstacle> Obstacles)
{
    public AchievedView FiveMinutes => Achieved[0];

    public AchievedView Hour => Achieved[1];

    public AchievedView Day => Achieved[2];

    /// <summary>Whether anything came in the last day.</summary>
    public bool HasTraffic => Day.Total > 0;
}

/// <summary>What was kept in a window.</summary>
/// <param name="Window">The window, such as `5 minutes`.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
/// <param name="Rate">Kept of total, 0 to 1; null without traffic.</param>
/// <param name="IsExact">Whether every count is a true one.</param>
/// <param name="Deviation">How far the rate is from the target, relatively: 0.1 is a tenth too much; null when that cannot be said.</param>
/// <param name="Met">Whether it is near enough; null when there is too little traffic to tell.</param>
public sealed record AchievedView(string Window, double Total, double Kept, double? Rate, bool IsExact, double? Deviation, bool? Met);

/// <summary>What stands between a target and what is achieved.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Detail">The same in a sentence, with its numbers.</param>
/// <param name="Traces">How many traces of the last pass's window it moves: more than 0 adds, less takes away; null when that is not known.</param>
public sealed record Obstacle(ObstacleKind Kind, string Detail, double? Traces);

/// <summary>Kinds of obstacles: the reasons that <c>GET …/goal</c> knows.</summary>
public enum ObstacleKind
{
    NoTraffic,
    TooLittleTraffic,
    NoRatesYet,
    KeptUnknown,
    FloorsBind,
    FactorAtBound,
    ClientsNotFollowing,
    NewProjects,
    Pins,
    RatesPinned,
    NotRecalibrated,
    SettingsChanged,
    SettingsUnreadable,
}
