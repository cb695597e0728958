using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tests.Sampling;

public class RatesHistoryTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    // Version 4 at 0 min, 5 at 10 min with a factor until 13 min, 6 at 20 min without project b.
    private static readonly RatesHistory History = new(
        [
            Version(4, 0, target: 0.5),
            Version(5, 10, target: 0.6) with { Recalibration = new(2, Start.AddMinutes(13), 1) },
            Version(6, 20, target: 0.01) with { Floor = 0.05 },
        ],
        [
            new(new("a", 0.1, 1, 1) { Transactions = [new("own", 0.3, 1, 1)] }, 2, 5),
            new(new("a", 0.2, 1, 1), 5, null),
            new(new("b", 0.4, 1, 1) { Factor = 0.5 }, 5, 6),
        ],
        fallback: 0.9);

    [Theory]
    [InlineData(-0.001, "a", "t", 0.9)]
    [InlineData(0, "a", "t", 0.1)]
    [InlineData(0, "a", "own", 0.3)]
    [InlineData(0, "b", "t", 0.5)]
    [InlineData(9.999, "a", "t", 0.1)]
    [InlineData(10, "a", "t", 0.4)]
    [InlineData(10, "a", "own", 0.4)]
    [InlineData(12.999, "a", "t", 0.4)]
    [InlineData(13, "a", "t", 0.2)]
    [InlineData(12, "b", "t", 0.2)]
    [InlineData(13, "b", "t", 0.4)]
    [InlineData(12, "never seen", "t", 0.6)]
    [InlineData(20, "a", "t", 0.2)]
    [InlineData(20, "b", "t", 0.05)]
    [InlineData(20, "never seen", "t", 0.05)]
    public void RateAt_Instant_IsWhatWasServedThen(double minutes, string project, string transaction, double rate) =>
        Assert.Equal(rate, History.RateAt(project, transaction, Start.AddMinutes(minutes)));

    [Fact]
    public void RateAt_NoVersions_IsTheFallback() => Assert.Equal(0.9, new RatesHistory([], [], 0.9).RateAt("a", "t", Start));

    private static OrganizationRates Version(long version, double minutes, double target) =>
        new("acme", version, Guid.Empty, Start.AddMinutes(minutes), new(0, 0), new(target, TargetSource.Setting), Floor: 0);
}
