using DynamicSampling.Dashboard.Text;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Dashboard.Services;

/// <summary>Why a rate is what it is, in a few words.</summary>
internal static class RateWords
{
    public static string Why(RateRow row, RateTable table) => (row.Origin, row.Reason) switch
    {
        (RateOrigin.Target, RateReason.Floor) => "No rate yet: the minimum rate",
        (RateOrigin.Target, _) => table.Version == 0 ? "No pass yet: the target" : "No rate yet: the target",
        (_, { } reason) => Why(reason),
        (_, null) when row.Base == 0 => "The target is 0",
        (_, null) when row.Target is not null => "Its own target",
        (_, null) when row.Rate == 1 && table.Target.Rate < 1 => "So quiet that all is kept",
        (RateOrigin.Shared, null) => "Shared by all that have no rate of their own",
        (_, null) when row.Transaction is not null => "Balanced against others of its service",
        (_, null) when IsSame(row.Base, table.Target.Rate) => "The target",
        (_, null) => row.Base > table.Target.Rate ? "Quieter than most: boosted" : "Loud: pays for the quiet ones",
    };

    /// <summary>Whether rates are the same to people.</summary>
    public static bool IsSame(double rate, double other) => Math.Abs(rate - other) <= 0.005 * other;

    public static string Why(RateReason reason) => reason switch
    {
        RateReason.Always => "Pinned: always kept",
        RateReason.Maximum => "Pinned: held down to its maximum",
        RateReason.New => "New: kept whole for now",
        RateReason.HealthCheck => "Health check: a fifth of its service's rate",
        _ => "Raised to the minimum rate",
    };

    /// <summary>A target, and who says so.</summary>
    public static string Describe(TargetRate target) => Format.Percent(target.Rate) + target.Source switch
    {
        TargetSource.Setting => " (set by hand)",
        TargetSource.Tier => " (by its tier of volume)",
        TargetSource.Budget => " (by the monthly budget)",
        _ => " (the service's default)",
    };
}
