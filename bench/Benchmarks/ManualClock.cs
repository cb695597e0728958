namespace DynamicSampling.Benchmarks;

/// <summary>Tells the time it was given; what took how long is still measured.</summary>
internal sealed class ManualClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 22, 10, 30, 30, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
