namespace DynamicSampling.Tasks.Sampling;

/// <summary>Biases that are switched on or off; null is as inherited, and at first all are on.</summary>
public sealed record BiasSettings
{
    /// <inheritdoc cref="Bias.CustomRules"/>
    public bool? CustomRules { get; init; }

    /// <inheritdoc cref="Bias.HealthChecks"/>
    public bool? HealthChecks { get; init; }

    /// <inheritdoc cref="Bias.Replays"/>
    public bool? Replays { get; init; }

    /// <inheritdoc cref="Bias.Environments"/>
    public bool? Environments { get; init; }

    /// <inheritdoc cref="Bias.Recalibration"/>
    public bool? Recalibration { get; init; }

    /// <inheritdoc cref="Bias.LatestReleases"/>
    public bool? LatestReleases { get; init; }

    /// <inheritdoc cref="Bias.Transactions"/>
    public bool? Transactions { get; init; }

    /// <inheritdoc cref="Bias.MinimumSampleRate"/>
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
