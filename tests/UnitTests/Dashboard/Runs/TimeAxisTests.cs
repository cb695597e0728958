using DynamicSampling.Dashboard.Runs;
using DynamicSampling.Dashboard.Text;

namespace DynamicSampling.Tests.Dashboard.Runs;

public sealed class TimeAxisTests
{
    [Theory]
    [InlineData(0.3, 420, "0|100 ms|200 ms|300 ms")]
    [InlineData(12.3, 420, "0|5 s|10 s")]
    [InlineData(0.00004, 420, "0|10 µs|20 µs|30 µs|40 µs")]
    [InlineData(2.2, 420, "0|0.5 s|1 s|1.5 s|2 s")]
    [InlineData(200, 900, "0|1 min|2 min|3 min")]
    [InlineData(420, 420, "0|2 min|4 min|6 min")]
    [InlineData(20_000, 100_000, "0|2 h|4 h")]
    [InlineData(1_500_000, 2_073_600, "0|5 d|10 d|15 d|20 d")]
    public void Of_Run_HasFewRoundTicks(double seconds, double budget, string expected)
    {
        var axis = TimeAxis.Of(seconds, budget);

        Assert.Equal(expected, string.Join('|', axis.Ticks.Select(tick => Format.AxisTime(tick, axis.End))));
    }

    [Theory]
    [InlineData(0.3, 420, false, 0.3)]
    [InlineData(300, 420, true, 420)]
    [InlineData(420, 420, true, 420)]
    [InlineData(500, 420, true, 500)]
    public void Of_Budget_IsOnItWhenItIsNear(double seconds, double budget, bool showsBudget, double end)
    {
        var axis = TimeAxis.Of(seconds, budget);

        Assert.Equal((showsBudget, end), (axis.ShowsBudget, axis.End));
        Assert.Equal(1, axis.At(1e9));
    }

    [Fact]
    public void Of_NoTimeAtAll_IsAnAxisAllTheSame()
    {
        var axis = TimeAxis.Of(0, 420);

        Assert.Equal(0, axis.At(0));
        Assert.NotEmpty(axis.Ticks);
    }
}
