using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests.Runtime;

public sealed class TaskBudgetTests
{
    [Fact]
    public void Default_Is420Seconds() => Assert.Equal(420, TaskBudget.Default.TotalSeconds);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData((24 * TimeSpan.TicksPerDay) + 1)]
    [InlineData(long.MaxValue)]
    public void Validate_OutOfRange_NamesTheParameter(long ticks)
    {
        var budget = TimeSpan.FromTicks(ticks);

        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => TaskBudget.Validate(budget));

        Assert.Equal((nameof(budget), budget), (exception.ParamName, exception.ActualValue));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(24 * TimeSpan.TicksPerDay)]
    public void Validate_InRange_IsReturned(long ticks) =>
        Assert.Equal(TimeSpan.FromTicks(ticks), TaskBudget.Validate(TimeSpan.FromTicks(ticks)));

    [Theory]
    [InlineData(1_000)]
    [InlineData(10_000_000)]
    [InlineData(70_000_000)]
    [InlineData(1_000_000_000)]
    public void ToTimestamps_LongestBudget_DoesNotOverflow(long frequency) =>
        Assert.Equal(24L * 86_400 * frequency, TaskBudget.ToTimestamps(TaskBudget.Longest, frequency));
}
