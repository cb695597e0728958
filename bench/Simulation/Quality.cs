using System.Globalization;

namespace DynamicSampling.Simulation;

/// <summary>How well a playback met its target.</summary>
internal sealed record Quality
{
    /// <summary>Within this of the target, relatively, it has settled.</summary>
    public const double Settled = 0.05;

    /// <summary>What is spent may differ from the budget by this, relatively.</summary>
    public const double Spending = 0.02;

    /// <summary>Deviations up to this, relatively, are no oscillation.</summary>
    public const double Still = 0.01;

    // In standard deviations.
    private const double Chance = 4;

    private Quality(Playback playback)
    {
        var scenario = playback.Scenario;
        AllowedCycles = (int)Math.Ceiling((double)ControlLoop.Window / ControlLoop.Cycle) + (int)Math.Ceiling(playback.Clients.MostLag) + 1;
        var calm = new List<(int From, int Until)>();
        var cycles = new List<int?>();
        int[] starts = [0, .. scenario.Changes];
        int[] ends = [.. scenario.Changes, scenario.Minutes];
        foreach (var (start, end) in starts.Zip(ends))
        {
            if (start == 0)
            {
                calm.Add((0, end));
                continue;
            }

            var after = end;
            while (after > start && Math.Abs(playback.DeviationAt(after - 1)) <= Settled + ChanceAt(playback, after - 1))
                after--;
            cycles.Add(after < end ? after - start : null);
            // Whether it did or not: from here on it should be calm.
            calm.Add((start + AllowedCycles, end));
        }

        SettlingCycles = cycles;
        double total = 0;
        double squares = 0;
        double budget = 0;
        double kept = 0;
        foreach (var (from, until) in calm)
        {
            double last = 0;
            for (var minute = from; minute < until; minute++)
            {
                var deviation = playback.DeviationAt(minute);
                total++;
                squares += deviation * deviation;
                budget += playback.Total[minute] * scenario.Target;
                kept += playback.Kept[minute];
                Amplitude = Math.Max(Amplitude, Math.Abs(deviation));
                if (Math.Abs(deviation) <= Still + ChanceAt(playback, minute))
                    continue;
                if (deviation * last < 0)
                    SignChanges++;
                last = deviation;
            }
        }

        Scatter = Math.Sqrt(squares / total);
        Spent = kept / budget;
        AllowedSpending = Spending + (scenario.IsRandom ? Chance / Math.Sqrt(budget) : 0);
        SpentInAll = playback.Kept.Sum() / (playback.Total.Sum() * scenario.Target);
    }

    /// <summary>After how many cycles at most it must have settled.</summary>
    public int AllowedCycles { get; }

    /// <summary>After each change, how many cycles later it was within 5% of the target for good; null for never.</summary>
    public IReadOnlyList<int?> SettlingCycles { get; }

    /// <summary>What was kept, as a share of the budget, when it should have been calm: before the first change, and once it must have settled.</summary>
    public double Spent { get; }

    /// <summary>The same from beginning to end.</summary>
    public double SpentInAll { get; }

    /// <summary>How often what was kept went from above the target to below or back when it should have been calm.</summary>
    public int SignChanges { get; }

    /// <summary>The largest deviation then, relatively.</summary>
    public double Amplitude { get; }

    /// <summary>The root mean square of the deviation then, relatively.</summary>
    public double Scatter { get; }

    private double AllowedSpending { get; }

    public static Quality Of(Playback playback) => new(playback);

    /// <summary>What is not as it should be.</summary>
    public IEnumerable<string> Failures()
    {
        foreach (var cycles in SettlingCycles)
        {
            if (!(cycles <= AllowedCycles))
                yield return $"settled {(cycles is { } late ? string.Create(CultureInfo.InvariantCulture, $"after {late} cycles") : "never")}, not after {AllowedCycles}";
        }

        if (SignChanges > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"swings, {SignChanges} times");
        if (Math.Abs(Spent - 1) > AllowedSpending)
            yield return string.Create(CultureInfo.InvariantCulture, $"spends {Spent:P1} of the budget");
    }

    // What single traces that are drawn by lot may do in a minute.
    private static double ChanceAt(Playback playback, int minute) =>
        playback.Scenario.IsRandom ? Chance / Math.Sqrt(Math.Max(1, playback.Total[minute] * playback.Scenario.Target)) : 0;
}
