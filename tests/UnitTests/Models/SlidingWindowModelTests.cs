using System.Globalization;
using System.Text.Json;
using DynamicSampling.Tasks.Models;
using FsCheck;
using FsCheck.Fluent;

namespace DynamicSampling.Tests.Models;

public sealed class SlidingWindowModelTests
{
    private static readonly JsonElement Vector = Vectors.Read("sliding_window");

    private static readonly VolumeTier[] Tiers = [new(1000, 0.9), new(5000, 0.3), new(20_000, 0.05)];

    public static TheoryData<int> Cases => new(Enumerable.Range(0, Vector.GetProperty("cases").GetArrayLength()));

    [Theory]
    [MemberData(nameof(Cases))]
    public void MonthlyVolume_ConformanceCase_IsAsExpected(int number)
    {
        var given = Vector.GetProperty("cases")[number];
        var month = DateTime.ParseExact(given.GetProperty("month").GetString()!, "yyyy-MM", CultureInfo.InvariantCulture);

        var monthly = SlidingWindowModel.MonthlyVolume(
            given.GetProperty("volume").GetDouble(), given.GetProperty("hours").GetDouble(), DateTime.DaysInMonth(month.Year, month.Month));

        Assert.Equal(given.GetProperty("expected").Deserialize<double?>(), monthly);
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(0.999)]
    public void MonthlyVolume_LessThanAnHour_IsNull(double hours) => Assert.Null(SlidingWindowModel.MonthlyVolume(10, hours, 30));

    [Theory]
    [InlineData(0, 24, 30, 0)]
    [InlineData(0.5, 24, 31, 15)]
    [InlineData(10, 1.5, 30, 4800)]
    [InlineData(9007199254740991.0 / 720, 24, 30, 9007199254740991.0 / 24)]
    public void MonthlyVolume_AnyVolume_IsWhole(double volume, double hours, int days, double expected) =>
        Assert.Equal(Math.Floor(expected), SlidingWindowModel.MonthlyVolume(volume, hours, days));

    [Theory]
    [InlineData(-1, 24, 30, "volume")]
    [InlineData(double.NaN, 24, 30, "volume")]
    [InlineData(1e308, 24, 30, "volume")]
    [InlineData(1, double.NaN, 30, "hours")]
    [InlineData(1, double.PositiveInfinity, 30, "hours")]
    [InlineData(1, 24, 27, "daysInMonth")]
    [InlineData(1, 0, 32, "daysInMonth")]
    public void MonthlyVolume_InvalidInput_NamesTheCulprit(double volume, double hours, int days, string culprit) =>
        Assert.Throws<ArgumentOutOfRangeException>(culprit, () => SlidingWindowModel.MonthlyVolume(volume, hours, days));

    [Theory]
    [InlineData(100, 0, 1)]
    [InlineData(0, 0, 1)]
    [InlineData(0, 100, 0)]
    [InlineData(100, 50, 1)]
    [InlineData(100, 100, 1)]
    [InlineData(100, 400, 0.25)]
    [InlineData(1e308, double.Epsilon, 1)]
    public void RateOfBudget_AnyVolume_IsItsShare(double budget, double volume, double expected) =>
        Assert.Equal(expected, SlidingWindowModel.RateOfBudget(budget, volume));

    [Theory]
    [InlineData(-1, 1, "monthlyBudget")]
    [InlineData(double.NaN, 0, "monthlyBudget")]
    [InlineData(1, double.PositiveInfinity, "monthlyVolume")]
    [InlineData(1, -1, "monthlyVolume")]
    public void RateOfBudget_InvalidInput_NamesTheCulprit(double budget, double volume, string culprit)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(culprit, () => SlidingWindowModel.RateOfBudget(budget, volume));

        Assert.Contains(culprit, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0.9)]
    [InlineData(1000, 0.9)]
    [InlineData(1000.5, 0.3)]
    [InlineData(5000, 0.3)]
    [InlineData(5001, 0.05)]
    [InlineData(20_000, 0.05)]
    [InlineData(1e300, 0.05)]
    public void RateOfTiers_AnyVolume_IsTheFirstTierThatHoldsIt(double volume, double expected) =>
        Assert.Equal(expected, SlidingWindowModel.RateOfTiers(Tiers, volume));

    public static TheoryData<VolumeTier?[], string> InvalidTiers => new()
    {
        { [], "at least one" },
        { [new(1, 1), null], "Tier 1 " },
        { [new(-1, 1)], "tier 0 " },
        { [new(double.NaN, 1)], "tier 0 " },
        { [new(1, 1), new(double.PositiveInfinity, 1)], "tier 1 " },
        { [new(1, 1), new(2, 1.1)], "rate of tier 1 " },
        { [new(1, double.NaN)], "rate of tier 0 " },
        { [new(1, 1), new(2, 1), new(2, 1)], "tier 2 " },
        { [new(1, 1), new(0, 1)], "tier 1 " },
    };

    [Theory]
    [MemberData(nameof(InvalidTiers), DisableDiscoveryEnumeration = true)]
    public void RateOfTiers_InvalidTiers_NamesTheIndex(VolumeTier?[] tiers, string culprit)
    {
        // Also when the volume is found before the culprit.
        var exception = Assert.ThrowsAny<ArgumentException>(() => SlidingWindowModel.RateOfTiers(tiers!, 0));

        Assert.Equal("tiers", exception.ParamName);
        Assert.Contains(culprit, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public void RateOfTiers_InvalidVolume_NamesIt(double volume) =>
        Assert.Throws<ArgumentOutOfRangeException>("monthlyVolume", () => SlidingWindowModel.RateOfTiers(Tiers, volume));

    [Fact]
    public void VolumeTier_Json_HasItsTwoNumbers()
    {
        var tier = JsonSerializer.Deserialize<VolumeTier>("""{"monthlyVolume":5000,"rate":0.3}""", JsonSerializerOptions.Web);

        Assert.Equal(Tiers[1], tier);
        Assert.Equal("""{"monthlyVolume":5000,"rate":0.3}""", JsonSerializer.Serialize(tier, JsonSerializerOptions.Web));
    }

    [Fact]
    public void RateOfBudget_AnyVolume_NeverSpendsMoreThanTheBudget() => (
        from budget in Given.Count
        from volume in Given.Count
        select (budget, volume)).Check(given =>
    {
        var rate = SlidingWindowModel.RateOfBudget(given.budget, given.volume);

        Assert.InRange(rate, 0, 1);
        Given.AssertRelative(Math.Min(given.budget, given.volume), rate * given.volume);
    });

    [Fact]
    public void MonthlyVolumeAndRateOfBudget_NastyNumbers_RateOrAnArgumentError() => (
        from volume in Given.NastyAmount
        from hours in Given.NastyAmount
        from budget in Given.NastyAmount
        select (volume, hours, budget)).Check(given =>
    {
        try
        {
            if (SlidingWindowModel.MonthlyVolume(given.volume, given.hours, 31) is not { } monthly)
                return;
            Assert.Equal(Math.Floor(monthly), monthly);
            Assert.InRange(SlidingWindowModel.RateOfBudget(given.budget, monthly), 0, 1);
        }
        catch (ArgumentOutOfRangeException error)
        {
            Assert.Contains(error.ParamName, (string[])["volume", "hours", "monthlyBudget"]);
        }
    });
}
