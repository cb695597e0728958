namespace DynamicSampling.Tasks.Models;

/// <summary>
/// Balances the transactions of one project: the names that are known by their volume (<em>explicit</em>) get a rate each, and all other
/// names get one <em>implicit</em> rate together.
/// </summary>
/// <remarks>
/// <para>
/// There are k explicit classes with E traces, and m other names with I = total − E traces. The budget B = total × rate is shared evenly
/// over all k + m names, b = B / (k + m) each; what a side cannot use passes to the other. The first that holds decides:
/// </para>
/// <list type="number">
/// <item>There are no others (m = 0): the explicit classes are balanced at the project's rate, which is the implicit rate too.</item>
/// <item>The others have less than their share (I &lt; b × m): the implicit rate is 1, the explicit classes are balanced at (B − I) / E.</item>
/// <item>The explicit classes have less than theirs (E &lt; b × k): they are kept whole, the implicit rate is (B − E) / I.</item>
/// <item>Both can spend: the explicit classes are balanced at b × k / E and spend at least B − I; the implicit rate is
/// (B − what they spend) / I.</item>
/// </list>
/// <para>
/// "Balanced" is <see cref="FullRebalancing"/>. The sum of count × rate over explicit and other names is B, unless the floor binds. Explicit
/// classes without any traces (E = 0) get 1 and the others the project's rate.
/// </para>
/// <para>
/// Source: the balancing that Sentry's dynamic sampling publishes. It spends more than the budget at intensities between 0 and 1; here
/// <see cref="FullRebalancing"/> does not.
/// </para>
/// </remarks>
public static class TransactionsModel
{
    /// <summary>Computes the rate of every explicit class, and of all other names.</summary>
    /// <param name="explicitClasses">The names that get a rate of their own, in any order; every name once.</param>
    /// <param name="rates">Takes the rate, 0 to 1, of each explicit class at the class's place.</param>
    /// <param name="rate">The share of the project's traces to keep, 0 to 1.</param>
    /// <param name="total">
    /// The project's root traces, 0 or more. When left out, or less than the explicit classes have, it is what they have.
    /// </param>
    /// <param name="names">
    /// How many names the project has, the explicit ones included. When left out, or less than there are explicit classes, there are no others.
    /// </param>
    /// <param name="intensity">How far to go from one rate for all explicit classes (0) to water-filling (1).</param>
    /// <param name="floor">
    /// No rate is less than this, 0 to 1, or than <paramref name="rate"/> if that is smaller. Where the floor binds, more than the budget is spent.
    /// </param>
    /// <returns>The implicit rate, 0 to 1: that of every name that is not among <paramref name="explicitClasses"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A rate, intensity, floor, total, number of names or count is out of its range; the message names the class.
    /// </exception>
    /// <exception cref="ArgumentException">An id is missing or comes twice, or <paramref name="rates"/> is too short.</exception>
    /// <remarks>An error leaves <paramref name="rates"/> as it was. Nothing is allocated: scratch space is rented.</remarks>
    public static double Rebalance(
        ReadOnlySpan<ClassVolume> explicitClasses,
        Span<double> rates,
        double rate,
        double? total = null,
        long? names = null,
        double intensity = 0.8,
        double floor = 0)
    {
        ModelArguments.ThrowIfNotShare(rate);
        ModelArguments.ThrowIfNotShare(intensity);
        ModelArguments.ThrowIfNotShare(floor);
        if (total is { } traces)
            ModelArguments.ThrowIfNotAmount(traces, nameof(total));
        if (names < 0)
            throw new ArgumentOutOfRangeException(nameof(names), names, "The number of names must not be negative.");
        ModelArguments.ThrowIfNotClasses(explicitClasses, rates);

        rates = rates[..explicitClasses.Length];
        if (explicitClasses.IsEmpty || rate is 0 or 1)
        {
            rates.Fill(rate);
            return rate;
        }

        using var ascending = new AscendingCounts(explicitClasses);
        ascending.ThrowIfTooLarge(nameof(explicitClasses));
        floor = Math.Min(floor, rate);
        var explicitTotal = ascending.Total;
        var all = Math.Max(total ?? 0, explicitTotal);
        var classes = Math.Max(names ?? 0, explicitClasses.Length);
        var others = classes - explicitClasses.Length;
        if (others == 0 || explicitTotal == 0)
        {
            FullRebalancing.WaterFill(ascending, rates, rate, intensity, explicitTotal * rate, floor);
            return rate;
        }

        var budget = all * rate;
        var each = budget / classes;
        var implicitTotal = all - explicitTotal;
        if (implicitTotal == 0 || implicitTotal < each * others)
        {
            // Rounding can take the share out of its range when the others have nearly all traces.
            var share = Math.Clamp((budget - implicitTotal) / explicitTotal, 0, 1);
            FullRebalancing.WaterFill(ascending, rates, share, intensity, explicitTotal * share, floor);
            return 1;
        }

        double kept;
        var explicitBudget = each * explicitClasses.Length;
        if (explicitTotal < explicitBudget)
        {
            rates.Fill(1);
            kept = explicitTotal;
        }
        else
        {
            var minimum = Math.Max(0, budget - implicitTotal);
            kept = FullRebalancing.WaterFill(ascending, rates, explicitBudget / explicitTotal, intensity, minimum, floor);
        }

        return Math.Clamp((budget - kept) / implicitTotal, floor, 1);
    }
}
