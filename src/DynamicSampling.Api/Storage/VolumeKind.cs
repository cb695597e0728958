namespace DynamicSampling.Api.Storage;

/// <summary>What the column <c>exact</c> of volumes says.</summary>
internal static class VolumeKind
{
    /// <summary>Estimated from what was kept.</summary>
    public const long Estimated = 0;

    /// <summary>A true count.</summary>
    public const long Exact = 1;

    /// <summary>A share of a true count that estimates divide: not exact by itself, but its minute's sum is.</summary>
    public const long Shared = 2;

    public static long Of(bool isExact) => isExact ? Exact : Estimated;
}
