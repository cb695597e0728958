namespace DynamicSampling.Api.Storage;

/// <summary>Which rows of project_rates r belong to a version. Those of a project p do not overlap, so the primary key finds the one of a version.</summary>
internal static class RatesInForce
{
    /// <summary>Of the current version.</summary>
    public const string Now = "r.end_version IS NULL";

    /// <summary>Of the version @version. One that came with it or before, and ended after it.</summary>
    public const string AtVersion = $"{SinceVersion} AND r.first_version <= @version AND (r.end_version IS NULL OR r.end_version > @version)";

    /// <summary>Of the version @version and all later ones; and perhaps one that had ended before.</summary>
    public const string SinceVersion =
        """
        r.first_version >= COALESCE((
            SELECT b.first_version FROM project_rates b WHERE b.project_id = p.id AND b.first_version <= @version ORDER BY b.first_version DESC LIMIT 1), 0)
        """;
}
