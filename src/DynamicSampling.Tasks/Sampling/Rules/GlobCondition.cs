namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>An attribute looks like one of some patterns. A missing attribute looks like none.</summary>
/// <param name="Name">The attribute's name, for instance <c>event.transaction</c>.</param>
/// <param name="Patterns">
/// The patterns: <c>*</c> is any run of characters, <c>?</c> is one character, and every other is itself, in either case.
/// </param>
public sealed record GlobCondition(string Name, IReadOnlyList<string> Patterns) : RuleCondition
{
    /// <inheritdoc/>
    public override bool Matches(IRuleFields fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        if (fields.Find(Name) is not { } field)
            return false;
        for (var i = 0; i < Patterns.Count; i++)
        {
            if (Glob.IsMatch(Patterns[i], field))
                return true;
        }

        return false;
    }
}
