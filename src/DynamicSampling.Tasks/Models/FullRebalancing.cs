namespace DynamicSampling.Tasks.Models;

/// <summary>
/// The core model: spends a budget of traces evenly over classes, so that small classes are kept whole and what they cannot
/// use passes to the larger ones ("water-filling").
/// </summary>
/// <remarks>
/// <para>
/// With T the sum of the counts, the budget is M = T × rate. Going from the smallest class to the largest, each may spend
/// ideal = M / (classes left). A class with fewer traces than that is kept whole (w = 1) and spends its count; any other gets
/// w = ideal / count and spends ideal. The result is rate + intensity × (w − rate), at least the floor and at most 1. Whatever
/// the intensity, the sum of count × result is T × rate as long as the floor does not bind. Without any traces (T = 0) every rate is 1.
/// </para>
/// <para>
/// Source: the balancing that Sentry's dynamic sampling publishes. It interpolates inside the loop and so spends too much at
/// intensities between 0 and 1; here the water-filling is done first. At 0 and 1 both agree.
/// </para>
/// </remarks>
public static class FullRebalancing
{
    /// <summary>Computes the rate of every class.</summary>
    /// <param name="classes">The classes, in any order; every id once.</param>
    /// <param name="rates">Takes the rate, 0 to 1, of each class at the class's place.</param>
    /// <param name="rate">The share of all traces to keep, 0 to 1.</param>
    /// <param name="intensity">How far to go from one rate for all (0) to water-filling (1).</param>
    /// <param name="minimum">Spend at least this many traces, if the classes have them; T × rate when left out.</param>
    /// <param name="floor">No class gets less than this, 0 to 1; but at a rate of 0 nothing is kept.</param>
    /// <exception cref="ArgumentOutOfRangeException">A rate, intensity, minimum, floor or count is out of its range; the message names the class.</exception>
    /// <exception cref="ArgumentException">An id comes twice, or <paramref name="rates"/> is too short.</exception>
    /// <remarks>An error leaves <paramref name="rates"/> as it was. Nothing is allocated: scratch space is rented.</remarks>
    public static void Rebalance(
        ReadOnlySpan<ClassVolume> classes, Span<double> rates, double rate, double intensity = 1, double? minimum = null, double floor = 0)
    {
        ModelArguments.ThrowIfNotShare(rate);
        ModelArguments.ThrowIfNotShare(intensity);
        ModelArguments.ThrowIfNotShare(floor);
        if (minimum is { } given && !ModelArguments.IsAmount(given))
            throw new ArgumentOutOfRangeException(nameof(minimum), given, "The minimum to spend must be finite and not negative.");
        ModelArguments.ThrowIfNotClasses(classes, rates);
        if (classes.IsEmpty)
            return;
        rates = rates[..classes.Length];
        if (rate is 0 or 1)
        {
            rates.Fill(rate);
            return;
        }

        using var ascending = new AscendingCounts(classes);
        ascending.ThrowIfTooLarge(nameof(classes));
        WaterFill(ascending, rates, rate, intensity, minimum ?? ascending.Total * rate, floor);
    }

    /// <summary>Does the same with arguments that were checked, and says how many traces the rates keep.</summary>
    internal static double WaterFill(
        in AscendingCounts ascending, Span<double> rates, double rate, double intensity, double budget, double floor)
    {
        if (ascending.Total == 0)
        {
            rates.Fill(1);
            return 0;
        }

        ReadOnlySpan<double> counts = ascending.Counts;
        var places = ascending.Places;
        var left = counts.Length;
        var ideal = ascending.Total * rate / left;
        var previous = 1.0;
        var kept = 0.0;
        for (var first = 0; first < counts.Length;)
        {
            // Classes of one count get one rate, so they are taken together and their ids need no order.
            var count = counts[first];
            var end = first + 1;
            while (end < counts.Length && counts[end] == count)
                end++;
            var size = end - first;

            if (ideal * left < budget)
                ideal = budget / left;
            var isWhole = ideal > count || count == 0;
            // Rounding must not give a larger class a larger rate.
            var filled = Math.Min(previous, isWhole ? 1 : ideal / count);
            budget -= size * (isWhole ? count : ideal);
            left -= size;
            previous = filled;

            var result = intensity == 1 ? filled : rate + (intensity * (filled - rate));
            result = Math.Min(1, Math.Max(result, floor));
            kept += size * count * result;
            for (; first < end; first++)
                rates[places[first]] = result;
        }

        return kept;
    }
}
