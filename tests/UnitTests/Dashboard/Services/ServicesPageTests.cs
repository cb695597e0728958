using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Services;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tests.Dashboard.Services;

public sealed class ServicesPageTests
{
    private static readonly PageFrame Frame = Rendered.Frame(Section.Services, "a/b <i>");

    private static readonly RateRow[] Rows =
    [
        new("checkout/%2F", Transaction: null, Total: 9000, Kept: 300, Rate: 0.03, Before: 0.05, Expected: 270) { Base = 0.03 },
        new("idle", Transaction: null, Total: 0, Kept: 0, Rate: 1, Before: 1, Expected: 0),
        new("<b>fresh</b>", Transaction: null, Total: 300, Kept: 3, Rate: 0.1, Before: null, Expected: 30) { Origin = RateOrigin.Target },
    ];

    [Fact]
    public async Task Page_Services_SaysRateBeforeShareAndWhy()
    {
        var page = await ShowAsync(new RateQuery(), Rows);

        Assert.Equal(
            [
                "checkout/%2F 3.00 % 5.00 % 9,000 300 90.0 % Loud: pays for the quiet ones",
                "<b>fresh</b> 10.0 % — 300 3 10.0 % No rate yet: the target",
                "idle 100 % 100 % 0 0 0 % So quiet that all is kept; no traffic",
            ],
            page.QuerySelectorAll("tbody tr").Select(row => row.Read()));
        Assert.Equal("/organizations/a%2Fb%20%3Ci%3E/services/checkout%2F%252F", page.QuerySelector("tbody a")!.GetAttribute("href"));
        Assert.Null(page.QuerySelector(".pages"));
        Assert.DoesNotContain("Own target", page.QuerySelector("thead")!.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Sorted_SaysHowAndLinksTheOtherWay()
    {
        var page = await ShowAsync(new RateQuery { Sort = RateColumn.Rate, Descending = false, Search = "e" }, Rows);

        var sorted = Assert.Single(page.QuerySelectorAll("th[aria-sort]"));
        Assert.Equal(("Rate now", "ascending"), (sorted.Read(), sorted.GetAttribute("aria-sort")));
        Assert.EndsWith("/services?q=e&sort=-rate", sorted.QuerySelector("a")!.GetAttribute("href"), StringComparison.Ordinal);
        Assert.Equal("rate", page.QuerySelector("input[name=sort]")!.GetAttribute("value"));
        Assert.Equal("e", page.QuerySelector<IHtmlInputElement>("input[name=q]")!.Value);
    }

    [Fact]
    public async Task Page_OwnTargets_HaveAColumn()
    {
        var page = await ShowAsync(new RateQuery(), Rows[0] with { Target = new(0.5, TargetSource.Setting) }, Rows[1]);

        Assert.Equal("Own target", page.QuerySelector("thead th:last-child")!.Read());
        Assert.Equal(["50.0 %", "—"], page.QuerySelectorAll("tbody td:last-child").Select(cell => cell.Read()));
    }

    [Fact]
    public async Task Page_ManyTransactions_ArePagedByLinks()
    {
        var rows = Enumerable.Range(0, 10_000).Select(i => new RateRow("checkout", $"GET /{i}", Total: 1, Kept: 1, Rate: 1, Before: 1, Expected: 1));
        var page = await ShowAsync(new RateQuery { ByTransaction = true, Page = 2 }, [.. rows]);

        Assert.Equal(50, page.QuerySelectorAll("tbody tr").Length);
        Assert.Equal("51–100 of 10,000", page.QuerySelector(".pages span")!.Read());
        Assert.Equal(
            ["?by=transaction", "?by=transaction", "?by=transaction&page=3", "?by=transaction&page=200"],
            page.QuerySelectorAll(".pages a").Select(link => link.GetAttribute("href")!.Split("/services")[1]));
        Assert.Equal("transaction", page.QuerySelector("input[name=by]")!.GetAttribute("value"));
        Assert.Equal("By transaction", page.QuerySelector(".tabs [aria-current=page]")!.Read());
    }

    [Fact]
    public async Task Page_NothingFound_SaysOfHowMany()
    {
        var page = await ShowAsync(new RateQuery { Search = "zzz" }, Rows);

        Assert.Contains("None of 3 has “zzz” in its name.", page.Body!.Read(), StringComparison.Ordinal);
        Assert.NotNull(page.QuerySelector("form a[href$='/services']"));
    }

    [Fact]
    public async Task Page_NoServices_TellsTheFirstStep()
    {
        var page = await ShowAsync(new RateQuery());

        Assert.Contains("curl http://here:5000/api/volumes", page.QuerySelector(".empty pre")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("\"organization\":\"a/b \\u003Ci\\u003E\"", page.QuerySelector(".empty pre")!.TextContent, StringComparison.Ordinal);
        Assert.Null(page.QuerySelector("table"));
    }

    private static Task<IHtmlDocument> ShowAsync(RateQuery query, params IReadOnlyList<RateRow> rows)
    {
        var table = new RateTable(Version: 2, new(0.05, TargetSource.Setting), MinuteWindow.Ending(Rendered.Now, 60), rows);
        return Rendered.PageAsync<ServicesPage, ServicesModel>(new(table, query, RateList.Select(table, query), "http://here:5000"), Frame);
    }
}
