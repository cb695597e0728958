using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.IntegrationTests.Ingest.Traffic;

/// <summary>Counts in memory, until they are stored.</summary>
public sealed class PendingCountsTests
{
    private const int Minute = 29_900_000;
    private readonly PendingCounts _counts = new();

    [Fact]
    public void Take_WhatWasAdded_GoesOnceAndInFull()
    {
        _counts.Add("GET /", Minute, 10, 100);
        _counts.Add("GET /", Minute, 10, 100);
        _counts.Add("GET /cart", Minute, 1, 100);

        Assert.Equal(2, _counts.Count);
        Assert.Equal([("GET /", Minute, 20, 2), ("GET /cart", Minute, 1, 1)], Take());
        Assert.Empty(Take());
        Assert.Equal(0, _counts.Count);
    }

    [Fact]
    public void Add_SpansOfOtherMinutes_AreCountedInTheirs()
    {
        foreach (var minute in (int[])[5, 4, 6, 5, 4, 6, 7, 1])
            _counts.Add("GET /", Minute + minute, 10, 100);

        Assert.Equal(5, _counts.Count);
        Assert.Equal(
            [("GET /", Minute + 1, 10, 1), ("GET /", Minute + 4, 20, 2), ("GET /", Minute + 5, 20, 2), ("GET /", Minute + 6, 20, 2), ("GET /", Minute + 7, 10, 1)],
            Take());
    }

    [Fact]
    public void Add_RandomSpans_AreAllCounted()
    {
        var random = new Random(4);
        var expected = new Dictionary<(string, long), (double, double)>();
        var taken = new Dictionary<(string, long), (double, double)>();
        for (var i = 0; i < 20_000; i++)
        {
            var (name, minute, total) = ($"op-{random.Next(40)}", Minute + random.Next(6) + (i / 5000), random.Next(1, 10));
            _counts.Add(name, minute, total, 100);
            var sum = expected.GetValueOrDefault((name, minute));
            expected[(name, minute)] = (sum.Item1 + total, sum.Item2 + 1);
            if (random.Next(500) == 0)
                Collect();
        }

        Collect();
        Assert.Equal(expected.OrderBy(entry => entry.Key), taken.OrderBy(entry => entry.Key));
        Assert.Equal(0, _counts.Count);

        void Collect()
        {
            foreach (var (name, minute, total, kept) in Take())
            {
                var sum = taken.GetValueOrDefault((name, minute));
                taken[(name, minute)] = (sum.Item1 + total, sum.Item2 + kept);
            }
        }
    }

    [Fact]
    public void FoldedMinute_SpansOfEarlierMinutes_StaysTheLatest()
    {
        foreach (var minute in (int[])[5, 0, 3])
        {
            _counts.Add("GET /", Minute + minute, 1, maxNames: 1);
            Assert.False(_counts.Add("GET /cart", Minute + minute, 1, maxNames: 1));
        }

        Assert.Equal(Minute + 5, _counts.FoldedMinute);
    }

    [Fact]
    public void Add_TooManyNames_AreCountedAsOthersAndNoneIsLost()
    {
        for (var i = 0; i < 50; i++)
            Assert.Equal(i < 10, _counts.Add($"op-{i}", Minute, 2, maxNames: 10));

        var taken = Take();
        Assert.Equal(11, taken.Count);
        Assert.Equal(80, taken.Single(count => count.Name == Names.OtherTransactions).Total);
        Assert.Equal(100, taken.Sum(count => count.Total));
        Assert.Equal(Minute, _counts.FoldedMinute);

        // In the next minute other names have their turn.
        for (var i = 40; i < 50; i++)
            Assert.True(_counts.Add($"op-{i}", Minute + 1, 2, maxNames: 10));
        Assert.False(_counts.Add("op-0", Minute + 1, 2, maxNames: 10));
    }

    [Fact]
    public void Add_KnownNames_AllocateNothing()
    {
        string[] names = [.. Enumerable.Range(0, 100).Select(i => $"op-{i}")];
        foreach (var name in names)
            _counts.Add(name, Minute, 1, 1000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var name in names)
            _counts.Add(name.AsSpan(), Minute, 1, 1000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void AddRelease_SeenAgain_CoversAllItsMinutes()
    {
        _counts.AddRelease("1.2", "prod", Minute + 1);
        _counts.AddRelease("1.2", "prod", Minute);
        _counts.AddRelease("1.2", "", Minute + 5);
        Assert.False(_counts.IsEmpty);

        var batch = new VolumeBatch();
        _counts.Take("acme", "checkout", batch);

        Assert.Equal(
            new Dictionary<ReleaseKey, MinuteWindow>
            {
                [new("acme", "checkout", "1.2", "prod")] = new(Minute, Minute + 1),
                [new("acme", "checkout", "1.2", "")] = new(Minute + 5, Minute + 5),
            },
            batch.Releases);
        Assert.True(_counts.IsEmpty);
    }

    private List<(string Name, long Minute, double Total, double Kept)> Take()
    {
        var batch = new VolumeBatch { Source = VolumeSource.Spans };
        _counts.Take("acme", "checkout", batch);
        return [.. batch.Counts.Select(count => (count.Key.Transaction, count.Key.Minute, count.Value.Total, count.Value.Kept)).Order()];
    }
}
