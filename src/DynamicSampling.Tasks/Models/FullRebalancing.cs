using System.Buffers;
using System.Runtime.CompilerServices;

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
        ThrowIfNotShare(rate);
        ThrowIfNotShare(intensity);
        ThrowIfNotShare(floor);
        if (minimum is { } given && !(given >= 0 && double.IsFinite(given)))
            throw new ArgumentOutOfRangeException(nameof(minimum), given, "The minimum to spend must be finite and not negative.");
        if (rates.Length < classes.Length)
            throw new ArgumentException($"There are {classes.Length} classes, but room for only {rates.Length} rates.", nameof(rates));
        ThrowIfNotVolume(classes);
        UniqueIds.ThrowIfRepeated(classes);
        if (classes.IsEmpty)
            return;
        rates = rates[..classes.Length];
        if (rate is 0 or 1)
        {
            rates.Fill(rate);
            return;
        }

        var counts = ArrayPool<double>.Shared.Rent(classes.Length);
        var places = ArrayPool<int>.Shared.Rent(classes.Length);
        try
        {
            WaterFill(classes, counts.AsSpan(0, classes.Length), places.AsSpan(0, classes.Length), rates, rate, intensity, minimum, floor);
        }
        finally
        {
            ArrayPool<double>.Shared.Return(counts);
            ArrayPool<int>.Shared.Return(places);
        }
    }

    private static void WaterFill(
        ReadOnlySpan<ClassVolume> classes, Span<double> counts, Span<int> places, Span<double> rates, double rate, double intensity, double? minimum, double floor)
    {
        for (var i = 0; i < classes.Length; i++)
        {
            counts[i] = classes[i].Count;
            places[i] = i;
        }

        counts.Sort(places);

        // Added up in ascending order, the sum does not depend on the order of the input.
        double total = 0;
        foreach (var count in counts)
            total += count;
        if (!double.IsFinite(total))
            throw new ArgumentOutOfRangeException(nameof(classes), total, "The counts add up to more than a double can hold.");

        if (total == 0)
        {
            rates.Fill(1);
            return;
        }

        var left = counts.Length;
        var ideal = total * rate / left;
        var budget = minimum ?? total * rate;
        var previous = 1.0;
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
            for (; first < end; first++)
                rates[places[first]] = result;
        }
    }

    private static void ThrowIfNotVolume(ReadOnlySpan<ClassVolume> classes)
    {
        foreach (ref readonly var item in classes)
        {
            if (item.Id is null)
                throw new ArgumentException("A class has no id.", nameof(classes));
            if (!(item.Count >= 0 && double.IsFinite(item.Count)))
                throw new ArgumentOutOfRangeException(nameof(classes), item.Count, $"The count of '{item.Id}' must be finite and not negative.");
        }
    }

    private static void ThrowIfNotShare(double value, [CallerArgumentExpression(nameof(value))] string? name = null)
    {
        if (!(value is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(name, value, $"The {name} must be from 0 to 1.");
    }
}
