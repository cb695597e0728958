using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Dashboard.CustomRules;

/// <summary>Conditions in words: "transaction looks like POST /order* and release is 2.0".</summary>
internal static class ConditionText
{
    /// <summary>The condition, as what follows "traces whose".</summary>
    public static string Of(RuleCondition condition) => condition switch
    {
        AndCondition { Inner.Count: 0 } => "anything is so",
        OrCondition { Inner.Count: 0 } => "nothing is so",
        AndCondition and => string.Join(" and ", and.Inner.Select(InAnd)),
        OrCondition or => string.Join(" or ", or.Inner.Select(InOr)),
        NotCondition { Inner: EqCondition eq } => OfEq(eq, isSo: false),
        NotCondition { Inner: GlobCondition glob } => $"{NameOf(glob.Name)} does not look like {AnyOf(glob.Patterns)}",
        NotCondition not => $"it is not so that ({Of(not.Inner)})",
        EqCondition eq => OfEq(eq, isSo: true),
        GlobCondition glob => $"{NameOf(glob.Name)} looks like {AnyOf(glob.Patterns)}",
        _ => condition.ToString(),
    };

    /// <summary>What an attribute is called.</summary>
    public static string NameOf(string attribute) => attribute switch
    {
        "event.transaction" or "trace.transaction" => "transaction",
        "event.release" or "trace.release" => "release",
        "event.environment" or "trace.environment" => "environment",
        "trace.replay_id" => "replay ID",
        _ => attribute,
    };

    /// <summary>Whether it asks for nothing but transactions, so that volumes can tell what it is for.</summary>
    public static bool AsksForTransactionsOnly(RuleCondition condition) => condition switch
    {
        AndCondition and => and.Inner.All(AsksForTransactionsOnly),
        OrCondition or => or.Inner.All(AsksForTransactionsOnly),
        NotCondition not => AsksForTransactionsOnly(not.Inner),
        EqCondition eq => NameOf(eq.Name) == "transaction",
        GlobCondition glob => NameOf(glob.Name) == "transaction",
        _ => false,
    };

    private static string OfEq(EqCondition eq, bool isSo) => (eq.Values, isSo) switch
    {
        (null, true) => $"{NameOf(eq.Name)} is missing",
        (null, false) => $"{NameOf(eq.Name)} is there",
        (_, true) => $"{NameOf(eq.Name)} is {AnyOf(eq.Values)}{(eq.IgnoreCase ? ", in either case," : "")}",
        _ => $"{NameOf(eq.Name)} is not {AnyOf(eq.Values)}{(eq.IgnoreCase ? ", in either case," : "")}",
    };

    private static string AnyOf(IReadOnlyList<string> values) => values.Count == 0 ? "none" : string.Join(" or ", values.Select(value => value.Length == 0 ? "empty" : value));

    private static string InAnd(RuleCondition condition) => condition is OrCondition { Inner.Count: > 1 } ? $"({Of(condition)})" : Of(condition);

    private static string InOr(RuleCondition condition) => condition is AndCondition { Inner.Count: > 1 } ? $"({Of(condition)})" : Of(condition);
}
