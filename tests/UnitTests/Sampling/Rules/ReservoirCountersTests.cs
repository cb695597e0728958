using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tests.Sampling.Rules;

public sealed class ReservoirCountersTests
{
    [Fact]
    public void TryTake_UpToTheLimit_EachRuleForItself()
    {
        var counters = new ReservoirCounters();

        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(_ => counters.TryTake(3000, 2)));
        Assert.True(counters.TryTake(3001, 2));
        Assert.Equal([2, 1, 0], new[] { 3000, 3001, 3002 }.Select(counters.Taken));
        Assert.False(counters.TryTake(3002, 0));
    }

    [Fact]
    public void TryTake_NoRoomForAnotherRule_TakesNothing()
    {
        var counters = new ReservoirCounters(capacity: 1);

        Assert.True(counters.TryTake(1, 9));
        Assert.False(counters.TryTake(2, 9));
        Assert.True(counters.TryTake(1, 9));
        counters.Forget(1);
        Assert.True(counters.TryTake(2, 9));
    }

    [Fact]
    public async Task TryTake_ManyThreads_NeverMoreThanTheLimit()
    {
        var counters = new ReservoirCounters();

        var taken = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            () => Enumerable.Range(0, 10_000).Count(_ => counters.TryTake(1, 12_345)))));

        Assert.Equal(12_345, taken.Sum());
    }

    [Fact]
    public void Capacity_NotPositive_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>("capacity", () => new ReservoirCounters(0));
}
