using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Dashboard.Catalogue;

/// <summary>How long runs took.</summary>
/// <param name="Runs">How many completed.</param>
/// <param name="Median">Half of them took no longer, in seconds.</param>
/// <param name="P95">95 of 100 took no longer, in seconds.</param>
internal sealed record Durations(int Runs, double Median, double P95)
{
    /// <summary>Those of the completed ones; null when there is none.</summary>
    public static Durations? Of(IEnumerable<TaskRun> runs)
    {
        var seconds = runs.Where(run => run.Status == RunStatus.Completed).Select(run => run.Seconds).Order().ToArray();
        return seconds.Length == 0 ? null : new(seconds.Length, Rank(0.5), Rank(0.95));

        // The nearest rank: one that was measured.
        double Rank(double share) => seconds[(int)Math.Ceiling(share * seconds.Length) - 1];
    }
}
