using DynamicSampling.Dashboard.Text;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Dashboard.Services;

/// <summary>A project's rate in sentences.</summary>
/// <param name="Lead">What is kept.</param>
/// <param name="Because">Why, the most important first.</param>
internal sealed record Explanation(string Lead, IReadOnlyList<string> Because)
{
    public static Explanation Of(ServiceView service, DateTimeOffset now) => new(LeadOf(service), [.. Reasons(service, now)]);

    private static string LeadOf(ServiceView service)
    {
        var rate = Format.Percent(service.Rate);
        return service is { Published: { Total: > 0 } published, Version: { } version }
            ? $"Of {Format.Count(published.Total)} traces in {Format.Duration((version.Window.Last - version.Window.First + 1) * 60)}, {rate} are to be kept."
            : $"Its clients are told to keep {rate} of its traces.";
    }

    private static IEnumerable<string> Reasons(ServiceView service, DateTimeOffset now) => service switch
    {
        { Version: null } =>
        [
            $"No pass has published rates of this organization yet, so every service gets its target, {RateWords.Describe(service.Target)}. The next pass of the schedule changes that, or the task rebalance_orgs when you run it.",
        ],
        { Published: null } =>
        [
            $"It had no traffic when the rates were computed, so it has none of its own yet. Until the next pass after its first traces it gets the target, {RateWords.Describe(service.Target)}.",
            .. OfFloor(service), .. OfRollback(service.Version, now), .. OfRules(service),
        ],
        { Version: { } version, Published: { } published } =>
        [
            .. OfRate(service, version, published), .. OfFactor(service, version, now), .. OfFloor(service), .. OfRollback(version, now), .. OfTransactions(service, published),
            .. OfWhole(service, published), .. OfRules(service),
        ],
    };

    private static IEnumerable<string> OfRate(ServiceView service, OrganizationRates version, ProjectRate published)
    {
        var target = service.Target;
        if (published.Target is not null)
            yield return $"It has a target of its own: {RateWords.Describe(target)}.";
        switch (service.Reason)
        {
            case RateReason.Always:
                yield return "A pin says that it is always kept, whatever it takes of the budget.";
                break;
            case RateReason.Maximum:
                yield return $"A pin does not let it rise above {Format.Percent(published.Maximum)}.";
                break;
            case RateReason.New:
                yield return "It is new. For a while a new service is kept whole, so that there is something to look at.";
                break;
            default:
                yield return OfBudget(service, version.Mode, published);
                break;
        }

        if (service.BudgetShare > 0)
            yield return $"That is {Format.Percent(service.BudgetShare)} of all traces that the organization keeps, about {Format.Count(service.ExpectedKept)}.";
    }

    private static string OfBudget(ServiceView service, SamplingMode mode, ProjectRate published)
    {
        var (rate, target) = (published.Rate, service.Target.Rate);
        if (rate == 0)
            return "Nothing of it is to be kept: the target is 0.";
        if (target == 1)
            return "The target is to keep everything.";
        if (mode == SamplingMode.Project || RateWords.IsSame(rate, target))
            return $"Its base rate is {Format.Percent(rate)}, what the target of {RateWords.Describe(service.Target)} asks for.";
        if (rate == 1)
            return $"It is so quiet that all of its traces fit into its share of the budget. The target for all services together is {RateWords.Describe(service.Target)}; low volumes are boosted.";
        return rate > target
            ? $"It is one of the quieter services. Low volumes are boosted, so its base rate is {Format.Percent(rate)}, more than the target for all services together, {RateWords.Describe(service.Target)}."
            : $"It is one of the loud services. The target for all services together is {RateWords.Describe(service.Target)}; what boosts the quiet ones is taken from the loud ones, so its base rate is {Format.Percent(rate)}.";
    }

    // A rate that is fixed does not follow the factor.
    private static IEnumerable<string> OfFactor(ServiceView service, OrganizationRates version, DateTimeOffset now)
    {
        if (service.Published!.Rate is 0 or 1 || service.Reason is RateReason.Always or RateReason.New)
            yield break;
        if (!version.Recalibration.HoldsAt(now))
            yield return "The factor of the last recalibration has expired, because no pass has renewed it lately: rates are served without one. Are passes still running?";
        else if (!RateWords.IsSame(service.Factor, 1))
            yield return $"The last recalibration multiplies it by {Format.Factor(service.Factor)}, because {(service.Factor > 1 ? "less" : "more")} was kept lately than the target asks for.";
    }

    private static IEnumerable<string> OfFloor(ServiceView service)
    {
        if (service.Reason == RateReason.Floor)
            yield return $"That would be less than its minimum rate, so the minimum counts: {Format.Percent(service.Floor)}.";
    }

    private static IEnumerable<string> OfRollback(OrganizationRates? version, DateTimeOffset now)
    {
        if (version?.PinAt(now) is { } pin)
        {
            yield return $"The organization's rates were rolled back to version {Format.Count(pin.Version)} by {pin.By}. Until {Format.Utc(pin.Until)} they follow neither traffic nor settings.";
        }
    }

    private static IEnumerable<string> OfTransactions(ServiceView service, ProjectRate published)
    {
        if (published.Transactions.Count == 0)
            yield break;
        var rates = published.Transactions.Select(transaction => ServedRate.Of(published, transaction.Transaction, transaction, service.Factor)).ToList();
        if (rates.Min() == rates.Max() && rates[0] == service.RateOfOthers)
            yield break;
        yield return $"Its transactions share that unevenly, so that rare ones are seen: {Format.Count(rates.Count)} {(rates.Count == 1 ? "has a rate" : "have rates")} of {(rates.Count == 1 ? "its" : "their")} own, "
            + (rates.Min() == rates.Max() ? Format.Percent(rates[0]) : $"from {Format.Percent(rates.Min())} to {Format.Percent(rates.Max())}")
            + $"; all others get {Format.Percent(service.RateOfOthers)}.";
    }

    // Minimum rates, pins and health checks of single transactions are not in the rate of the whole.
    private static IEnumerable<string> OfWhole(ServiceView service, ProjectRate published)
    {
        if (published.Total <= 0)
            yield break;
        var share = service.ExpectedKept / published.Total;
        if (Math.Abs(share - service.Rate) > 0.02 * service.Rate)
            yield return $"With all that holds for single transactions (minimum rates, pins, health checks), {Format.Percent(share)} of its traces are kept.";
    }

    private static IEnumerable<string> OfRules(ServiceView service)
    {
        var custom = service.Rules.Rules.Count(rule => rule.Id >= RuleIds.FirstCustomRule);
        if (custom > 0)
            yield return $"{Format.Count(custom)} custom {(custom == 1 ? "rule takes its" : "rules take their")} samples first; see the rules.";
        var releases = service.Rules.Rules.Count(rule => rule.Id is >= RuleIds.FirstRelease and < RuleIds.FirstPin);
        if (releases > 0)
            yield return $"{Format.Count(releases)} new {(releases == 1 ? "release is" : "releases are")} boosted for a while; see the rules.";
    }
}
