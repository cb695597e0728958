using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Dashboard.CustomRules;

/// <summary>How many of the last hour's traces a rule is for.</summary>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">How many of them were kept.</param>
/// <param name="Transactions">How many transactions these are.</param>
public sealed record RuleReach(double Total, double Kept, int Transactions)
{
    private const int Minutes = 60;

    // Somebody waits for it.
    private const int MostTransactions = 200_000;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    /// <summary>Counts in the volumes. Null where they cannot tell: they know transactions only, and there may be too many to look at.</summary>
    internal static async Task<RuleReach?> CountAsync(
        IVolumeStore volumes, string organization, string? project, RuleCondition condition, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (!ConditionText.AsksForTransactionsOnly(condition))
            return null;
        var reach = new RuleReach(0, 0, 0);
        var seen = 0;
        var started = clock.GetTimestamp();
        await foreach (var volume in volumes.ReadKeptAsync(organization, project, MinuteWindow.Ending(clock.GetUtcNow(), Minutes), cancellationToken))
        {
            // Conditions may take their time.
            if (++seen > MostTransactions || clock.GetElapsedTime(started) > Longest)
                return null;
            if (condition.Matches(new TraceFields { Transaction = volume.Transaction }))
                reach = new(reach.Total + volume.Total, reach.Kept + volume.Kept, reach.Transactions + 1);
        }

        return reach;
    }

    /// <summary>How many come within a time, or how many seconds it takes until so many have come, if traffic stays as it is.</summary>
    internal double In(TimeSpan duration) => Total * duration.TotalMinutes / Minutes;

    /// <inheritdoc cref="In"/>
    internal double SecondsUntil(long samples) => samples / Total * Minutes * 60;
}
