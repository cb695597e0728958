using DynamicSampling.Tasks.Models;

namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>
/// Says which rate a trace gets by a rules document: factors multiply until the first matching sampleRate, and the result is
/// max(minimum, product × sampleRate), within 0 to 1.
/// </summary>
public static class RulesEvaluator
{
    /// <summary>The rate, and the rules that made it.</summary>
    /// <param name="document">The rules.</param>
    /// <param name="fields">The trace's attributes.</param>
    /// <param name="now">The instant: a rule holds only within its time range, and its value may change over it.</param>
    /// <param name="reservoirs">
    /// Counts what reservoirs take: one with room keeps the trace (rate 1), a full one does nothing. Without it, every reservoir
    /// counts as having room.
    /// </param>
    public static Evaluation Evaluate(RulesDocument document, IRuleFields fields, DateTimeOffset now, IReservoirs? reservoirs = null)
    {
        var applied = new List<AppliedRule>();
        var rate = Run(document, fields, now, reservoirs, applied);
        return new(rate, applied);
    }

    /// <summary>The rate as <see cref="Evaluate"/> without counters has it; nothing is allocated.</summary>
    /// <param name="document">The rules.</param>
    /// <param name="fields">The trace's attributes.</param>
    /// <param name="now">The instant.</param>
    /// <returns>The rate, 0 to 1; null when no rule decides.</returns>
    public static double? Rate(RulesDocument document, IRuleFields fields, DateTimeOffset now) => Run(document, fields, now, null, null);

    private static double? Run(RulesDocument document, IRuleFields fields, DateTimeOffset now, IReservoirs? reservoirs, List<AppliedRule>? applied)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(fields);
        var product = 1.0;
        var minimum = 0.0;
        var rules = document.Rules;
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            if (rule.TimeRange?.Contains(now) == false || !rule.Condition.Matches(fields))
                continue;

            if (rule.SamplingValue.Type == SamplingValueType.Reservoir)
            {
                if (reservoirs?.TryTake(rule.Id, rule.SamplingValue.Limit ?? 0) == false)
                    continue;
                applied?.Add(new(rule.Id, SamplingValueType.Reservoir, 1));
                return 1;
            }

            var value = ValueAt(rule, now);
            applied?.Add(new(rule.Id, rule.SamplingValue.Type, value));
            switch (rule.SamplingValue.Type)
            {
                case SamplingValueType.Factor:
                    product *= value;
                    break;
                case SamplingValueType.MinimumSampleRate:
                    minimum = Math.Max(minimum, value);
                    break;
                default:
                    // Clamped from below first: what is no number is 0, and not a rate.
                    var rate = product * value;
                    return Math.Min(1, rate > minimum ? rate : minimum);
            }
        }

        return null;
    }

    private static double ValueAt(SamplingRule rule, DateTimeOffset now)
    {
        var value = rule.SamplingValue.Value ?? 0;
        return rule is { DecayingFn: { } decay, TimeRange: { } range }
            ? ReleaseAdoption.Factor(value, decay.DecayedValue, (now - range.Start).TotalSeconds, (range.End - range.Start).TotalSeconds)
            : value;
    }
}
