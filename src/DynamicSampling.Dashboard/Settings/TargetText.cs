using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Dashboard.Settings;

/// <summary>Where a target comes from, in words.</summary>
internal static class TargetText
{
    public static string SourceOf(TargetRate target) => target.Source switch
    {
        TargetSource.Setting => "its own setting",
        TargetSource.Tier => "its volume, by tiers",
        TargetSource.Budget => "its volume, by the monthly budget",
        _ => "the service's default",
    };
}
