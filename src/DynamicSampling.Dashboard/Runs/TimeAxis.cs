namespace DynamicSampling.Dashboard.Runs;

/// <summary>The axis of a run's time.</summary>
/// <param name="End">Where it ends, in seconds; more than 0.</param>
/// <param name="Step">The distance of its ticks.</param>
/// <param name="ShowsBudget">Whether the end of the budget is on it.</param>
internal sealed record TimeAxis(double End, double Step, bool ShowsBudget)
{
    /// <summary>A budget that is no further away than this is worth the room.</summary>
    private const double NearBudget = 1.5;

    private const int MaxTicks = 5;
    private const double Shortest = 1e-6;

    private static readonly int[] RoundFactors = [1, 2, 5, 10];

    private static readonly double[] LongSteps =
    [
        30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000,
    ];

    /// <summary>The axis of a run of so many seconds.</summary>
    public static TimeAxis Of(double seconds, double budget)
    {
        var showsBudget = seconds > 0 && budget <= seconds * NearBudget;
        var end = Math.Max(Math.Max(seconds, showsBudget ? budget : 0), Shortest);
        return new(end, StepOf(end), showsBudget);
    }

    public IEnumerable<double> Ticks => Enumerable.Range(0, (int)Math.Floor((End / Step) + 1e-9) + 1).Select(tick => tick * Step);

    /// <summary>Where an instant is, 0 to 1.</summary>
    public double At(double seconds) => Math.Clamp(seconds / End, 0, 1);

    private static double StepOf(double end)
    {
        var least = end / MaxTicks;
        if (end > 120)
            return LongSteps.FirstOrDefault(step => step >= least, LongSteps[^1]);
        var decade = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return RoundFactors.Select(factor => factor * decade).First(step => step >= least * (1 - 1e-9));
    }
}
