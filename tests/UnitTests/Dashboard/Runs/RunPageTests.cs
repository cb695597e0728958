using System.Globalization;
using System.Text.Json;
using AngleSharp.Dom;
using DynamicSampling.Dashboard.Runs;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using static DynamicSampling.Tests.Dashboard.Runs.SampleRun;

namespace DynamicSampling.Tests.Dashboard.Runs;

public sealed class RunPageTests
{
    private static readonly TaskRun Slow = SampleRun.Of(
        10, Function("list", 0, 10, busy: 1, calls: 8, longest: 0.4), Function("fetch", 1, 6), Function("parse", 2, 4), Function("notify", 10, 10));

    [Fact]
    public async Task Waterfall_Functions_HaveTheirBarsWhereTheyWere()
    {
        var page = await ShowAsync(Slow);

        Assert.Equal((0, 100, 10), Bars(page, "list"));
        Assert.Equal((10, 50, 50), Bars(page, "fetch"));
        Assert.Equal((20, 20, 20), Bars(page, "parse"));
        // What has no length is seen, and within the picture.
        Assert.Equal((99.6, 0.4, 0.4), Bars(page, "notify"));
        Assert.Equal("depth-1", Row(page, "parse").QuerySelector("th")!.ClassName);
        Assert.Equal("list: 0 s to 10.0 s, 1.00 s of that at work in 8 calls", Row(page, "list").QuerySelector("title")!.TextContent);
        Assert.Equal(["list", "from 0 s to 10.0 s", "1.00 s", "10 %", "8", "400 ms"], Row(page, "list").Children.Select(cell => cell.QuerySelector(".visually-hidden")?.Read() ?? cell.Read()));
        Assert.Equal("outside of functions 4.00 s 40 %", page.QuerySelector("tr.outside")!.Read());
        Assert.Empty(page.QuerySelectorAll("line.budget, line.now"));
        Assert.Equal("0|2 s|4 s|6 s|8 s|10 s", string.Join('|', page.QuerySelectorAll(".axis text").Select(text => text.TextContent)));
    }

    [Fact]
    public async Task Waterfall_Budget_IsALineWhereTheRunCameNearIt()
    {
        var page = await ShowAsync(Slow with { Status = RunStatus.TimedOut, MaxSeconds = 8, OverrunSeconds = 2, Error = new("timeout", "too late", "fetch") });

        Assert.All(page.QuerySelectorAll("line.budget"), line => Assert.Equal("80%", line.GetAttribute("x1")));
        Assert.Equal(4, page.QuerySelectorAll("line.budget").Length);
        Assert.Equal("fetch stopped here", Row(page, "fetch").QuerySelector("th")!.Read());
        Assert.Single(page.QuerySelectorAll("rect.error"));
        Assert.Contains("Stopped at the end of its budget in fetch: too late", page.QuerySelector(".notice.bad")!.Read(), StringComparison.Ordinal);
        Assert.Single(page.QuerySelectorAll(".bar-over"));
    }

    [Fact]
    public async Task Waterfall_Running_HasALineForNow()
    {
        var page = await ShowAsync(Slow with { Status = RunStatus.Running, MaxSeconds = 12.5, Progress = new(3, 12) });

        Assert.All(page.QuerySelectorAll("line.now"), line => Assert.Equal("80%", line.GetAttribute("x1")));
        Assert.Equal("3 of 12", page.QuerySelectorAll(".figure")[2].Read());
        Assert.Equal($"/runs/{Id}/live", page.QuerySelector("[data-live]")!.GetAttribute("data-live"));
        Assert.Equal($"/runs/{Id}", page.QuerySelector("a.while-running")!.GetAttribute("href"));
    }

    [Fact]
    public async Task Waterfall_SixtyFourFunctions_AreAllThere()
    {
        var run = SampleRun.Of(64, [.. Enumerable.Range(0, 64).Select(number => Function($"f{number}", number, number + 1))]);

        var page = await ShowAsync(run);

        Assert.Equal(65, page.QuerySelectorAll(".waterfall tbody tr").Length);
        Assert.All(Enumerable.Range(0, 64), number => Assert.Equal((Math.Round(number * 100 / 64.0, 2), 1.56, 1.56), Bars(page, $"f{number}")));
    }

