namespace DynamicSampling.Tasks.Sampling;

/// <summary>Biases that are switched on or off; null is as inherited, and at first all are on.</summary>
public sealed record BiasSettings
{
    /// <summary>Rules made by users, each for a number of samples.</summary>
    public bool? CustomRules { get; init; }

    /// <summary>Health checks get a fifth of the project's rate.</summary>
    public bool? HealthChecks { get; init; }

    /// <summary>Traces with a replay are always kept.</summary>
    public bool? Replays { get; init; }

    /// <summary>Development and test environments are always kept.</summary>
    public bool? Environments { get; init; }

    /// <summary>The recalibration factor.</summary>
    public bool? Recalibration { get; init; }

    /// <summary>Releases seen for the first time are kept more often until they are adopted.</summary>
    public bool? LatestReleases { get; init; }

    /// <summary>Transactions have rates of their own.</summary>
    public bool? Transactions { get; init; }

    /// <summary>The minimum rate, where one is configured.</summary>
    public bool? MinimumSampleRate { get; init; }

    /// <summary>All eight, from flags.</summary>
    public static BiasSettings Of(Bias biases) => new()
    {
        CustomRules = biases.HasFlag(Bias.CustomRules),
        HealthChecks = biases.HasFlag(Bias.HealthChecks),
        Replays = biases.HasFlag(Bias.Replays),
        Environments = biases.HasFlag(Bias.Environments),
        Recalibration = biases.HasFlag(Bias.Recalibration),
        LatestReleases = biases.HasFlag(Bias.LatestReleases),
        Transactions = biases.HasFlag(Bias.Transactions),
        MinimumSampleRate = biases.HasFlag(Bias.MinimumSampleRate),
    };

    /// <summary>The biases that are on, given those that are inherited.</summary>
    public Bias Over(Bias inherited)
    {
        var biases = inherited;
        Apply(CustomRules, Bias.CustomRules);
        Apply(HealthChecks, Bias.HealthChecks);
        Apply(Replays, Bias.Replays);
        Apply(Environments, Bias.Environments);
        Apply(Recalibration, Bias.Recalibration);
        Apply(LatestReleases, Bias.LatestReleases);
        Apply(Transactions, Bias.Transactions);
        Apply(MinimumSampleRate, Bias.MinimumSampleRate);
        return biases;

        void Apply(bool? on, Bias bias) => biases = on switch
        {
            true => biases | bias,
            false => biases & ~bias,
            null => biases,
        };
    }
}
