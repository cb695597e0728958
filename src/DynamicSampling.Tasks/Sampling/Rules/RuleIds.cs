namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>The ids of generated rules; those of a kind that can have several begin at the number given here.</summary>
public static class RuleIds
{
    /// <summary>The rule that ends every evaluation.</summary>
    public const int Uniform = 1000;

    /// <summary>The rule of <see cref="Bias.Environments"/>.</summary>
    public const int Environments = 1001;

    /// <summary>The rule of <see cref="Bias.HealthChecks"/>.</summary>
    public const int HealthChecks = 1002;

    /// <summary>The rule of <see cref="Bias.Recalibration"/>.</summary>
    public const int Recalibration = 1004;

    /// <summary>The rule of <see cref="Bias.Replays"/>.</summary>
    public const int Replays = 1005;

    /// <summary>The rule of <see cref="Bias.MinimumSampleRate"/>.</summary>
    public const int MinimumSampleRate = 1006;

    /// <summary>The first rule of <see cref="Bias.Transactions"/>.</summary>
    public const int FirstTransaction = 1400;

    /// <summary>The first rule of <see cref="Bias.LatestReleases"/>.</summary>
    public const int FirstRelease = 1500;

    /// <summary>The first pinned rate.</summary>
    public const int FirstPin = 2000;

    /// <summary>The first rule of <see cref="Bias.CustomRules"/>; a custom rule's number is added.</summary>
    public const int FirstCustomRule = 3000;

    /// <summary>What made a rule, by its id: the bias as settings write it, <c>pins</c> or <c>uniform</c>.</summary>
    public static string SourceOf(int id) => id switch
    {
        Uniform => "uniform",
        Environments => "environments",
        HealthChecks => "healthChecks",
        Recalibration => "recalibration",
        Replays => "replays",
        MinimumSampleRate => "minimumSampleRate",
        >= FirstCustomRule => "customRules",
        >= FirstPin => "pins",
        >= FirstRelease => "latestReleases",
        _ => "transactions",
    };
}
