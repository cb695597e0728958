using DynamicSampling.Api.Ingest;

namespace DynamicSampling.Api.Storage;

/// <summary>What the column <c>exact</c> of volumes says: a <see cref="VolumeSource"/>, or that a count is shared.</summary>
internal static class VolumeKind
{
    /// <summary>Estimated from what was kept.</summary>
    public const long Estimated = (long)VolumeSource.Spans;

    /// <summary>A share of a true count that estimates divide: not exact by itself, but its minute's sum is.</summary>
    public const long Shared = 2;

    /// <summary>The condition for true counts, in SQL.</summary>
    public const string IsExactSql = "v.exact NOT IN (0, 2)";

    /// <summary>Whether it is a true count.</summary>
    public static bool IsExact(long kind) => kind is not (Estimated or Shared);
}
