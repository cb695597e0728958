using DynamicSampling.Dashboard.Text;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Dashboard.Services;

/// <summary>Rules in words.</summary>
internal static class RuleWords
{
    // What comes after so many names says nothing to people.
    private const int MaxValues = 10;

    /// <summary>What made a rule.</summary>
    public static string Source(int id) => RuleIds.SourceOf(id) switch
    {
        "uniform" => "Rate of the service",
        "environments" => "Development environments",
        "healthChecks" => "Health checks",
        "recalibration" => "Recalibration",
        "replays" => "Replays",
        "minimumSampleRate" => "Minimum rate",
        "customRules" => "Custom rule",
        "pins" => "Pin",
        "latestReleases" => "New release",
        _ => "Transactions",
    };

    /// <summary>Which traces a rule is for.</summary>
    public static string Who(RuleCondition condition) =>
        condition is AndCondition { Inner.Count: 0 } ? "every trace" : "traces whose " + Clause(condition, within: false);

    /// <summary>What it does to their rate.</summary>
    public static string What(SamplingRule rule) => rule.SamplingValue.Type switch
    {
        SamplingValueType.Factor when rule.DecayingFn is { } decay =>
            $"multiply the rate by {Format.Factor(rule.SamplingValue.Value ?? 0)}, falling to {Format.Factor(decay.DecayedValue)}",
        SamplingValueType.Factor => $"multiply the rate by {Format.Factor(rule.SamplingValue.Value ?? 0)}",
        SamplingValueType.MinimumSampleRate => $"keep {Format.Percent(rule.SamplingValue.Value)} at least",
        SamplingValueType.Reservoir => $"keep all until there are {Format.Count(rule.SamplingValue.Limit ?? 0)}",
        _ when rule.Id == RuleIds.Uniform => $"keep {Format.Percent(rule.SamplingValue.Value)}, times what was multiplied before",
        _ => $"keep {Format.Percent(rule.SamplingValue.Value)}, and look no further",
    };

    private static string Clause(RuleCondition condition, bool within) => condition switch
    {
        EqCondition { Values: null } eq => $"{Field(eq.Name)} is missing",
        EqCondition eq => $"{Field(eq.Name)} is {Among("one of", eq.Values!)}",
        GlobCondition glob => $"{Field(glob.Name)} looks like {Among("one of", glob.Patterns)}",
        NotCondition { Inner: EqCondition { Values: null } eq } => $"{Field(eq.Name)} is there",
        NotCondition { Inner: EqCondition eq } => $"{Field(eq.Name)} is not {Among("one of", eq.Values!)}",
        NotCondition { Inner: GlobCondition glob } => $"{Field(glob.Name)} does not look like {Among("one of", glob.Patterns)}",
        NotCondition not => $"not ({Clause(not.Inner, within: false)})",
        AndCondition { Inner: [] } => "all match",
        OrCondition { Inner: [] } => "none match",
        AndCondition and => Join(and.Inner, " and ", within),
        OrCondition or => Join(or.Inner, " or ", within),
        _ => "condition is another",
    };

    private static string Join(IReadOnlyList<RuleCondition> inner, string word, bool within)
    {
        var joined = string.Join(word, inner.Select(condition => Clause(condition, within: inner.Count > 1)));
        return within && inner.Count > 1 ? $"({joined})" : joined;
    }

    private static string Among(string several, IReadOnlyList<string> values)
    {
        if (values.Count == 1)
            return $"“{values[0]}”";
        var shown = string.Join(", ", values.Take(MaxValues).Select(value => $"“{value}”"));
        return values.Count > MaxValues ? $"{several} {shown} and {Format.Count(values.Count - MaxValues)} more" : $"{several} {shown}";
    }

    private static string Field(string name) => name switch
    {
        "trace.transaction" or "event.transaction" => "transaction",
        "trace.environment" or "event.environment" => "environment",
        "trace.release" or "event.release" => "release",
        "trace.replay_id" => "replay",
        _ => name,
    };
}
