using DynamicSampling.Dashboard.Text;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Dashboard.Services;

/// <summary>The rate that a trace gets.</summary>
/// <param name="Rate">The rate, 0 to 1; null when no rule decides.</param>
/// <param name="Steps">The rules that take part, and what each does.</param>
/// <param name="Afterwards">The rate once the reservoir that takes the trace is full; null without one.</param>
public sealed record TraceAnswer(double? Rate, IReadOnlyList<TraceStep> Steps, double? Afterwards)
{
    internal static TraceAnswer Of(RulesDocument rules, TraceFields fields, DateTimeOffset now)
    {
        var evaluation = RulesEvaluator.Evaluate(rules, fields, now);
        var isTaken = evaluation.Rules.Count > 0 && evaluation.Rules[^1].Type == SamplingValueType.Reservoir;
        return new(evaluation.Rate, StepsOf(rules, evaluation), isTaken ? RulesEvaluator.Evaluate(rules, fields, now, FullReservoirs.Instance).Rate : null);
    }

    private static List<TraceStep> StepsOf(RulesDocument rules, Evaluation evaluation)
    {
        var byId = rules.Rules.ToLookup(rule => rule.Id);
        var steps = new List<TraceStep>(evaluation.Rules.Count);
        var product = 1.0;
        var minimum = 0.0;
        foreach (var applied in evaluation.Rules)
        {
            string effect;
            switch (applied.Type)
            {
                case SamplingValueType.Factor:
                    product *= applied.Value;
                    effect = $"multiplies by {Format.Factor(applied.Value)}";
                    break;
                case SamplingValueType.MinimumSampleRate:
                    minimum = Math.Max(minimum, applied.Value);
                    effect = $"keeps {Format.Percent(applied.Value)} at least";
                    break;
                case SamplingValueType.Reservoir:
                    effect = "takes it whole, as long as it has room";
                    break;
                default:
                    effect = Decide(applied.Value, product, minimum, evaluation.Rate);
                    break;
            }

            steps.Add(new(RuleWords.Source(applied.Id), byId[applied.Id].Select(rule => RuleWords.Who(rule.Condition)).FirstOrDefault() ?? "", effect));
        }

        return steps;
    }

    private static string Decide(double rate, double product, double minimum, double? result)
    {
        var sum = product == 1 ? Format.Percent(rate) : $"{Format.Percent(rate)} × {Format.Factor(product)} = {Format.Percent(rate * product)}";
        if (rate * product < minimum)
            return $"decides: {sum}, but {Format.Percent(minimum)} at least";
        return rate * product > 1 ? $"decides: {sum}, but not more than {Format.Percent(result)}" : $"decides: {sum}";
    }

    private sealed class FullReservoirs : IReservoirs
    {
        public static readonly FullReservoirs Instance = new();

        public bool TryTake(int ruleId, long limit) => false;
    }
}

/// <summary>A rule that takes part.</summary>
/// <param name="Source">What made it.</param>
/// <param name="Who">Which traces it is for.</param>
/// <param name="Effect">What it does.</param>
public sealed record TraceStep(string Source, string Who, string Effect);