    [Fact]
    public async Task Waterfall_Counts_AreColumnsWhereThereAreAny()
    {
        var counted = new FunctionSnapshot { Calls = 1, LastEnd = 1, ExecutionTime = 1, NumRowsTotal = 12_345, Counters = new Dictionary<string, long>(StringComparer.Ordinal) { ["<b>retries"] = 4 } };

        var page = await ShowAsync(SampleRun.Of(1, ("fetch", counted), ("refused", new FunctionSnapshot())));

        Assert.Equal(["Function", "When", "Time", "Share", "Calls", "Longest call", "Rows", "Its own counters"], page.QuerySelectorAll(".waterfall thead th").Select(th => th.QuerySelector("span")?.Read() ?? th.Read()));
        Assert.EndsWith("12,345 <b>retries 4", Row(page, "fetch").Read(), StringComparison.Ordinal);
        Assert.Contains("not started", Row(page, "refused").Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Overdue_SaysForHowLong()
    {
        var page = await ShowAsync(Slow with { Status = RunStatus.Running, MaxSeconds = 7, OverrunSeconds = 3 });

        Assert.Contains("ended 3.00 s ago", page.QuerySelector(".notice.bad")!.Read(), StringComparison.Ordinal);
        Assert.Equal("overdue", page.QuerySelectorAll(".figures .badge")[1].Read());
    }

    [Fact]
    public async Task Page_Late_IsNoError()
    {
        var page = await ShowAsync(Slow with { MaxSeconds = 7, OverrunSeconds = 3 });

        Assert.Contains("completed 3.00 s after", page.QuerySelector(".notice.warn")!.Read(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RunStatus.Running, true, true)]
    [InlineData(RunStatus.Running, false, false)]
    [InlineData(RunStatus.Completed, true, false)]
    public async Task Page_Cancel_IsForThoseInProgressAndWhoeverMay(RunStatus status, bool mayChange, bool expected)
    {
        var page = await Rendered.PageAsync<RunPage, RunView>(new(Slow with { Status = status }, Result: null), Rendered.Frame(mayChange: mayChange));

        var form = page.QuerySelector($"form[action='/runs/{Id}/cancel']");
        Assert.Equal(expected, form is not null);
        if (expected)
        {
            Assert.NotNull(form!.QuerySelector("input[name=__RequestVerificationToken]"));
            // What is sent anew must not have a form: it would come without a token.
            Assert.Null(page.QuerySelector("[data-live] form"));
        }
    }

    [Fact]
    public async Task Page_DryRun_ShowsTheDifferenceAndOffersToPublish()
    {
        const string Result =
            """
            {
              "dryRun": true, "message": "1 organization: 1 would be published.",
              "difference": {
                "expectedKeptBefore": 1000, "expectedKeptAfter": 500, "changedRates": 101,
                "changes": [
                  { "organization": "acme", "project": "a/b", "transaction": "GET /", "before": 0.1, "after": 0.05, "expectedKeptBefore": 1000, "expectedKeptAfter": 500 },
                  { "organization": "acme", "project": "c", "before": 0.1, "after": 0.2, "expectedKeptBefore": 10, "expectedKeptAfter": 20 }
                ]
              }
            }
            """;
        var run = Slow with { Organization = "acme", Trigger = RunTrigger.Http };
        var page = await Rendered.PageAsync<RunPage, RunView>(new(run, Json(Result)));

        var form = page.QuerySelector("form[action='/tasks/rebalance_orgs']")!;
        Assert.Equal("acme", form.QuerySelector("input[name=organization]")!.GetAttribute("value"));
        Assert.Null(form.QuerySelector("[name=dryRun]"));
        Assert.NotNull(page.QuerySelector(".is-publishable"));
        var rows = page.QuerySelectorAll("section[aria-labelledby=outcome] tbody tr");
        Assert.Equal("a/b GET / 10.0 % 5.00 % ▼less 1,000 500", rows[0].Read());
        Assert.Equal("c all without a rate of their own 10.0 % 20.0 % ▲more 10 20", rows[1].Read());
        Assert.Equal("/organizations/acme/services/a%2Fb", rows[0].QuerySelector("a")!.GetAttribute("href"));
        Assert.Contains("The 2 changes that move the most traces", page.QuerySelector("caption")!.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_RealRun_OffersNothingToPublish()
    {
        var page = await Rendered.PageAsync<RunPage, RunView>(new(Slow, Json("""{ "dryRun": false, "failures": [{ "organization": "<script>", "error": "no" }], "items": [[1]] }""")));

        Assert.Null(page.QuerySelector("form"));
        Assert.Null(page.QuerySelector(".is-publishable, [data-live]"));
        Assert.Equal("<script> no", page.QuerySelector("div[aria-labelledby=outcome-failures] tbody tr")!.Read());
        Assert.Equal("Items (1)", page.QuerySelector("details summary")!.Read());
    }

    [Fact]
    public async Task Page_OfAnotherProcessAndShard_SaysWhich()
    {
        var page = await ShowAsync(Slow with { Node = "node-2", Shard = "3/16", Trigger = RunTrigger.Http });

        var about = page.QuerySelector("section[aria-labelledby=about]")!.Read();
        Assert.Contains("those of shard 3/16", about, StringComparison.Ordinal);
        Assert.Contains("Process node-2", about, StringComparison.Ordinal);
        Assert.Contains("on request", about, StringComparison.Ordinal);
    }

    private static Task<AngleSharp.Html.Dom.IHtmlDocument> ShowAsync(TaskRun run) => Rendered.PageAsync<RunPage, RunView>(new(run, Result: null));

    private static IElement Row(IParentNode page, string function) =>
        page.QuerySelectorAll(".waterfall tbody tr").First(row => row.QuerySelector("th")!.Read().Split(' ').Contains(function, StringComparer.Ordinal));

    // Where its time began, how long until its end, and for how much of that it was at work; in percent.
    private static (double X, double Span, double Busy) Bars(IParentNode page, string function)
    {
        var (span, busy) = (Row(page, function).QuerySelector("rect.span")!, Row(page, function).QuerySelector("rect.busy")!);
        Assert.Equal(span.GetAttribute("x"), busy.GetAttribute("x"));
        return (Percent(span, "x"), Percent(span, "width"), Percent(busy, "width"));
    }

    private static double Percent(IElement element, string attribute) => double.Parse(element.GetAttribute(attribute)!.TrimEnd('%'), CultureInfo.InvariantCulture);

    private static JsonElement Json(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
