namespace DynamicSampling.Tasks.Models;

/// <summary>
/// The factor on all rates of an organization, or of a project, that brings what is kept back to the target when the mix of the traffic
/// has moved since the rates were computed.
/// </summary>
/// <remarks>
/// Source: the recalibration that Sentry's dynamic sampling publishes, with two differences. Its factor starts from the one written last,
/// which may not have been in force while the traces were counted, and then oscillates; <see cref="Factor"/> starts from the one that was. And out of
/// its bounds it is dropped; here it is the bound. <see cref="Solve"/> is our own: it knows what every class is served, so that limits and
/// fixed rates do not mislead it, and it needs no earlier factor.
/// </remarks>
public static class RecalibrationModel
{
    /// <summary>The least factor.</summary>
    public const double MinFactor = 0.1;

    /// <summary>The largest factor.</summary>
    public const double MaxFactor = 10;

    // Factors closer to 1 than this are 1, and predictions closer to what is wanted than this (relative) are met.
    private const double Tolerance = 1e-9;

    // How far (relative) sums of the same amounts may differ through the order of adding; the bisection is as fine.
    private const double Rounding = 1e-12;

    /// <summary>The factor by what was kept: live × target / (kept / total), from 0.1 to 10; closer to 1 than 1e-9 it is 1.</summary>
    /// <param name="live">The factor in force while the traces were counted: more than 0, finite.</param>
    /// <param name="total">Root traces before sampling.</param>
    /// <param name="kept">Root traces that were stored.</param>
    /// <param name="target">The share of all traces to keep, 0 to 1.</param>
    /// <returns>The factor, or null when there is nothing to go by: no traces, none kept, or a target of 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An argument is not finite, or out of its range.</exception>
    public static double? Factor(double live, double total, double kept, double target)
    {
        if (!(live > 0 && double.IsFinite(live)))
            throw new ArgumentOutOfRangeException(nameof(live), live, "The live factor must be finite and more than 0.");
        ThrowIfNotFinite(total, nameof(total));
        ThrowIfNotFinite(kept, nameof(kept));
        ModelArguments.ThrowIfNotShare(target);
        if (total <= 0 || kept <= 0 || target == 0)
            return null;
        return Limit(target / (kept / total) * live);
    }

    /// <summary>How many traces are kept at a factor: the sum of count × clamp(rate × factor, minimum, maximum).</summary>
    /// <param name="classes">All classes that the factor may apply to.</param>
    /// <param name="factor">The factor: 0 or more, finite.</param>
    /// <returns>Root traces, not rounded; never less for a larger factor.</returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The factor, or something of a class, is out of its range, or the counts are too large to add up; the message names the class by its index.
    /// </exception>
    public static double Predicted(ReadOnlySpan<FactorClass> classes, double factor)
    {
        ModelArguments.ThrowIfNotAmount(factor);
        ThrowIfNotClasses(classes);
        return Sum(classes, factor);
    }

    /// <summary>
    /// Finds the factor, from 0.1 to 10, at which <see cref="Predicted"/> is what is wanted; of several, the one nearest to 1.
    /// </summary>
    /// <param name="classes">All classes that the factor may apply to, those that do not respond to it included.</param>
    /// <param name="wanted">How many of their root traces to keep: 0 or more, finite.</param>
    /// <returns>
    /// The factor. Exactly 1 when it differs from 1 by less than 1e-9, when 1 gives what is wanted to 1e-9 (relative), and when no class responds.
    /// A bound when what is wanted is out of reach.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException">
    /// What is wanted, or something of a class, is out of its range, or the counts are too large to add up; the message names the class by its index.
    /// </exception>
    /// <remarks>The factor is right to 1e-9 (relative) and better: it bisects to a width of 1e-12. Nothing is allocated.</remarks>
    public static double Solve(ReadOnlySpan<FactorClass> classes, double wanted)
    {
        ModelArguments.ThrowIfNotAmount(wanted);
        ThrowIfNotClasses(classes);
        var least = Sum(classes, MinFactor);
        var most = Sum(classes, MaxFactor);
        var now = Sum(classes, 1);
        if (least == most || Math.Abs(now - wanted) <= wanted * Tolerance)
            return 1;

        // Where a whole interval of factors gives what is wanted, rounding must not decide between its ends: aim at the end near 1.
        if (now < wanted)
            return most < wanted * (1 - Tolerance) ? MaxFactor : Bisect(classes, Math.Min(wanted * (1 - Rounding), most), 1, MaxFactor);
        return least > wanted * (1 + Tolerance) ? MinFactor : Bisect(classes, Math.Max(wanted * (1 + Rounding), least), MinFactor, 1);
    }

    private static double Bisect(ReadOnlySpan<FactorClass> classes, double aim, double lower, double upper)
    {
        // The end away from 1 takes the middles that meet the aim, and so closes in on the solution nearest to 1.
        var isRising = lower == 1;
        while (upper - lower > upper * Rounding)
        {
            var middle = lower + ((upper - lower) / 2);
            var sum = Sum(classes, middle);
            if (isRising ? sum >= aim : sum > aim)
                upper = middle;
            else
                lower = middle;
        }

        return Limit(isRising ? upper : lower);
    }

    private static double Limit(double factor)
    {
        factor = Math.Clamp(factor, MinFactor, MaxFactor);
        return Math.Abs(factor - 1) < Tolerance ? 1 : factor;
    }

    // Every step rounds monotonically, so the sum is monotone in the factor to the last bit.
    private static double Sum(ReadOnlySpan<FactorClass> classes, double factor)
    {
        double sum = 0;
        foreach (ref readonly var item in classes)
            sum += item.Count * double.MinNative(double.MaxNative(item.Rate * factor, item.Minimum), item.Maximum);
        return sum;
    }

    private static void ThrowIfNotClasses(ReadOnlySpan<FactorClass> classes)
    {
        double total = 0;
        for (var i = 0; i < classes.Length; i++)
        {
            ref readonly var item = ref classes[i];
            if (!ModelArguments.IsAmount(item.Count))
                throw new ArgumentOutOfRangeException(nameof(classes), item.Count, $"The count of class {i} must be finite and not negative.");
            if (!(item.Rate is >= 0 and <= 1))
                throw new ArgumentOutOfRangeException(nameof(classes), item.Rate, $"The rate of class {i} must be from 0 to 1.");
            if (!(item.Minimum >= 0 && item.Minimum <= item.Maximum && item.Maximum <= 1))
                throw new ArgumentOutOfRangeException(nameof(classes), item, $"The limits of class {i} must be from 0 to 1, the minimum first.");
            total += item.Count;
        }

        if (!double.IsFinite(total))
            throw new ArgumentOutOfRangeException(nameof(classes), total, "The counts add up to more than a double can hold.");
    }

    private static void ThrowIfNotFinite(double value, string name)
    {
        if (!double.IsFinite(value))
            throw new ArgumentOutOfRangeException(name, value, $"The {name} must be finite.");
    }
}
