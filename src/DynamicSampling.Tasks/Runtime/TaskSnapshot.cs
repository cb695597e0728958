namespace DynamicSampling.Tasks.Runtime;

/// <summary>The statistics of a run at one instant. It never changes, and taking it changes nothing.</summary>
/// <param name="TaskName">The task's full name.</param>
/// <param name="MaxSeconds">The budget, in seconds.</param>
/// <param name="Seconds">How long the run has lasted, in seconds.</param>
/// <param name="TaskData">The functions by name, in the order of their first use.</param>
public sealed record TaskSnapshot(string TaskName, double MaxSeconds, double Seconds, IReadOnlyDictionary<string, FunctionSnapshot> TaskData)
{
    /// <summary>By how much the run is past its budget, in seconds; 0 within it.</summary>
    public double OverrunSeconds => Seconds > MaxSeconds ? Math.Round(Seconds - MaxSeconds, TickDigits) : 0;

    // A difference of doubles has digits that no clock has measured.
    private const int TickDigits = 7;
}
