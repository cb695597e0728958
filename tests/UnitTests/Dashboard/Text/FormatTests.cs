using DynamicSampling.Dashboard.Text;

namespace DynamicSampling.Tests.Dashboard.Text;

public sealed class FormatTests
{
    [Theory]
    [InlineData(0, "0", "0")]
    [InlineData(0.4, "0", "0")]
    [InlineData(999.6, "1,000", "1,000")]
    [InlineData(9999, "9,999", "9,999")]
    [InlineData(12_345, "12,345", "12.3 k")]
    [InlineData(999_999, "999,999", "1,000 k")]
    [InlineData(21_775_542, "21,775,542", "21.8 M")]
    [InlineData(1.5e9, "1,500,000,000", "1.50 G")]
    [InlineData(-20_000, "-20,000", "-20.0 k")]
    public void Count_Number_IsGroupedOrShort(double count, string grouped, string shortened)
    {
        Assert.Equal(grouped, Format.Count(count));
        Assert.Equal(shortened, Format.Short(count));
    }

    [Theory]
    [InlineData(0.4, "0")]
    [InlineData(1204.4, "+1,204")]
    [InlineData(-37, "−37")]
    public void Change_Number_HasASign(double count, string expected) => Assert.Equal(expected, Format.Change(count));

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(1, "100 %")]
    [InlineData(0.0306, "3.06 %")]
    [InlineData(0.813, "81.3 %")]
    [InlineData(0.9996, "100 %")]
    [InlineData(0.00012345, "0.0123 %")]
    [InlineData(0.000000001, "< 0.0001 %")]
    [InlineData(double.NaN, "—")]
    public void Percent_Rate_HasThreeDigits(double rate, string expected) => Assert.Equal(expected, Format.Percent(rate));

    [Theory]
    [InlineData(1, "1.00")]
    [InlineData(0.0172, "0.0172")]
    [InlineData(12.345, "12.3")]
    [InlineData(0, "0")]
    public void Factor_Number_HasThreeDigits(double factor, string expected) => Assert.Equal(expected, Format.Factor(factor));

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.0000005, "0.500 µs")]
    [InlineData(0.0123, "12.3 ms")]
    [InlineData(0.99949, "999 ms")]
    [InlineData(0.9996, "1.00 s")]
    [InlineData(1.2389, "1.24 s")]
    [InlineData(59.96, "1 min")]
    [InlineData(200, "3 min 20 s")]
    [InlineData(7500, "2 h 5 min")]
    [InlineData(86_400, "1 d")]
    [InlineData(266_400, "3 d 2 h")]
    public void Duration_Seconds_AreInTheUnitThatFits(double seconds, string expected) => Assert.Equal(expected, Format.Duration(seconds));

    [Theory]
    [InlineData(0, "just now")]
    [InlineData(20, "20 s ago")]
    [InlineData(200, "3 min 20 s ago")]
    [InlineData(-90, "in 1 min 30 s")]
    public void Ago_Instant_IsRelative(double seconds, string expected) => Assert.Equal(expected, Format.Ago(Rendered.Now.AddSeconds(-seconds), Rendered.Now));

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.5, "0.5 s")]
    [InlineData(30, "30 s")]
    [InlineData(420, "7 min")]
    public void Interval_Seconds_HaveNoDigitsThatNobodyChose(double seconds, string expected) => Assert.Equal(expected, Format.Interval(seconds));

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(0.00001, "< 1 %")]
    [InlineData(0.8, "80 %")]
    [InlineData(0.9999, "> 99 %")]
    [InlineData(1, "100 %")]
    [InlineData(1.34, "134 %")]
    public void Share_Part_IsInWholePercents(double share, string expected) => Assert.Equal(expected, Format.Share(share));

    [Fact]
    public void Counted_One_IsNotSeveral() => Assert.Equal(("1 call", "0 calls", "1,200 calls"), (Format.Counted(1, "call", "calls"), Format.Counted(0, "call", "calls"), Format.Counted(1200, "call", "calls")));

    [Fact]
    public void Instants_OfAnyOffset_AreInUtc()
    {
        var instant = new DateTimeOffset(2026, 11, 22, 1, 30, 5, 250, TimeSpan.FromHours(-9.5));

        Assert.Equal("2026-11-22 11:00:05 UTC", Format.Utc(instant));
        Assert.Equal("2026-11-22T11:00:05.250Z", Format.Iso(instant));
    }
}
