using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>What is wrong with a custom rule, however it comes in.</summary>
public static class CustomRuleCheck
{
    /// <summary>The first problem, as a sentence that begins with the member; null when all is well. A rule that has ended is none.</summary>
    /// <param name="condition">Which traces it is for.</param>
    /// <param name="samples">How many are wanted.</param>
    /// <param name="start">From when it holds.</param>
    /// <param name="end">Until when it holds.</param>
    /// <param name="project">The project; null for all of the organization's.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="now">The instant.</param>
    public static string? Of(
        RuleCondition? condition, long? samples, DateTimeOffset start, DateTimeOffset? end, string? project, string? description, DateTimeOffset now) =>
        Problems(condition, samples, start, end, project, description, now).FirstOrDefault()?.ToString();

    /// <summary>All problems. A rule that has ended is none.</summary>
    /// <inheritdoc cref="Of"/>
    public static IEnumerable<MemberProblem> Problems(
        RuleCondition? condition, long? samples, DateTimeOffset start, DateTimeOffset? end, string? project, string? description, DateTimeOffset now)
    {
        if (condition is null)
            yield return new("condition", "is missing: say which traces the rule is for, such as {\"op\":\"eq\",\"name\":\"event.transaction\",\"value\":[\"GET /cart\"]}.");
        // A rules document has all of an organization's rules: together they have to fit into memory, and through the network.
        else if (TextOf(condition) is var text and > CustomRule.MaxConditionText)
            yield return new("condition", $"must not have more than {CustomRule.MaxConditionText} characters in its names and values together, but has {text}.");
        if (OfSamples(samples) is { } wrong)
            yield return wrong;
        if (end is null)
            yield return new("end", "is missing: say until when the rule holds, at most 2 days from its start.");
        if (project is not null && Names.Check(project) is { } problem)
            yield return new("project", $"{problem}.");
        if (description?.Length > CustomRule.MaxDescription)
            yield return new("description", $"must not be longer than {CustomRule.MaxDescription} characters.");
        // Lines and tabs it may have; but this no text of PostgreSQL can.
        if (description?.Contains('\0', StringComparison.Ordinal) == true)
            yield return new("description", "must not have the character U+0000.");
        // First, so that adding to it stays within what a time can be.
        if (start > now + CustomRule.MaxDuration)
            yield return new("start", $"must be within the next 2 days, but is {start:O}.");
        else if (end is { } until && OfEnd(start, until, now) is { } late)
            yield return late;
    }

    /// <inheritdoc cref="Of"/>
    public static MemberProblem? OfSamples(long? samples) => samples switch
    {
        null => new("samples", "is missing: say how many traces are wanted."),
        < 1 or > CustomRule.MaxSamples => new("samples", $"must be from 1 to {CustomRule.MaxSamples}, but is {samples}."),
        _ => null,
    };

    /// <inheritdoc cref="Of"/>
    public static MemberProblem? OfEnd(DateTimeOffset start, DateTimeOffset end, DateTimeOffset now)
    {
        if (end <= start)
            return new("end", $"must be after start, but {end:O} is not after {start:O}.");
        return end > (start > now ? start : now) + CustomRule.MaxDuration ? new("end", $"must be at most 2 days from now, or from start, but is {end:O}.") : null;
    }

    /// <inheritdoc cref="Of"/>
    public static MemberProblem? OfEndToCome(DateTimeOffset end, DateTimeOffset now) =>
        end <= now ? new("end", $"must be in the future, but is {end:O}; it is now {now:O}.") : null;

    private static int TextOf(RuleCondition condition) => condition switch
    {
        AndCondition and => and.Inner.Sum(TextOf),
        OrCondition or => or.Inner.Sum(TextOf),
        NotCondition not => TextOf(not.Inner),
        EqCondition eq => eq.Name.Length + (eq.Values?.Sum(value => value.Length) ?? 0),
        GlobCondition glob => glob.Name.Length + glob.Patterns.Sum(pattern => pattern.Length),
        _ => 0,
    };
}
