using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>A rule that a user made to get a number of samples of some traces, for a limited time.</summary>
/// <param name="Id">Names it.</param>
/// <param name="Organization">The organization's name.</param>
/// <param name="Project">The project's name; null for all of the organization's.</param>
/// <param name="Number">Its number in rules documents, 0 to 1999; unique among the organization's active rules.</param>
/// <param name="Condition">Which traces it is for.</param>
/// <param name="Samples">How many are wanted, 1 or more.</param>
/// <param name="Start">From when it holds.</param>
/// <param name="End">Until when; then it is deactivated.</param>
public sealed record CustomRule(
    Guid Id, string Organization, string? Project, int Number, RuleCondition Condition, long Samples, DateTimeOffset Start, DateTimeOffset End)
{
    /// <summary>The most active rules of an organization.</summary>
    public const int MaxActive = 2000;

    /// <summary>The most samples that a rule can ask for.</summary>
    public const long MaxSamples = 1_000_000_000;

    /// <summary>The most that the names and values of a condition come to together, in UTF-16 characters.</summary>
    public const int MaxConditionText = 10_000;

    /// <summary>The longest description, in UTF-16 characters.</summary>
    public const int MaxDescription = 500;

    /// <summary>The longest that a rule holds after it was made or extended: as long as single minutes are kept, from which its samples are counted.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(2);

    /// <summary>What it is for, in the user's words.</summary>
    public string? Description { get; init; }

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Samples that have been stored since it started, as far as volumes tell.</summary>
    public double Collected { get; init; }

    /// <summary>When it was announced that its samples are complete; null before.</summary>
    public DateTimeOffset? AnnouncedAt { get; init; }

    /// <summary>When it was deactivated, because it had expired; null before.</summary>
    public DateTimeOffset? DeactivatedAt { get; init; }

    /// <summary>Whether it counts: neither deactivated nor past its end.</summary>
    public bool IsActive(DateTimeOffset now) => DeactivatedAt is null && now < End;
}
