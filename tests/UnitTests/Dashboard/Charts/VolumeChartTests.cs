using DynamicSampling.Dashboard.Charts;

namespace DynamicSampling.Tests.Dashboard.Charts;

public sealed class VolumeChartTests
{
    private static readonly VolumeHistory History = new(
        HistoryWindow.Day, Rendered.Now.AddHours(-1), Rendered.Now.AddMinutes(15), [new(12_000, 1200, IsExact: true), new(1000, 100, IsExact: false)]);

    [Fact]
    public async Task Chart_RunningHour_IsDrawnAtItsPace()
    {
        var chart = await Rendered.ComponentAsync<VolumeChart>(("Id", "volumes"), ("History", History), ("Path", "/organizations/a"));

        Assert.Equal("24 hours: 1,300 traces kept of 13,000, 10.0 %.", chart.QuerySelector("svg[role=img]")!.GetAttribute("aria-label"));
        Assert.Equal(["2026-11-22 09:00:00 UTC 12,000 1,200", "2026-11-22 10:00:00 UTC 4,000 400"], chart.QuerySelectorAll("tbody tr").Select(row => row.Read()));
    }

    [Fact]
    public async Task Chart_Windows_AreLinks()
    {
        var chart = await Rendered.ComponentAsync<VolumeChart>(("Id", "volumes"), ("History", History), ("Path", "/organizations/a"));

        Assert.Equal(
            ["/organizations/a?window=1h#volumes", "/organizations/a?window=24h#volumes", "/organizations/a?window=7d#volumes"],
            chart.QuerySelectorAll(".windows a").Select(link => link.GetAttribute("href")));
        Assert.Equal("24 hours", Assert.Single(chart.QuerySelectorAll(".windows a[aria-current=true]")).Read());
    }

    [Fact]
    public void Windows_Queries_AreReadBack()
    {
        Assert.All(HistoryWindows.All, window => Assert.Equal(window, HistoryWindows.Parse(window.ToQuery())));
        Assert.Null(HistoryWindows.Parse(null));
        Assert.Null(HistoryWindows.Parse("8d"));
    }
}
