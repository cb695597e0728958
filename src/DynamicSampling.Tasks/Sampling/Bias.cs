namespace DynamicSampling.Tasks.Sampling;

/// <summary>What can move a rate away from the uniform one. Each can be switched off; the uniform rate itself cannot.</summary>
[Flags]
public enum Bias
{
    /// <summary>Only the uniform rate.</summary>
    None = 0,

    /// <summary>Rules made by users, each for a number of samples.</summary>
    CustomRules = 1,

    /// <summary>Health checks get a fifth of the project's rate.</summary>
    HealthChecks = 2,

    /// <summary>Traces with a replay are always kept.</summary>
    Replays = 4,

    /// <summary>Development and test environments are always kept.</summary>
    Environments = 8,

    /// <summary>The recalibration factor.</summary>
    Recalibration = 16,

    /// <summary>Releases seen for the first time are kept more often until they are adopted.</summary>
    LatestReleases = 32,

    /// <summary>Transactions have rates of their own.</summary>
    Transactions = 64,

    /// <summary>The minimum rate, where one is configured.</summary>
    MinimumSampleRate = 128,

    /// <summary>All of them.</summary>
    All = CustomRules | HealthChecks | Replays | Environments | Recalibration | LatestReleases | Transactions | MinimumSampleRate,
}
