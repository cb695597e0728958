using System.Globalization;
using DynamicSampling.Dashboard.Charts;

namespace DynamicSampling.Tests.Dashboard.Charts;

public sealed class TimeChartTests
{
    private static readonly DateTimeOffset End = Rendered.Now;
    private static readonly DateTimeOffset Start = End.AddHours(-24);

    [Fact]
    public void Path_Area_GoesDownToTheAxisAndHasGaps()
    {
        var series = new TimeSeries("Total", "total", SeriesShape.Area, [new(Start, 50), new(Start.AddHours(6), 100), new(Start.AddHours(12), null), new(Start.AddHours(18), 25)]);

        Assert.Equal("M0 100V50H250V0H500V100ZM750 100V75H1000V100Z", SeriesPath.Of(series, new(Start, End), ValueScale.Of([100])));
    }

    [Fact]
    public void Path_StepThatBeganEarlier_StartsAtTheEdge()
    {
        var series = new TimeSeries("Rate", "rate", SeriesShape.Step, [new(Start.AddDays(-2), 1), new(Start.AddDays(-1), 0.5), new(Start.AddHours(12), 0.25), new(End.AddHours(1), 1)]);

        Assert.Equal("M0 50H500V75H1000", SeriesPath.Of(series, new(Start, End), ValueScale.Of([1])));
    }

    [Theory]
    [InlineData(0, "0 1")]
    [InlineData(1, "0 0.5 1")]
    [InlineData(7, "0 2 4 6 8")]
    [InlineData(100, "0 50 100")]
    [InlineData(21_775_542, "0 10000000 20000000 30000000")]
    [InlineData(0.0106, "0 0.005 0.01 0.015")]
    [InlineData(double.NaN, "0 1")]
    public void Scale_LargestValue_IsBelowARoundTick(double most, string ticks)
    {
        var scale = ValueScale.Of([most]);

        Assert.Equal(ticks, string.Join(' ', scale.Ticks.Select(tick => Math.Round(tick, 6).ToString(CultureInfo.InvariantCulture))));
        Assert.Equal(1, scale.At(scale.Most));
        Assert.Equal(0, scale.At(-1));
    }

    [Theory]
    [InlineData(60, "09:10 09:20 09:30 09:40 09:50")]
    [InlineData(24 * 60, "12:00 15:00 18:00 21:00 00:00 03:00 06:00 09:00")]
    [InlineData(7 * 24 * 60, "11-16 11-17 11-18 11-19 11-20 11-21 11-22")]
    public void Ticks_Window_AreRoundAndFew(int minutes, string expected) =>
        Assert.Equal(expected, string.Join(' ', new TimeScale(End.AddMinutes(-minutes), End).Ticks().Select(tick => tick.Text)));

    [Fact]
    public async Task Chart_Series_IsDrawnSaidAndTabulated()
    {
        TimeSeries[] series =
        [
            new("All traces", "total", SeriesShape.Area, [new(Start, 1000), new(Start.AddHours(12), 2500)]),
            new("Kept", "kept", SeriesShape.Area, [new(Start, 100), new(Start.AddHours(12), null)]),
        ];
        var chart = await Rendered.ComponentAsync<TimeChart>(
            ("Id", "volumes"), ("Title", "24 hours"), ("Sentence", "3,500 traces came, 100 were kept."), ("Start", Start), ("End", End), ("Series", series));

        Assert.Equal("3,500 traces came, 100 were kept.", chart.QuerySelector("svg[role=img]")!.GetAttribute("aria-label"));
        Assert.Equal(2, chart.QuerySelectorAll("path.area").Length);
        Assert.Equal(["0", "1,000", "2,000", "3,000"], chart.QuerySelectorAll("text.y-label").Select(label => label.TextContent));
        Assert.Equal("12:00", chart.QuerySelector("text.x-label[data-at='2026-11-21T12:00:00.000Z']")!.TextContent);
        Assert.Equal(
            ["2026-11-21 10:00:00 UTC 1,000 100", "2026-11-21 22:00:00 UTC 2,500"], chart.QuerySelectorAll("tbody tr").Select(row => row.Read()));
    }

    [Fact]
    public async Task Chart_NothingToShow_IsStillAChart()
    {
        var chart = await Rendered.ComponentAsync<TimeChart>(
            ("Id", "none"), ("Title", "24 hours"), ("Sentence", "Nothing came."), ("Start", Start), ("End", End), ("Series", Array.Empty<TimeSeries>()));

        Assert.Equal("Nothing came.", chart.QuerySelector("svg[role=img]")!.GetAttribute("aria-label"));
        Assert.Equal(["0", "1"], chart.QuerySelectorAll("text.y-label").Select(label => label.TextContent));
        Assert.Empty(chart.QuerySelectorAll("path"));
        Assert.Empty(chart.QuerySelectorAll("tbody tr"));
    }
}
