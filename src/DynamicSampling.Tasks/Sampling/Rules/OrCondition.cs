namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>At least one of the inner conditions; without any, it never matches.</summary>
/// <param name="Inner">The conditions.</param>
public sealed record OrCondition(IReadOnlyList<RuleCondition> Inner) : RuleCondition
{
    /// <inheritdoc/>
    public override bool Matches(IRuleFields fields)
    {
        for (var i = 0; i < Inner.Count; i++)
        {
            if (Inner[i].Matches(fields))
                return true;
        }

        return false;
    }
}
