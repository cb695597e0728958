using DynamicSampling.Api.Dashboard;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Dashboard.Charts;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Storage;

public class VolumeHistoryTests
{
    private const long Minute = VolumeTable.Minute;
    private static readonly TimeSpan TwentyMinutes = TimeSpan.FromMinutes(20);

    [Fact]
    public async Task Read_NothingArrived_HasBucketsOfNothing()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();

        var history = await ReadAsync(host, HistoryWindow.Day);

        Assert.Equal(25, history.Points.Count);
        Assert.All(history.Points, point => Assert.Equal(new(Total: 0, Kept: 0, IsExact: true), point));
    }

    [Fact]
    public async Task Read_Hour_HasMinutesAndTheRunningOne()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        host.Clock.Advance(TwentyMinutes);
        var now = Minute + 20;
        await host.CountAsync(VolumeSource.Posted, now - 61, "p", ("a", 1, 1));
        await host.CountAsync(VolumeSource.Posted, now - 60, "p", ("a", 10, 2), ("b", 20, 3));
        await host.CountAsync(VolumeSource.Posted, now - 60, "q", ("a", 30, 4));
        await host.CountAsync(VolumeSource.Spans, now - 1, "p", ("a", 7, 7));
        await host.CountAsync(VolumeSource.Posted, now, "p", ("a", 1, 1));

        var history = await ReadAsync(host, HistoryWindow.Hour);

        Assert.Equal(At(now - 60), history.Start);
        Assert.Equal(At(now + 1), history.End);
        Assert.Equal(61, history.Points.Count);
        Assert.Equal(new(Total: 60, Kept: 9, IsExact: true), history.Points[0]);
        Assert.Equal(new(Total: 7, Kept: 7, IsExact: false), history.Points[^2]);
        Assert.Equal(new(Total: 1, Kept: 1, IsExact: true), history.Points[^1]);
        Assert.Equal((68, 17, false), (history.Total, history.Kept, history.IsExact));
    }

    [Theory]
    [InlineData(HistoryWindow.Day, 24)]
    [InlineData(HistoryWindow.Week, 168)]
    public async Task Read_Days_HasHoursAndTheRunningOne(HistoryWindow window, int hours)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.CountAsync(VolumeSource.Posted, Minute - 1, "p", ("a", 1, 1));
        await host.CountAsync(VolumeSource.Posted, Minute, "p", ("a", 10, 2));
        await host.CountAsync(VolumeSource.Posted, Minute + 59, "q", ("a", 30, 4));
        host.Clock.Advance(TimeSpan.FromHours(24) + TwentyMinutes);
        var hour = Minute + (24 * 60);
        await host.CountAsync(VolumeSource.Spans, hour + 19, "p", ("a", 14, 7));
        await host.CountAsync(VolumeSource.Posted, hour + 60, "p", ("a", 1, 1));

        var history = await ReadAsync(host, window);

        Assert.Equal(At(hour - (hours * 60)), history.Start);
        Assert.Equal(At(hour + 21), history.End);
        Assert.Equal(hours + 1, history.Points.Count);
        Assert.Equal(new(Total: 40, Kept: 6, IsExact: true), history.Points[^25]);
        // The hour before that is in a week, and in a day no longer.
        Assert.Equal(window == HistoryWindow.Week ? 55 : 54, history.Total);
        Assert.Equal(new(Total: 14, Kept: 7, IsExact: false), history.Points[^1]);
        // The hour has had 21 of its 60 minutes.
        Assert.Equal(40, history.ToSeries()[0].Points[^1].Value);
    }

    [Fact]
    public async Task Read_Project_HasNothingOfOthers()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await host.CountAsync(VolumeSource.Posted, Minute - 1, "p", ("a", 10, 1));
        await host.CountAsync(VolumeSource.Posted, Minute - 1, "q", ("a", 20, 2));

        Assert.Equal(20, (await ReadAsync(host, HistoryWindow.Hour, "q")).Total);
        Assert.Equal(20, (await ReadAsync(host, HistoryWindow.Day, "q")).Total);
        Assert.Equal(0, (await ReadAsync(host, HistoryWindow.Day, "r")).Total);
    }

    private static DateTimeOffset At(long minute) => DateTimeOffset.FromUnixTimeSeconds(minute * 60);

    private static Task<VolumeHistory> ReadAsync(ApiHost host, HistoryWindow window, string? project = null) =>
        host.Services.GetRequiredService<VolumeHistories>().ReadAsync("acme", project, window, CancellationToken.None);
}
