using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.SamplingTasks;

namespace DynamicSampling.Tests.SamplingTasks;

public sealed class RecentTrafficTests
{
    private const string Project = "checkout";
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    // The pass runs in the middle of minutes: clients without any lag had both rates in the minute of the publication.
    [Fact]
    public void Add_PublishedWithinTheMinute_BothRatesWereInForce()
    {
        var traffic = Of(now: Noon.AddMinutes(3), lag: TimeSpan.Zero, (Noon.AddHours(-1), 0.1), (Noon.AddSeconds(30), 0.2));

        Add(traffic, Noon.AddMinutes(-1), Noon, Noon.AddMinutes(1));

        Assert.Equal(
            [new(0, 100, 100), new(0, 100, 200), new(0, 200, 200)],
            Rounded(traffic));
    }

    [Theory]
    [InlineData(60, 2)]
    [InlineData(90, 2)]
    [InlineData(180, 4)]
    public void Add_ClientsMayBeLate_TheOldRateFitsUntilAllMustHaveFollowed(int lagSeconds, int minutes)
    {
        var traffic = Of(now: Noon.AddMinutes(5), TimeSpan.FromSeconds(lagSeconds), (Noon.AddHours(-1), 0.1), (Noon.AddSeconds(10), 0.2));

        Add(traffic, [.. Enumerable.Range(0, 5).Select(minute => Noon.AddMinutes(minute))]);

        Assert.Equal(minutes, Rounded(traffic).Count(minute => minute.Least < minute.Most));
    }

    // Clients poll by themselves: one project may follow early while another is late, so each has its own bounds.
    [Fact]
    public void Add_RatesMoveInOppositeDirections_EachMayHaveFollowedByItself()
    {
        var history = History([(Noon.AddHours(-1), [("a", 0.1), ("b", 0.2)]), (Noon, [("a", 0.2), ("b", 0.1)])]);
        var traffic = new RecentTraffic(Work(Noon.AddMinutes(2)), Window(Noon.AddMinutes(2)), history, TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(1));
        var minute = MinuteWindow.MinuteOf(Noon);

        traffic.Add(new("a", "GET /", minute, 1000, 200));
        traffic.Add(new("b", "GET /", minute, 1000, 200));

        var kept = Assert.Single(traffic.All().Minutes, minute => minute.Kept > 0);
        Assert.Equal((200, 400), (Math.Round(kept.Least), Math.Round(kept.Most)));
    }

    // With short cycles the factor's end is within the running minute, but its renewal is due before.
    [Fact]
    public void Add_RunningMinute_TheFactorHasNotExpiredYet()
    {
        var now = Noon.AddSeconds(20);
        var version = Version(1, Noon.AddSeconds(-10)) with { Recalibration = new(Factor: 2, Until: Noon.AddSeconds(30), Obedience: 1) };
        var rate = new PublishedProject(new(Project, 0.1, 0, 0), 1, EndVersion: null);
        var traffic = new RecentTraffic(Work(now), Window(now), new([version], [rate], 0.2), TimeSpan.Zero, TimeSpan.FromSeconds(10));

        traffic.Add(new(Project, "GET /", MinuteWindow.MinuteOf(now), 1000, 200));

        Assert.Equal((200, 200), (Math.Round(traffic.All().Minutes[^1].Least), Math.Round(traffic.All().Minutes[^1].Most)));
    }

    [Fact]
    public void Add_CyclesShorterThanAMinute_NoVersionIsOverlooked()
    {
        var traffic = Of(
            now: Noon.AddMinutes(3), TimeSpan.Zero, TimeSpan.FromSeconds(10), (Noon.AddHours(-1), 0.1), (Noon.AddSeconds(20), 0.5), (Noon.AddSeconds(30), 0.1));

        Add(traffic, Noon);

        Assert.Equal([new(0, 100, 500)], Rounded(traffic));
    }

    // A client keeps everything until it has asked for the first time. Taken for disobedience, that would halve the rates for long.
    [Theory]
    [InlineData(false, 0, 1000)]
    [InlineData(false, 3, 1000)]
    [InlineData(false, 4, 100)]
    [InlineData(true, 0, 100)]
    public void Add_EstimatesOfAProjectThatIsYoung_MayBeAllThereWas(bool isExact, int age, double most)
    {
        var work = Work(Noon.AddMinutes(5));
        var minute = MinuteWindow.MinuteOf(Noon);
        work.Projects.Add(new(new(new("acme", Project), Settings: null, SettingsError: null, FirstMinute: minute - age), SamplingPolicy.Of(null, null, new()), before: null));
        var traffic = new RecentTraffic(
            work, Window(Noon.AddMinutes(5)), History([(Noon.AddHours(-1), [(Project, 0.1)])]), TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(1));

        traffic.Add(new(Project, "GET /", minute, 1000, 100, isExact));

        Assert.Equal([new(100, 100, most)], Rounded(traffic));
    }

    private static RecentTraffic Of(DateTimeOffset now, TimeSpan lag, params (DateTimeOffset At, double Rate)[] published) =>
        Of(now, lag, TimeSpan.FromMinutes(1), published);

    private static RecentTraffic Of(DateTimeOffset now, TimeSpan lag, TimeSpan cycle, params (DateTimeOffset At, double Rate)[] published) =>
        new(Work(now), Window(now), History([.. published.Select(item => (item.At, new[] { (Project, item.Rate) }))]), lag, cycle);

    private static RatesHistory History((DateTimeOffset At, (string Project, double Rate)[] Rates)[] published) => new(
        [.. published.Select((item, index) => Version(index + 1, item.At))],
        published.SelectMany((item, index) => item.Rates.Select(rate => new PublishedProject(
            new(rate.Project, rate.Rate, 0, 0), index + 1, index + 1 < published.Length ? index + 2 : null))),
        fallback: 0.5);

    private static OrganizationRates Version(long version, DateTimeOffset at) =>
        new("acme", version, Guid.Empty, at, Window(at), new(0.1, TargetSource.Default), Floor: 0);

    private static OrganizationWork Work(DateTimeOffset now) => new(new("acme", Settings: null, SettingsError: null), Window(now), now)
    {
        Target = new(0.1, TargetSource.Default),
    };

    private static MinuteWindow Window(DateTimeOffset now) => MinuteWindow.Ending(now, 6);

    private static void Add(RecentTraffic traffic, params DateTimeOffset[] minutes)
    {
        foreach (var minute in minutes)
            traffic.Add(new(Project, "GET /", MinuteWindow.MinuteOf(minute), Total: 1000, Kept: 0));
    }

    private static KeptOfMinute[] Rounded(RecentTraffic traffic) =>
    [
        .. traffic.All().Minutes.Where(minute => minute.Most > 0)
            .Select(minute => new KeptOfMinute(minute.Kept, Math.Round(minute.Least), Math.Round(minute.Most))),
    ];
}
