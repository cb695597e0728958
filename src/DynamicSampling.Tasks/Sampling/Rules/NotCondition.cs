namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>The opposite of a condition.</summary>
/// <param name="Inner">The condition.</param>
public sealed record NotCondition(RuleCondition Inner) : RuleCondition
{
    /// <inheritdoc/>
    public override bool Matches(IRuleFields fields) => !Inner.Matches(fields);
}
