using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tests.Sampling;

public class MinuteWindowTests
{
    private static readonly DateTimeOffset Ten = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, 60)]
    [InlineData(59.999, 60)]
    [InlineData(30, 1)]
    public void Ending_IncludesTheRunningMinute(double seconds, int minutes)
    {
        var window = MinuteWindow.Ending(Ten.AddSeconds(seconds), minutes);

        Assert.Equal(Ten.AddMinutes(1), window.End);
        Assert.Equal(Ten.AddMinutes(1 - minutes), window.Start);
        Assert.Equal(minutes, window.Last - window.First + 1);
    }

    [Fact]
    public void MinuteOf_AnyOffset_IsTheMinuteOfTheInstant()
    {
        Assert.Equal(MinuteWindow.MinuteOf(Ten), MinuteWindow.MinuteOf(Ten.ToOffset(TimeSpan.FromHours(5.5))));
        Assert.Equal(MinuteWindow.MinuteOf(Ten) - 1, MinuteWindow.MinuteOf(Ten.AddTicks(-1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Ending_NoLength_Throws(int minutes) => Assert.Throws<ArgumentOutOfRangeException>(() => MinuteWindow.Ending(Ten, minutes));
}
