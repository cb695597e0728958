namespace DynamicSampling.Tasks.Sampling;

/// <summary>What is wrong with one member of settings or of a rule.</summary>
/// <param name="Member">The member, for instance <c>tiers[0].rate</c>.</param>
/// <param name="Text">What is wrong, as the end of a sentence that begins with the member.</param>
public sealed record MemberProblem(string Member, string Text)
{
    /// <summary>The share that is not from 0 to 1, for those who show shares in another unit; null where it is about something else.</summary>
    public double? Share { get; init; }

    /// <summary>The whole sentence.</summary>
    public override string ToString() => $"{Member} {Text}";
}
