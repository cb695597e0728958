using System.Globalization;
using DynamicSampling.Dashboard.Services;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tests.Dashboard.Services;

public sealed class RateListTests
{
    private static readonly RateRow Quiet = new("quiet", Transaction: null, Total: 10, Kept: 5, Rate: 1, Before: null, Expected: 10);
    private static readonly RateRow Loud = new("Loud", Transaction: null, Total: 1000, Kept: 50, Rate: 0.03, Before: 0.05, Expected: 30) { Base = 0.03 };
    private static readonly RateRow Fresh = new("fresh", Transaction: null, Total: 400, Kept: 0, Rate: 0.1, Before: 0.2, Expected: 40) { Origin = RateOrigin.Target };

    [Theory]
    [InlineData(RateColumn.Total, true, "Loud fresh quiet")]
    [InlineData(RateColumn.Total, false, "quiet fresh Loud")]
    [InlineData(RateColumn.Service, false, "fresh Loud quiet")]
    [InlineData(RateColumn.Service, true, "quiet Loud fresh")]
    [InlineData(RateColumn.Kept, true, "Loud quiet fresh")]
    [InlineData(RateColumn.Rate, true, "quiet fresh Loud")]
    [InlineData(RateColumn.Share, true, "fresh Loud quiet")]
    [InlineData(RateColumn.Why, false, "Loud fresh quiet")]
    // What has nothing to be compared by comes last, whichever way.
    [InlineData(RateColumn.Before, true, "fresh Loud quiet")]
    [InlineData(RateColumn.Before, false, "Loud fresh quiet")]
    // Where all are alike, by name.
    [InlineData(RateColumn.Target, true, "fresh Loud quiet")]
    public void Select_AnyColumn_IsSorted(RateColumn column, bool descending, string expected)
    {
        var page = RateList.Select(Table(Quiet, Loud, Fresh), new RateQuery { Sort = column, Descending = descending });

        Assert.Equal(expected, string.Join(' ', page.Rows.Select(row => row.Name)));
    }

    [Fact]
    public void Select_EveryColumn_CanBeSortedBy()
    {
        foreach (var column in Enum.GetValues<RateColumn>())
            Assert.Equal(3, RateList.Select(Table(Quiet, Loud, Fresh), new RateQuery { Sort = column }).Rows.Count);
    }

    [Fact]
    public void Select_Share_IsOfAllAlsoWhenFewAreFound()
    {
        var page = RateList.Select(Table(Quiet, Loud, Fresh), new RateQuery { Search = "LOU" });

        Assert.Equal([Loud], page.Rows);
        Assert.Equal(30 / 80.0, page.ShareOf(Loud), 1e-12);
        Assert.Equal((1, 3, "1–1 of 1"), (page.Found, page.All, page.Range));
    }

    [Theory]
    [InlineData(1, 50, "1–50 of 10,000", "t00000")]
    [InlineData(2, 50, "51–100 of 10,000", "t00050")]
    [InlineData(200, 50, "9,951–10,000 of 10,000", "t09950")]
    // Beyond the end is the end.
    [InlineData(201, 50, "9,951–10,000 of 10,000", "t09950")]
    public void Select_TenThousandRows_ArePaged(int number, int rows, string range, string first)
    {
        var all = Enumerable.Range(0, 10_000).Reverse()
            .Select(i => new RateRow("p", "t" + i.ToString("00000", CultureInfo.InvariantCulture), Total: 10_000 - i, Kept: 0, Rate: 1, Before: null, Expected: 1));
        var page = RateList.Select(Table([.. all]), new RateQuery { Page = number });

        Assert.Equal((rows, range, first, 200), (page.Rows.Count, page.Range, page.Rows[0].Name, page.Pages));
    }

    [Fact]
    public void Select_Nothing_IsOneEmptyPage()
    {
        var page = RateList.Select(Table(), new RateQuery { Search = "x", Page = 7 });

        Assert.Equal((0, 1, 1, "none", 0.0), (page.Rows.Count, page.Number, page.Pages, page.Range, page.ShareOf(Loud)));
    }

    private static RateTable Table(params IReadOnlyList<RateRow> rows) => new(Version: 2, new(0.1, TargetSource.Setting), new(100, 159), rows);
}
