namespace DynamicSampling.Sampler.Service;

/// <summary>How long to wait: the interval, and after failures twice as long each time, up to a minute. Always up to a tenth less or more, so that instances spread.</summary>
internal sealed class Pace(TimeSpan interval)
{
    private const double Spread = 0.1;
    private static readonly TimeSpan LongestAfterFailure = TimeSpan.FromMinutes(1);
    private int _failures;
    private TimeSpan _atLeast;

    public bool IsFailing => _failures > 0;

    public void Succeeded() => (_failures, _atLeast) = (0, TimeSpan.Zero);

    /// <param name="retryAfter">What the service asked for; it is not waited for longer than after many failures.</param>
    public void Failed(TimeSpan? retryAfter = null)
    {
        _failures = Math.Min(_failures + 1, 16);
        _atLeast = retryAfter ?? TimeSpan.Zero;
    }

    public TimeSpan Next()
    {
        var longest = LongestAfterFailure > interval ? LongestAfterFailure : interval;
        var wait = Math.Min(Math.Max(interval.Ticks * Math.Pow(2, _failures), _atLeast.Ticks), longest.Ticks);
        return TimeSpan.FromTicks((long)(wait * (1 + (Spread * ((Random.Shared.NextDouble() * 2) - 1)))));
    }
}
