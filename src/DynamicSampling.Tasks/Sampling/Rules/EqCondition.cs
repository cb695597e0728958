namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>An attribute is one of some values, or is missing.</summary>
/// <param name="Name">The attribute's name, for instance <c>trace.release</c>.</param>
/// <param name="Values">The values; null matches when the attribute is missing, and then only.</param>
/// <param name="IgnoreCase">Whether <c>A</c> is <c>a</c>.</param>
public sealed record EqCondition(string Name, IReadOnlyList<string>? Values, bool IgnoreCase = false) : RuleCondition
{
    /// <inheritdoc/>
    public override bool Matches(IRuleFields fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var field = fields.Find(Name);
        if (field is null || Values is null)
            return field is null && Values is null;

        var comparison = IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        for (var i = 0; i < Values.Count; i++)
        {
            if (string.Equals(field, Values[i], comparison))
                return true;
        }

        return false;
    }
}
