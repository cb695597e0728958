using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Storage;

namespace DynamicSampling.IntegrationTests.Storage;

public class CombinedCountsTests
{
    private const long Other = 9;
    private const long Estimated = VolumeKind.Estimated;
    private const long Exact = (long)VolumeSource.Posted;
    private const long Shared = VolumeKind.Shared;

    [Fact]
    public void Of_ExactKeptOfOthers_IsDividedAsTheEstimatesWereKept()
    {
        // 100 of 500 that the clients counted were kept; three in four spans were of transaction 1.
        var combined = Of((Other, Exact, 500, 100), (1, Estimated, 200, 60), (2, Estimated, 800, 20));

        Assert.Equal([(1, Shared, 100, 75), (2, Shared, 400, 25)], combined);
    }

    [Fact]
    public void Of_ShareOfKeptAboveTheTotal_GoesToTheOthers()
    {
        var combined = Of((Other, Exact, 500, 200), (1, Estimated, 200, 60), (2, Estimated, 800, 20));

        Assert.Equal([(1, Shared, 100, 100), (2, Shared, 400, 100)], combined);
    }

    [Fact]
    public void Of_KeptOfEstimatesAboveTheirScaledTotals_IsSpreadWithinTheOthers()
    {
        // 20 spans arrived, 10 of them of a transaction that has a total of 5 after scaling.
        var combined = Of((Other, Exact, 505, 0), (1, Estimated, 10, 10), (2, Estimated, 1000, 10));

        Assert.Equal([(1, Shared, 5, 5), (2, Shared, 500, 15)], combined);
    }

    [Fact]
    public void Of_MoreSpansThanTheExactTotal_KeepsAllOfIt()
    {
        var combined = Of((Other, Exact, 10, 0), (1, Estimated, 10, 10), (2, Estimated, 10, 10), (3, Exact, 4, 0), (3, Estimated, 9, 9));

        Assert.Equal([(1, Shared, 5, 5), (2, Shared, 5, 5), (3, Exact, 4, 4)], combined);
    }

    [Fact]
    public void Of_KeptWithoutASpan_IsDividedAsTheTotalsAre()
    {
        var combined = Of((Other, Exact, 100, 10), (1, Estimated, 30, 0), (2, Estimated, 10, 0));

        Assert.Equal([(1, Shared, 75, 7.5), (2, Shared, 25, 2.5)], combined);
    }

    [Fact]
    public void Of_EstimatesOfOthers_KeepTheirShare()
    {
        var combined = Of((Other, Exact, 100, 0), (Other, Estimated, 30, 3), (1, Estimated, 20, 2));

        Assert.Equal([(1, Shared, 40, 2), (Other, Shared, 60, 3)], combined);
    }

    [Fact]
    public void Of_OnlyOthersOnBothSides_AreExact()
    {
        Assert.Equal([(Other, Exact, 100, 3)], Of((Other, Exact, 100, 0), (Other, Estimated, 30, 3)));
    }

    [Fact]
    public void Of_NamedExactCounts_StandAsTheyAre()
    {
        var combined = Of((1, Exact, 100, 0), (1, Estimated, 900, 5), (2, Exact, 50, 1), (Other, Exact, 30, 0), (3, Estimated, 7, 7));

        // What was kept is known of one, so it is known.
        Assert.Equal([(1, Exact, 100, 0), (2, Exact, 50, 1), (3, Shared, 30, 0)], combined);
    }

    [Fact]
    public void Of_OthersOfNothing_DropsWhatOnlyEstimatesKnow()
    {
        Assert.Equal([(1, Exact, 100, 0)], Of((1, Exact, 100, 0), (Other, Exact, 0, 0), (3, Estimated, 7, 7)));
    }

    [Fact]
    public void Of_EstimatesOfNothing_LeaveTheOthersWhole()
    {
        Assert.Equal([(Other, Exact, 100, 10)], Of((Other, Exact, 100, 10), (3, Estimated, 0, 0)));
    }

    [Fact]
    public void Of_TotalsAtTheEndsOfTheScale_StayFinite()
    {
        var combined = Of((Other, Exact, 1e15, 1), (1, Estimated, double.Epsilon, 0), (2, Estimated, 1e15, 0), (3, Estimated, 1e-300, 1e-300));

        Assert.All(combined, count => Assert.True(double.IsFinite(count.Total) && double.IsFinite(count.Kept) && count.Kept <= count.Total));
        Assert.Equal(1e15, combined.Sum(count => count.Total));
    }

    private static List<(long Transaction, long Kind, double Total, double Kept)> Of(params (long Transaction, long Kind, double Total, double Kept)[] counts) =>
        [.. CombinedCounts.Of([.. counts.Select(count => new TransactionCount(count.Transaction, count.Kind, count.Total, count.Kept))], Other)
            .OrderBy(count => count.Transaction)
            .Select(count => (count.Transaction, count.Kind, Math.Round(count.Total, 9), Math.Round(count.Kept, 9)))];
}
