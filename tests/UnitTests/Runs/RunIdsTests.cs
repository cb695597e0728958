using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Tests.Runs;

public sealed class RunIdsTests
{
    [Fact]
    public void Create_Many_AreDistinctUuidsOfVersionSevenThatSortByStart()
    {
        var ids = Enumerable.Range(0, 1000).Select(number => RunIds.Create(Samples.Start.AddMilliseconds(number))).ToArray();

        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, id => Assert.Equal((7, 8), (id.Version, id.Variant & 0xC)));
        Assert.Equal(ids.Order(), ids);
        Assert.StartsWith(Guid.CreateVersion7(Samples.Start).ToString()[..13], ids[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_OnManyThreads_NeverRepeats()
    {
        var ids = new Guid[4][];
        Threads.Run(Enumerable.Range(0, 4).Select<int, Action>(
            thread => () => ids[thread] = [.. Enumerable.Range(0, 2000).Select(_ => RunIds.Create(Samples.Start))]));

        Assert.Equal(8000, ids.SelectMany(own => own).Distinct().Count());
    }

    [Fact]
    public void Create_Before1970_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RunIds.Create(DateTimeOffset.UnixEpoch.AddMilliseconds(-1)));
}
