namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>What the rules of one project are made from.</summary>
public sealed record RuleInputs
{
    /// <summary>The project's rate before every factor, 0 to 1.</summary>
    public required double BaseRate { get; init; }

    /// <summary>The biases that are on.</summary>
    public Bias Biases { get; init; } = Bias.All;

    /// <summary>The recalibration factor, finite and not negative.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>The rate of every transaction that is not in <see cref="Transactions"/>, 0 to 1; the base rate when null.</summary>
    public double? ImplicitRate { get; init; }

    /// <summary>Transactions with rates of their own; those with the largest volumes are written.</summary>
    public IReadOnlyList<NamedRate> Transactions { get; init; } = [];

    /// <summary>Releases that were seen lately; the newest are written.</summary>
    public IReadOnlyList<ActiveRelease> Releases { get; init; } = [];

    /// <summary>Rules made by users, each for a number of samples.</summary>
    public IReadOnlyList<CustomRuleInput> CustomRules { get; init; } = [];

    /// <summary>The minimum rate, 0 to 1; 0 is none.</summary>
    public double Floor { get; init; }

    /// <summary>Rates that users fixed; they hold whatever the biases say.</summary>
    public IReadOnlyList<PinnedRate> Pins { get; init; } = [];

    /// <summary>The rate of health checks, 0 to 1; a fifth of the base rate when null.</summary>
    public double? HealthCheckRate { get; init; }
}

/// <summary>A transaction's own rate.</summary>
/// <param name="Name">The transaction's name.</param>
/// <param name="Rate">Its rate, 0 to 1.</param>
/// <param name="Volume">Its root traces before sampling.</param>
public sealed record NamedRate(string Name, double Rate, double Volume);

/// <summary>A release that was seen for the first time lately.</summary>
/// <param name="Release">The release's name.</param>
/// <param name="Environment">Where it was seen; null when it did not say.</param>
/// <param name="FirstSeen">When it was seen first.</param>
/// <param name="TimeToAdoption">How long after that it is like any other.</param>
public sealed record ActiveRelease(string Release, string? Environment, DateTimeOffset FirstSeen, TimeSpan TimeToAdoption);

/// <summary>A rule that a user made to get a number of samples.</summary>
/// <param name="Number">Its number within the project, 0 to 1999.</param>
/// <param name="Condition">Which traces it is for.</param>
/// <param name="Samples">How many traces are wanted, 1 or more.</param>
/// <param name="Start">From when.</param>
/// <param name="End">Until when.</param>
public sealed record CustomRuleInput(int Number, RuleCondition Condition, long Samples, DateTimeOffset Start, DateTimeOffset End);

/// <summary>A rate that a user fixed.</summary>
/// <param name="Transaction">The transaction's name; null for all of the project's.</param>
/// <param name="SampleRate">The rate, 0 to 1.</param>
public sealed record PinnedRate(string? Transaction, double SampleRate);
