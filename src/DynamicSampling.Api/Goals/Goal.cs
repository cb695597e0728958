using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Goals;

/// <summary>Whether an organization's target is met, and if not, why.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Version">The version of the rates in force; 0 before the first.</param>
/// <param name="Target">The target, and where it comes from. In mode project it is what the projects' targets come to together.</param>
/// <param name="Met">Whether it is met in the last 5 minutes, or in the hour when those had too little traffic to tell; null when there is too little altogether.</param>
/// <param name="Achieved">What was kept.</param>
/// <param name="Pin">What keeps the rates in force after a rollback; null for nothing.</param>
/// <param name="Reasons">What stands in the way, the heaviest first; also what would, when the target is met all the same.</param>
internal sealed record Goal(
    string Organization, long Version, TargetRate Target, bool? Met, IReadOnlyList<AchievedRate> Achieved, PinItem? Pin, IReadOnlyList<GoalReason> Reasons);

/// <summary>What was kept in a window.</summary>
/// <param name="Window">5m, 1h or 1d.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
/// <param name="Rate">Kept of total, 0 to 1; null without traffic.</param>
/// <param name="Exact">Whether every count is a true one.</param>
/// <param name="Deviation">How far the rate is from the target, relatively: 0.1 is a tenth too much; null when that cannot be said.</param>
/// <param name="Met">Whether it is within 5 %, or within what chance explains; null when there is too little traffic to tell.</param>
internal sealed record AchievedRate(string Window, double Total, double Kept, double? Rate, bool Exact, double? Deviation, bool? Met);

/// <summary>What stands between a target and what is achieved.</summary>
/// <param name="Code">The kind, for programs.</param>
/// <param name="Detail">What it is, and what can be done.</param>
/// <param name="Traces">How many traces of the last pass's window it moves: more than 0 adds, less takes away; null when that is not known.</param>
internal sealed record GoalReason(GoalReasonCode Code, string Detail, double? Traces = null);

/// <summary>Kinds of reasons.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GoalReasonCode>))]
internal enum GoalReasonCode
{
    /// <summary>No volumes have arrived.</summary>
    [JsonStringEnumMemberName("no_traffic")]
    NoTraffic,

    /// <summary>So few traces that chance decides.</summary>
    [JsonStringEnumMemberName("too_little_traffic")]
    TooLittleTraffic,

    /// <summary>No pass has published rates yet.</summary>
    [JsonStringEnumMemberName("no_rates_yet")]
    NoRatesYet,

    /// <summary>The volumes do not say what was kept.</summary>
    [JsonStringEnumMemberName("kept_unknown")]
    KeptUnknown,

    /// <summary>Minimum rates keep more than the target.</summary>
    [JsonStringEnumMemberName("floors_bind")]
    FloorsBind,

    /// <summary>The recalibration factor is as far as it may go.</summary>
    [JsonStringEnumMemberName("factor_at_bound")]
    FactorAtBound,

    /// <summary>Clients keep something else than what they are served.</summary>
    [JsonStringEnumMemberName("clients_not_following")]
    ClientsNotFollowing,

    /// <summary>New projects are kept whole.</summary>
    [JsonStringEnumMemberName("new_projects")]
    NewProjects,

    /// <summary>Pins hold rates up or down.</summary>
    [JsonStringEnumMemberName("pins")]
    Pins,

    /// <summary>The rates were rolled back and are pinned.</summary>
    [JsonStringEnumMemberName("rates_pinned")]
    RatesPinned,

    /// <summary>Recalibration is switched off or has not been renewed.</summary>
    [JsonStringEnumMemberName("not_recalibrated")]
    NotRecalibrated,

    /// <summary>The settings changed, and no pass has taken them up yet.</summary>
    [JsonStringEnumMemberName("settings_changed")]
    SettingsChanged,

    /// <summary>The stored settings cannot be read.</summary>
    [JsonStringEnumMemberName("settings_unreadable")]
    SettingsUnreadable,
}
