using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>A row of rate_versions.</summary>
internal sealed record RateVersionRow(
    long Version, string ComputedBy, long ComputedAt, long FirstMinute, long LastMinute, string Mode, double TargetRate, string TargetSource,
    double? MonthlyVolume, double Floor, double Factor, long? FactorUntil, double? Obedience, long? ProjectsChanged, long? RestoredFrom, long? PinnedUntil,
    string? PinnedBy)
{
    /// <summary>Its columns, of rate_versions v.</summary>
    public const string Columns =
        """
        v.version AS Version, v.computed_by AS ComputedBy, v.computed_at AS ComputedAt, v.first_minute AS FirstMinute,
        v.last_minute AS LastMinute, v.mode AS Mode, v.target_rate AS TargetRate, v.target_source AS TargetSource,
        v.monthly_volume AS MonthlyVolume, v.floor AS Floor, v.factor AS Factor, v.factor_until AS FactorUntil, v.obedience AS Obedience,
        v.projects_changed AS ProjectsChanged, v.restored_from AS RestoredFrom, v.pinned_until AS PinnedUntil, v.pinned_by AS PinnedBy
        """;

    /// <summary>The pin; null without one. It may have ended.</summary>
    public RatesPin? Pin => (RestoredFrom, PinnedUntil, PinnedBy) is ({ } version, { } until, { } by) ? new(version, At(until), by) : null;

    public OrganizationRates ToRates(string organization) => new(
        organization, Version, Guid.Parse(ComputedBy), At(ComputedAt), new(FirstMinute, LastMinute),
        new(TargetRate, Enum.Parse<TargetSource>(TargetSource), MonthlyVolume), Floor)
    {
        Mode = Enum.Parse<SamplingMode>(Mode),
        Recalibration = new(Factor, FactorUntil is { } until ? At(until) : null, Obedience),
        RestoredFrom = RestoredFrom,
        Pin = Pin,
    };

    private static DateTimeOffset At(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
