namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>All of the inner conditions; without any, it always matches.</summary>
/// <param name="Inner">The conditions.</param>
public sealed record AndCondition(IReadOnlyList<RuleCondition> Inner) : RuleCondition
{
    /// <inheritdoc/>
    public override bool Matches(IRuleFields fields)
    {
        for (var i = 0; i < Inner.Count; i++)
        {
            if (!Inner[i].Matches(fields))
                return false;
        }

        return true;
    }
}
