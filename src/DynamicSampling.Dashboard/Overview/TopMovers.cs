using DynamicSampling.Dashboard.Text;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Dashboard.Overview;

/// <summary>A served rate that a version changed.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Transaction">The transaction's name; null for all that have no rate of their own.</param>
/// <param name="IsWhole">Whether the project has no transactions with rates of their own.</param>
/// <param name="Before">The rate before, 0 to 1.</param>
/// <param name="After">The rate now, 0 to 1.</param>
/// <param name="Traces">By how many more traces of the window are kept; less than 0 for fewer.</param>
/// <param name="Why">Why, as a clause.</param>
public sealed record Mover(string Project, string? Transaction, bool IsWhole, double Before, double After, double Traces, string Why);

/// <summary>Finds the served rates that a version changed most, by how many traces they move.</summary>
internal sealed class TopMovers
{
    // Rates follow every breath of traffic; what moves less than this is no news.
    private const double LeastMove = 0.01;
    private const double SameTraffic = 0.1;

    private readonly OrganizationRates _before;
    private readonly OrganizationRates _now;
    private readonly DateTimeOffset _instant;
    private readonly List<Mover> _movers = [];

    private TopMovers(OrganizationRates before, OrganizationRates now, DateTimeOffset instant)
    {
        _before = before;
        _now = now;
        _instant = instant;
    }

    /// <summary>The movers, the heaviest first.</summary>
    /// <param name="before">The version before.</param>
    /// <param name="now">The version in force.</param>
    /// <param name="projects">What each project had been published, null for nothing, and what it is published now.</param>
    /// <param name="instant">Now.</param>
    /// <param name="count">How many at most.</param>
    public static IReadOnlyList<Mover> Find(
        OrganizationRates before, OrganizationRates now, IEnumerable<(ProjectRate? Before, ProjectRate After)> projects, DateTimeOffset instant, int count)
    {
        var movers = new TopMovers(before, now, instant);
        foreach (var (was, isNow) in projects)
            movers.Compare(was, isNow);
        return [.. movers._movers.OrderByDescending(mover => Math.Abs(mover.Traces)).Take(count)];
    }

    private void Compare(ProjectRate? before, ProjectRate after)
    {
        Compare(before, after, own: null, Spending.OfOthers(after));
        foreach (var transaction in after.Transactions)
            Compare(before, after, transaction, transaction.Total * Spending.Scale(after));
    }

    private void Compare(ProjectRate? before, ProjectRate after, TransactionRate? own, double count)
    {
        var name = own?.Transaction ?? "";
        var (factorBefore, factorNow) = (before is null ? 1 : _before.FactorOf(before, _now.ComputedAt), _now.FactorOf(after, _instant));
        var rateBefore = before is null ? ServedRate.OfTarget(_before.Target.Rate, _before.Floor) : ServedRate.Of(before, name, factorBefore);
        var rateNow = ServedRate.Of(after, name, own, factorNow);
        if (count <= 0 || !ServedRate.Moved(rateBefore, rateNow, LeastMove))
            return;
        _movers.Add(new(
            after.Project, own?.Transaction, after.Transactions.Count == 0, rateBefore, rateNow, count * (rateNow - rateBefore),
            Why(before, after, name, own, factorBefore, factorNow, rateBefore, rateNow)));
    }

    private string Why(
        ProjectRate? before, ProjectRate after, string name, TransactionRate? own, double factorBefore, double factorNow, double rateBefore, double rateNow)
    {
        if (_now.RestoredFrom is { } version)
            return $"rolled back to version {Format.Count(version)}";
        switch (ServedRate.ReasonOf(after, name, own, factorNow))
        {
            case RateReason.Always:
                return "pinned: always kept";
            case RateReason.Maximum:
                return "held down by a pin";
            case RateReason.New:
                return "new service, kept whole for now";
            case RateReason.Floor:
                return "at its minimum rate";
        }

        if (before is null)
            return "first rate of its own; before it got the target";
        if (before.IsNew && !after.IsNew)
            return "no longer new";
        var known = before.Transactions.Find(name);
        if (own is not null && known is null)
            return "has a rate of its own now";
        var (targetBefore, targetNow) = ((before.Target ?? _before.Target).Rate, (after.Target ?? _now.Target).Rate);
        var (baseBefore, baseNow) = (known?.Rate ?? before.ImplicitRate, own?.Rate ?? after.ImplicitRate);
        // A rate is a share of the target, times the factor: what went its way furthest is why.
        var byTarget = Ratio(targetBefore, targetNow);
        var byFactor = Ratio(factorBefore, factorNow);
        var byShare = Ratio(baseBefore, baseNow) - byTarget;
        var way = rateNow > rateBefore ? 1 : -1;
        if (way * byTarget >= Math.Max(way * byFactor, way * byShare))
            return $"the target went from {Format.Percent(targetBefore)} to {Format.Percent(targetNow)}";
        if (way * byFactor >= way * byShare)
            return $"the correction went from {Format.Factor(factorBefore)} to {Format.Factor(factorNow)}";
        return WhyTraffic(own is null ? (before.Total, after.Total) : (known!.Total, own.Total));
    }

    // Of nothing there is no ratio.
    private static double Ratio(double before, double now) => before > 0 && now > 0 ? Math.Log(now / before) : 0;

    private static string WhyTraffic((double Before, double Now) total) =>
        total.Before > 0 && Math.Abs(total.Now - total.Before) <= SameTraffic * total.Before
            ? "other traffic changed, and with it its share of the budget"
            : $"its traffic went from {Format.Short(total.Before)} to {Format.Short(total.Now)} traces an hour";
}
