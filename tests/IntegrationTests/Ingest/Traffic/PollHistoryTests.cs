using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Serving;

namespace DynamicSampling.IntegrationTests.Ingest.Traffic;

/// <summary>Which rates were in force, told from polls.</summary>
public sealed class PollHistoryTests
{
    private const long Start = 1_795_000_000_000;

    [Fact]
    public void TryGetRate_BeforeTheFirstPoll_IsNotKnown()
    {
        var polls = new PollHistory();
        Assert.False(polls.TryGetRate(Start, "GET /", out _));

        polls.Add(Start, Rates(0.5));

        Assert.False(polls.TryGetRate(Start - 1, "GET /", out _));
        Assert.True(polls.TryGetRate(Start, "GET /", out var rate));
        Assert.Equal(0.5, rate.Rate);
    }

    [Fact]
    public void TryGetRate_OneClient_ChangesAtThePollThatBroughtTheRate()
    {
        var polls = new PollHistory();
        for (var i = 0; i < 10; i++)
            polls.Add(Start + (i * 60_000), Rates(i < 5 ? 0.5 : 0.1));

        Assert.Equal(1, polls.Clients);
        Assert.Equal(60_000, polls.Interval);
        Assert.Equal(0.5, RateAt(polls, Start + (5 * 60_000) - 1));
        Assert.Equal(0.1, RateAt(polls, Start + (5 * 60_000)));
    }

    [Fact]
    public void TryGetRate_ThreeClientsAtDifferentMoments_WeighsTheVersionsByTheirPolls()
    {
        var polls = new PollHistory();
        var (before, after) = (Rates(0.5), Rates(0.2));
        long[] phases = [0, 7_000, 31_000];
        for (var round = 0; round < 6; round++)
        {
            foreach (var phase in phases)
                polls.Add(Start + (round * 60_000) + phase, round < 4 ? before : after);
        }

        Assert.Equal(3, polls.Clients);
        Assert.Equal(60_000, polls.Interval);
        var change = Start + (4 * 60_000);
        Assert.Equal(0.5, RateAt(polls, change - 1), 1e-12);
        Assert.Equal((0.5 + 0.5 + 0.2) / 3, RateAt(polls, change), 1e-12);
        Assert.Equal((0.5 + 0.2 + 0.2) / 3, RateAt(polls, change + 7_000), 1e-12);
        Assert.Equal(0.2, RateAt(polls, change + 31_000), 1e-12);
        polls.TryGetRate(change, "GET /", out var between);
        Assert.Equal(0.5, between.Highest);
    }

    [Fact]
    public void Clients_AnOrderThatJitters_IsStillFound()
    {
        var polls = new PollHistory();
        var random = new Random(1);
        for (var round = 0; round < 8; round++)
        {
            foreach (var phase in (long[])[0, 11_000, 19_000, 42_000, 48_000])
                polls.Add(Start + (round * 60_000) + phase + random.Next(0, 1500), Rates(0.5));
        }

        Assert.Equal(5, polls.Clients);
        Assert.InRange(polls.Interval, 58_000, 62_000);
    }

    [Fact]
    public void Clients_OneLeaves_IsNoticed()
    {
        var polls = new PollHistory();
        for (var round = 0; round < 5; round++)
        {
            polls.Add(Start + (round * 60_000), Rates(0.5));
            polls.Add(Start + (round * 60_000) + 20_000, Rates(0.5));
        }

        Assert.Equal(2, polls.Clients);
        for (var round = 5; round < 9; round++)
            polls.Add(Start + (round * 60_000), Rates(0.5));

        Assert.Equal(1, polls.Clients);
    }

    [Fact]
    public void TryGetRate_OneClientThatStalled_IsStillOne()
    {
        var polls = new PollHistory();
        for (var at = 0; at <= 10_000; at += 500)
            polls.Add(Start + at, Rates(1));

        // It was busy for a while, and what it has got since is not what it had.
        polls.Add(Start + 14_000, Rates(0.01));

        Assert.Equal(1, polls.Clients);
        Assert.Equal(0.01, RateAt(polls, Start + 14_001));
    }

    [Fact]
    public void Clients_BeforeThereIsAnOrder_AreThePollsOfAMinute()
    {
        var polls = new PollHistory();
        polls.Add(Start, Rates(0.5));
        polls.Add(Start + 20_000, Rates(0.5));

        Assert.Equal(2, polls.Clients);
        Assert.Equal(0, polls.Interval);
    }

    [Fact]
    public void TryGetRate_OfLongAgo_IsTheOldestThatIsRemembered()
    {
        var polls = new PollHistory();
        var random = new Random(2);
        for (var i = 0; i < 5000; i++)
            polls.Add(Start + (i * 1000) + random.Next(0, 900), Rates(0.5));

        Assert.Equal(0.5, RateAt(polls, Start));
    }

    [Fact]
    public void Add_ClockSetBack_KeepsTheOrder()
    {
        var polls = new PollHistory();
        polls.Add(Start, Rates(0.5));
        polls.Add(Start - 10_000, Rates(0.1));

        Assert.Equal(Start, polls.Latest);
        Assert.Equal(0.1, polls.LatestRates.Others);
    }

    [Fact]
    public void Restore_OfAnEarlierProcess_HoldsAlsoForSpansFromBefore()
    {
        var polls = PollHistory.Restore(Start, Rates(0.25), clients: 3, interval: 60_000);

        Assert.Equal(0.25, RateAt(polls, Start - 5000));
        Assert.Equal(0.25, RateAt(polls, Start + 5000));
        polls.Add(Start + 30_000, Rates(0.1));
        Assert.Equal((0.25 + 0.25 + 0.1) / 3, RateAt(polls, Start + 30_000), 1e-12);
    }

    [Fact]
    public void Gave_OnlyRatesThatWereServed()
    {
        var polls = new PollHistory();
        polls.Add(Start, Rates(0.5, ("GET /", 0.7)));
        polls.Add(Start + 1000, Rates(0.3));

        Assert.True(polls.Gave("GET /", 0.7, 1e-3));
        Assert.True(polls.Gave("GET /", 0.3, 1e-3));
        Assert.False(polls.Gave("GET /", 0.5, 1e-3));
        Assert.True(polls.Gave("other", 0.5, 1e-3));
    }

    [Fact]
    public void Of_Operations_AreFoundByName()
    {
        var rates = Rates(0.5, [.. Enumerable.Range(0, 100).Select(i => ($"op-{i}", i / 100.0))]);

        for (var i = 0; i < 100; i++)
            Assert.Equal(i / 100.0, rates.Of($"op-{i}"));
        Assert.Equal(0.5, rates.Of("op-100"));
        Assert.Equal(0.5, rates.Of("OP-1"));
        Assert.Equal(0.5, rates.Of(""));
    }

    private static OperationRates Rates(double others, params (string, double)[] operations) => new(version: 1, others, operations);

    private static double RateAt(PollHistory polls, long at)
    {
        Assert.True(polls.TryGetRate(at, "GET /", out var rate));
        return rate.Rate;
    }
}
