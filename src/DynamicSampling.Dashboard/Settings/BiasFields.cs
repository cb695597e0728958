using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Dashboard.Settings;

/// <summary>The eight biases, for forms.</summary>
internal static class BiasFields
{
    public const string On = "on";
    public const string Off = "off";

    /// <summary>All of them, as the HTTP API has them.</summary>
    public static IReadOnlyList<BiasField> All { get; } =
    [
        new(
            "customRules", "Custom rules", "Rules that somebody made are in force.", Shows: false,
            biases => biases.CustomRules, (biases, on) => biases with { CustomRules = on }),
        new(
            "healthChecks", "Health checks", "Transactions such as GET /healthz get a fifth of the project's rate.", Shows: true,
            biases => biases.HealthChecks, (biases, on) => biases with { HealthChecks = on }),
        new(
            "replays", "Replays", "Traces with a replay are always kept.", Shows: false,
            biases => biases.Replays, (biases, on) => biases with { Replays = on }),
        new(
            "environments", "Development environments", "Traces of environments such as dev, test, qa and local are always kept.", Shows: false,
            biases => biases.Environments, (biases, on) => biases with { Environments = on }),
        new(
            "recalibration", "Recalibration", "A factor makes up for what the last five minutes were away from the target.", Shows: true,
            biases => biases.Recalibration, (biases, on) => biases with { Recalibration = on }),
        new(
            "latestReleases", "Latest releases", "A new release is kept more often in its first hour.", Shows: false,
            biases => biases.LatestReleases, (biases, on) => biases with { LatestReleases = on }),
        new(
            "transactions", "Transactions", "Transactions have rates of their own: rare ones are kept more often than busy ones.", Shows: true,
            biases => biases.Transactions, (biases, on) => biases with { Transactions = on }),
        new(
            "minimumSampleRate", "Minimum rate", "The minimum rate holds.", Shows: true,
            biases => biases.MinimumSampleRate, (biases, on) => biases with { MinimumSampleRate = on }),
    ];
}

/// <summary>A bias in a form.</summary>
/// <param name="Member">Its name in the settings.</param>
/// <param name="Title">Its name on pages.</param>
/// <param name="Hint">What it does while it is on.</param>
/// <param name="Shows">Whether rates follow it, and not the rules document alone.</param>
/// <param name="Get">Reads it.</param>
/// <param name="Set">Sets it.</param>
internal sealed record BiasField(
    string Member, string Title, string Hint, bool Shows, Func<BiasSettings, bool?> Get, Func<BiasSettings, bool?, BiasSettings> Set)
{
    public string Field => "biases." + Member;
}
