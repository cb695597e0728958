using System.Text.Json;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests.Runtime;

public sealed class TimersTests
{
    private static readonly JsonElement[] Cases = [.. Vectors.Read("timers").GetProperty("cases").EnumerateArray()];

    private readonly ManualTimeProvider _clock = new();

    public static TheoryData<string> CaseNames => new(Cases.Select(NameOf));

    [Theory]
    [MemberData(nameof(CaseNames))]
    public void Elapsed_ConformanceCase_IsAsExpected(string name)
    {
        var given = Array.Find(Cases, item => string.Equals(NameOf(item), name, StringComparison.Ordinal));
        var clock = given.TryGetProperty("clockStart", out var start) ? new ManualTimeProvider(timestampStart: start.GetInt64()) : _clock;
        var timers = new Timers(clock);

        foreach (var step in given.GetProperty("steps").EnumerateArray())
        {
            switch (step[0].GetString())
            {
                case "start":
                    timers.Start(step[1].GetString()!);
                    break;
                case "stop":
                    timers.Stop(step[1].GetString()!);
                    break;
                case "advance":
                    clock.Advance(step[1].GetDouble());
                    break;
                default:
                    Assert.Fail($"Unknown step {step}.");
                    break;
            }
        }

        foreach (var expected in given.GetProperty("elapsed").EnumerateObject())
        {
            Assert.Equal(TimeSpan.FromSeconds(expected.Value.GetDouble()), timers.GetElapsed(expected.Name));
            Assert.Equal(TimeSpan.FromSeconds(expected.Value.GetDouble()), timers.GetTimer(expected.Name).Elapsed);
        }
    }

    [Fact]
    public void GetTimer_SameName_IsTheSameTimer()
    {
        var timers = new Timers(_clock);

        var timer = timers.GetTimer("fetch");

        Assert.Equal("fetch", timer.Name);
        Assert.Same(timer, timers.GetTimer(new string("fetch".AsSpan())));
        Assert.NotSame(timer, timers.GetTimer("Fetch"));
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    public void AnyMember_NoName_IsRefused(string? name)
    {
        var timers = new Timers(_clock);

        Assert.ThrowsAny<ArgumentException>(() => timers.GetTimer(name!));
        Assert.ThrowsAny<ArgumentException>(() => timers.Start(name!));
        Assert.ThrowsAny<ArgumentException>(() => timers.Stop(name!));
        Assert.ThrowsAny<ArgumentException>(() => timers.GetElapsed(name!));
    }

    [Fact]
    public void StopAndGetElapsed_UnknownName_CreateNoTimer()
    {
        var timers = new Timers(_clock);

        timers.Stop("a");

        Assert.Equal(TimeSpan.Zero, timers.GetElapsed("a"));
        Assert.Empty(timers.ToList());
    }

    [Fact]
    public void ToList_SeveralTimers_ComeInTheOrderOfFirstUse()
    {
        var timers = new Timers(_clock);
        foreach (var name in new[] { "c", "a", "b", "a", "e", "d" })
            timers.GetTimer(name);

        Assert.Equal(["c", "a", "b", "e", "d"], timers.ToList().Select(timer => timer.Name));
    }

    [Fact]
    public void Constructor_NoClock_UsesTheSystemClock()
    {
        var timers = new Timers();

        using (timers.Start("a"))
            Assert.True(timers.GetTimer("a").Read().IsRunning);
        Assert.InRange(timers.GetElapsed("a"), TimeSpan.Zero, TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void GetTimer_BeyondTheLimit_IsTimedAsOtherAndReportedOnce()
    {
        using var log = new LogRecorder();
        var timers = new Timers(_clock, _clock.GetTimestamp(), log, "acme.report");
        Fill(timers);
        Assert.Empty(log.Entries);

        using (timers.Start("first too many"))
            _clock.Advance(1);
        using (timers.Start("second too many"))
            _clock.Advance(2);

        Assert.Contains("first too many", Assert.Single(log.Entries).Message, StringComparison.Ordinal);
        Assert.Equal("__other__", Timers.OtherName);
        var other = timers.GetTimer("third too many");
        Assert.Equal(Timers.OtherName, other.Name);
        Assert.Equal((TimeSpan.FromSeconds(3), 2), (other.Elapsed, other.Read().Calls));
        Assert.Equal(Timers.MaxTimers + 1, timers.ToList().Count);
        Assert.Same(other, timers.ToList()[^1]);
        Assert.Equal("name 7", timers.GetTimer("name 7").Name);
    }

    [Fact]
    public void Stop_NameBeyondTheLimit_StopsOther()
    {
        var timers = new Timers(_clock);
        Fill(timers);
        timers.Start("too many");
        _clock.Advance(1);

        timers.Stop("too many");
        _clock.Advance(1);

        Assert.Equal(TimeSpan.FromSeconds(1), timers.GetTimer("too many").Elapsed);
    }

    [Fact]
    public void Stop_UnknownNameWithinTheLimit_LeavesOtherRunning()
    {
        var timers = new Timers(_clock);
        timers.Start(Timers.OtherName);
        _clock.Advance(1);

        timers.Stop("never started");
        _clock.Advance(1);

        Assert.Equal(TimeSpan.FromSeconds(2), timers.GetElapsed(Timers.OtherName));
        Assert.Equal(TimeSpan.Zero, timers.GetElapsed("never started"));
    }

    [Fact]
    public void GetElapsed_Other_IsTheTimeBeyondTheLimit()
    {
        var timers = new Timers(_clock);
        Fill(timers);
        using (timers.Start("too many"))
            _clock.Advance(1);

        Assert.Equal(TimeSpan.FromSeconds(1), timers.GetElapsed(Timers.OtherName));
        Assert.Equal(TimeSpan.FromSeconds(1), timers.GetElapsed("too many"));
    }

    [Fact]
    public void GetTimer_OtherByName_IsNeverASecondTimerOfThatName()
    {
        var timers = new Timers(_clock);
        timers.GetTimer(Timers.OtherName);
        Fill(timers);
        timers.GetTimer("too many");

        Assert.Single(timers.ToList(), timer => string.Equals(timer.Name, Timers.OtherName, StringComparison.Ordinal));
    }

    [Fact]
    public void GetTimer_ManyThreadsBeyondTheLimit_AgreeOnEveryTimer()
    {
        using var log = new LogRecorder();
        var timers = new Timers(_clock, _clock.GetTimestamp(), log, "acme.report");
        var names = Enumerable.Range(0, 3 * Timers.MaxTimers).Select(index => $"name {index}").ToArray();

        Threads.Run(Enumerable.Repeat(
            () =>
            {
                foreach (var name in names)
                    timers.Start(name).Dispose();
            },
            4));

        Assert.Single(log.Entries);
        var all = timers.ToList();
        Assert.Equal(Timers.MaxTimers + 1, all.Count);
        Assert.Equal(all.Count, all.Select(timer => timer.Name).Distinct(StringComparer.Ordinal).Count());
        Assert.All(all.SkipLast(1), timer => Assert.Equal(4, timer.Read().Calls));
        Assert.Equal(4 * 2 * Timers.MaxTimers, all[^1].Read().Calls);
    }

    private static void Fill(Timers timers)
    {
        for (var index = timers.ToList().Count; index < Timers.MaxTimers; index++)
            timers.GetTimer($"name {index}");
    }

    private static string NameOf(JsonElement item) => item.GetProperty("name").GetString()!;
}
