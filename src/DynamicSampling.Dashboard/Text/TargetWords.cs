using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Dashboard.Text;

/// <summary>Where targets come from, in words.</summary>
internal static class TargetWords
{
    /// <summary>The source, as the end of a sentence.</summary>
    public static string SourceOf(TargetRate target) => target.Source switch
    {
        TargetSource.Setting => "as it is set",
        TargetSource.Tier => $"from its tiers{Volume(target)}",
        TargetSource.Budget => $"from its monthly budget{Volume(target)}",
        _ => "the service's default",
    };

    private static string Volume(TargetRate target) => target.MonthlyVolume is { } volume ? $", at {Format.Short(volume)} traces a month" : "";
}
