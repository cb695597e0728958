namespace DynamicSampling.Tasks.Models;

/// <summary>Projects the volume of the last hours to a month, and makes a target rate of it: by a budget or by tiers.</summary>
/// <remarks>
/// Source: the window is that of the balancing that Sentry's dynamic sampling publishes. Budget and tiers are ours. A budget is a run rate: what
/// the month already spent does not count.
/// </remarks>
public static class SlidingWindowModel
{
    /// <summary>What a month has at the pace of a window: floor(volume × days × 24 / hours).</summary>
    /// <param name="volume">Root traces in the window, before sampling: 0 or more, finite.</param>
    /// <param name="hours">The window, in hours: finite.</param>
    /// <param name="daysInMonth">The days of the month, 28 to 31.</param>
    /// <returns>Root traces a month, a whole number; null when the window has less than an hour to go by.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of its range, or the month is more than a double can hold.</exception>
    public static double? MonthlyVolume(double volume, double hours, int daysInMonth)
    {
        ModelArguments.ThrowIfNotAmount(volume);
        if (!double.IsFinite(hours))
            throw new ArgumentOutOfRangeException(nameof(hours), hours, "The hours must be finite.");
        if (daysInMonth is < 28 or > 31)
            throw new ArgumentOutOfRangeException(nameof(daysInMonth), daysInMonth, "A month has 28 to 31 days.");
        if (hours < 1)
            return null;
        // Multiplied first, so that whole numbers stay exact up to the division.
        var monthly = Math.Floor(volume * daysInMonth * 24 / hours);
        if (!double.IsFinite(monthly))
            throw new ArgumentOutOfRangeException(nameof(volume), volume, "The volume of the month is more than a double can hold.");
        return monthly;
    }

    /// <summary>The rate that spends a budget evenly: min(1, budget / volume); 1 without any volume.</summary>
    /// <param name="monthlyBudget">Root traces to keep a month: 0 or more, finite.</param>
    /// <param name="monthlyVolume">Root traces a month, before sampling: 0 or more, finite.</param>
    /// <returns>The share of the traces to keep, 0 to 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is negative or not finite.</exception>
    public static double RateOfBudget(double monthlyBudget, double monthlyVolume)
    {
        ModelArguments.ThrowIfNotAmount(monthlyBudget);
        ModelArguments.ThrowIfNotAmount(monthlyVolume);
        return monthlyVolume == 0 ? 1 : Math.Min(1, monthlyBudget / monthlyVolume);
    }

    /// <summary>The rate of the first tier that the volume does not exceed; beyond all tiers, the last one's.</summary>
    /// <param name="tiers">At least one, by ascending volume.</param>
    /// <param name="monthlyVolume">Root traces a month, before sampling: 0 or more, finite.</param>
    /// <returns>The share of the traces to keep, 0 to 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The volume, or a volume or rate of a tier, is out of its range; the message names the tier by its index.
    /// </exception>
    /// <exception cref="ArgumentException">There are no tiers, one is null, or one does not have more volume than the one before.</exception>
    public static double RateOfTiers(ReadOnlySpan<VolumeTier> tiers, double monthlyVolume)
    {
        ModelArguments.ThrowIfNotAmount(monthlyVolume);
        ThrowIfNotTiers(tiers);
        foreach (var tier in tiers)
        {
            if (tier.MonthlyVolume >= monthlyVolume)
                return tier.Rate;
        }

        return tiers[^1].Rate;
    }

    private static void ThrowIfNotTiers(ReadOnlySpan<VolumeTier> tiers)
    {
        if (tiers.IsEmpty)
            throw new ArgumentException("There must be at least one tier.", nameof(tiers));
        for (var i = 0; i < tiers.Length; i++)
        {
            if (tiers[i] is not { } tier)
                throw new ArgumentException($"Tier {i} is null.", nameof(tiers));
            if (!ModelArguments.IsAmount(tier.MonthlyVolume))
                throw new ArgumentOutOfRangeException(nameof(tiers), tier.MonthlyVolume, $"The volume of tier {i} must be finite and not negative.");
            if (!(tier.Rate is >= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(tiers), tier.Rate, $"The rate of tier {i} must be from 0 to 1.");
            if (i > 0 && tier.MonthlyVolume <= tiers[i - 1].MonthlyVolume)
                throw new ArgumentException($"The volume of tier {i} must be more than that of the tier before.", nameof(tiers));
        }
    }
}
