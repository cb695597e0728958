using DynamicSampling.Dashboard.Text;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Dashboard.CustomRules;

/// <summary>What a rule does, in words.</summary>
internal static class RuleText
{
    /// <summary>Which traces: "traces of checkout whose release is 2.0".</summary>
    public static string Traces(RuleCondition condition, string? project) =>
        $"traces{(project is null ? "" : $" of {project}")}{(condition is AndCondition { Inner.Count: 0 } ? "" : $" whose {ConditionText.Of(condition)}")}";

    /// <summary>What it keeps: "The first 100 traces of checkout whose release is 2.0".</summary>
    public static string Goal(RuleCondition condition, string? project, long samples) =>
        samples == 1 ? "The first of the " + Traces(condition, project) : $"The first {Format.Count(samples)} {Traces(condition, project)}";

    /// <summary>How a rule stands, with the class of its badge.</summary>
    public static (string Text, string? Kind) StatusOf(CustomRule rule, DateTimeOffset now) =>
        !rule.IsActive(now) ? ("expired", null)
        : rule.AnnouncedAt is not null || rule.Collected >= rule.Samples ? ("collected", "good")
        : rule.Start > now ? ("not begun", "warn")
        : ("collecting", null);
}
