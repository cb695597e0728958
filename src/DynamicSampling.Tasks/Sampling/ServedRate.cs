namespace DynamicSampling.Tasks.Sampling;

/// <summary>From the model's rate to the one that clients get.</summary>
public static class ServedRate
{
    /// <summary>
    /// clamp(rate, floor, 1); a rate of exactly 0 or 1 stays as it is.
    /// </summary>
    /// <param name="rate">The model's rate, 0 to 1.</param>
    /// <param name="floor">The minimum rate, 0 to 1.</param>
    public static double Of(double rate, double floor) => rate is 0 or 1 ? rate : Math.Clamp(rate, floor, 1);

    /// <summary>Whether a rate moved so far that clients should hear of it: by more than the threshold, or to or from 0 or 1.</summary>
    /// <param name="before">The served rate so far.</param>
    /// <param name="now">The served rate from now on.</param>
    /// <param name="threshold">Relative, 0 to 1.</param>
    public static bool Moved(double before, double now, double threshold)
    {
        if (before == now)
            return false;
        return before is 0 or 1 || now is 0 or 1 || Math.Abs(now - before) > threshold * before;
    }
}
