namespace DynamicSampling.Sampler.Service;

/// <summary>
/// How long to wait: the interval; after failures 20 seconds, or twice the interval if that is less, then twice as long each time, up to a minute. Always up to a tenth
/// less or more, so that instances spread.
/// </summary>
internal sealed class Pace(TimeSpan interval)
{
    private const double Spread = 0.1;
    private static readonly TimeSpan LongestAfterFailure = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestDoubled = TimeSpan.FromSeconds(10);
    private int _failures;
    private TimeSpan _atLeast;

    public void Succeeded() => (_failures, _atLeast) = (0, TimeSpan.Zero);

    /// <param name="retryAfter">What the service asked for: it is not asked sooner, but waited for no longer than the interval or a minute.</param>
    public void Failed(TimeSpan? retryAfter = null)
    {
        _failures = Math.Min(_failures + 1, 16);
        _atLeast = retryAfter ?? TimeSpan.Zero;
    }

    public TimeSpan Next()
    {
        var wait = _failures == 0
            ? interval.Ticks
            : Math.Min(LongestAfterFailure.Ticks, Math.Min(interval.Ticks, LongestDoubled.Ticks) * Math.Pow(2, _failures));
        var atLeast = Math.Min(_atLeast.Ticks, Math.Max(interval.Ticks, LongestAfterFailure.Ticks));
        var dice = Random.Shared.NextDouble();
        return TimeSpan.FromTicks((long)Math.Max(wait * (1 + (Spread * ((dice * 2) - 1))), atLeast * (1 + (Spread * dice))));
    }
}
