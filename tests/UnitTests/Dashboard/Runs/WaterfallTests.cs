using DynamicSampling.Dashboard.Runs;
using DynamicSampling.Tasks.Runtime;
using static DynamicSampling.Tests.Dashboard.Runs.SampleRun;

namespace DynamicSampling.Tests.Dashboard.Runs;

public sealed class WaterfallTests
{
    [Fact]
    public void Of_OneAfterAnother_AreBesideEachOther()
    {
        var waterfall = Waterfall.Of(SampleRun.Of(10, Function("second", 4, 9), Function("first", 1, 4)));

        Assert.Equal([("first", 0, 3.0), ("second", 0, 5.0)], Describe(waterfall));
        Assert.Equal((2, 0), (waterfall.OutsideSeconds, waterfall.OverlapSeconds));
        Assert.Equal("second", waterfall.Slowest!.Name);
    }

    [Fact]
    public void Of_Nested_AreUnderTheSmallestAroundThem()
    {
        var waterfall = Waterfall.Of(SampleRun.Of(10, Function("all", 0, 10), Function("part", 1, 8), Function("inner", 2, 5), Function("other", 5, 7.5)));

        Assert.Equal([("all", 0, 3.0), ("part", 1, 1.5), ("inner", 2, 3.0), ("other", 2, 2.5)], Describe(waterfall));
        Assert.Equal(0, waterfall.OutsideSeconds);
    }

    [Fact]
    public void Slowest_Nested_IsTheInnermostThatTookTheTime()
    {
        var waterfall = Waterfall.Of(SampleRun.Of(12, Function("all", 0, 12), Function("fetch", 0.5, 11.9, busy: 9.8, calls: 300, longest: 1.2)));

        Assert.Equal(("fetch", 1), (waterfall.Slowest!.Name, waterfall.Slowest.Depth));
        Assert.Equal(2.2, waterfall.Rows[0].OwnSeconds, 1e-9);
    }

    [Fact]
    public void Of_TurnsInALoop_AreBesideEachOtherAlthoughOneIsAroundTheOther()
    {
        // An iteration that lists batches, and what is done with each batch meanwhile.
        var waterfall = Waterfall.Of(SampleRun.Of(10, Function("list", 0, 10, busy: 1, calls: 8), Function("fetch", 0.2, 9.9, busy: 0.9, calls: 7), Function("store", 0.5, 9.95, busy: 8, calls: 600)));

        Assert.All(waterfall.Rows, row => Assert.Equal(0, row.Depth));
        Assert.Equal(0.1, waterfall.OutsideSeconds, 1e-9);
    }

    [Fact]
    public void Of_RepeatedWithItsCallsWithin_IsNestedWhenThePausesAreTooShortForIt()
    {
        var waterfall = Waterfall.Of(SampleRun.Of(10, Function("each", 0, 10, busy: 9.9, calls: 300), Function("within_each", 0.01, 9.99, busy: 8, calls: 300)));

        Assert.Equal([("each", 0, 1.9), ("within_each", 1, 8.0)], Describe(waterfall));
    }

    [Fact]
    public void Of_Concurrent_SaysByHowMuchTheyOverlap()
    {
        var waterfall = Waterfall.Of(SampleRun.Of(10, Function("one", 0, 7), Function("two", 3, 10)));

        Assert.All(waterfall.Rows, row => Assert.Equal(0, row.Depth));
        Assert.Equal((0, 4), (waterfall.OutsideSeconds, waterfall.OverlapSeconds));
    }

    [Fact]
    public void Of_ConcurrentWithAGap_CountsTheGapAsOutside()
    {
        var waterfall = Waterfall.Of(SampleRun.Of(10, Function("one", 0, 5), Function("two", 1, 6), Function("three", 8, 10)));

        Assert.Equal((2, 2), (waterfall.OutsideSeconds, waterfall.OverlapSeconds));
    }

    [Fact]
    public void Of_SameInterval_TheFirstIsTheOuterOne()
    {
        var waterfall = Waterfall.Of(SampleRun.Of(10, Function("outer", 1, 9), Function("inner", 1, 9)));

        Assert.Equal([("outer", 0, 0.0), ("inner", 1, 8.0)], Describe(waterfall));
    }

    [Fact]
    public void Of_ZeroLength_IsARow()
    {
        var waterfall = Waterfall.Of(SampleRun.Of(0, Function("one", 0, 0), Function("two", 0, 0)));

        Assert.Equal(2, waterfall.Rows.Count);
        Assert.Equal((0, 0), (waterfall.OutsideSeconds, waterfall.OverlapSeconds));
    }

    [Fact]
    public void Of_NeverStarted_ComesLastAndTakesNoTime()
    {
        var waterfall = Waterfall.Of(SampleRun.Of(10, ("refused", new FunctionSnapshot()), Function("work", 2, 10)));

        Assert.Equal([("work", 0, 8.0), ("refused", 0, 0.0)], Describe(waterfall));
        Assert.Equal("work", waterfall.Slowest!.Name);
    }

    [Fact]
    public void Of_NoFunction_IsOutside()
    {
        var waterfall = Waterfall.Of(SampleRun.Of(10));

        Assert.Empty(waterfall.Rows);
        Assert.Null(waterfall.Slowest);
        Assert.Equal(10, waterfall.OutsideSeconds);
    }

    [Fact]
    public void Of_AnyFunctions_HasEachOnce()
    {
        var random = new Random(4711);
        for (var round = 0; round < 200; round++)
        {
            var functions = Enumerable.Range(0, 64).Select(number =>
            {
                var (start, length) = (random.Next(0, 50) / 5.0, random.Next(0, 50) / 5.0);
                return Function($"f{number}", start, start + length, busy: length * random.Next(1, 5) / 4, calls: random.Next(0, 4));
            }).ToArray();

            var waterfall = Waterfall.Of(SampleRun.Of(20, functions));

            Assert.Equal(64, waterfall.Rows.Select(row => row.Name).Distinct(StringComparer.Ordinal).Count());
            Assert.Equal(64, waterfall.Rows.Count);
            Assert.All(waterfall.Rows, row => Assert.InRange(row.OwnSeconds, 0, row.Data.ExecutionTime));
        }
    }

    private static IEnumerable<(string, int, double)> Describe(Waterfall waterfall) =>
        waterfall.Rows.Select(row => (row.Name, row.Depth, Math.Round(row.OwnSeconds, 9)));
}
