using AngleSharp.Html.Dom;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Overview;
using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Tests.Dashboard.Overview;

public sealed class OverviewPageTests
{
    private static readonly OverviewView Empty = new(new([], HasMore: false), Search: "", SearchProblem: null, IsFirstPage: true, Only: null, Samples.Healthy, "http://localhost:5000");

    private static readonly OverviewView Two = Empty with { Organizations = new([Samples.Goal(), Samples.Goal(met: false, "b", new Obstacle(ObstacleKind.NewProjects, "…", 5))], HasMore: false) };

    [Fact]
    public async Task Page_NothingArrived_LeadsToAFirstRate()
    {
        var page = await ShowAsync(Empty with { Health = Samples.Healthy with { LastPass = null } });

        Assert.Equal("Welcome", page.QuerySelector("h1")!.Read());
        Assert.Equal(["Send something", "Compute the rates", "Look at them"], page.QuerySelectorAll("#start h3").Select(step => step.Read()));
        Assert.StartsWith("curl http://localhost:5000/api/volumes", page.QuerySelector("#start pre")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("/tasks/rebalance_orgs", page.QuerySelector("#start a.button")!.GetAttribute("href"));
        Assert.Contains("one starts every 1 min", page.QuerySelector("section[aria-labelledby=health]")!.Read(), StringComparison.Ordinal);
        Assert.Null(page.QuerySelector("form"));
    }

    [Fact]
    public async Task Page_NothingArrivedAndNoChangesAllowed_OffersNoButton() =>
        Assert.Null((await ShowAsync(Empty, Rendered.Frame(Section.Overview, mayChange: false))).QuerySelector("#start a.button"));

    [Fact]
    public async Task Page_Several_AreCards()
    {
        var page = await ShowAsync(Two);

        Assert.Equal(
            [
                "acme goal met Target 10.0 % (set by hand) 10.0 % kept in 5 minutes 10.8 % kept in 1 hour 1,300 kept of 12.0 k traces in the last hour, estimated",
                "b goal missed Target 10.0 % (set by hand) 10.0 % kept in 5 minutes 10.8 % kept in 1 hour 1,300 kept of 12.0 k traces in the last hour, estimated Why: New services are kept whole",
            ],
            page.QuerySelectorAll(".organizations > li").Select(card => card.Read()));
        Assert.Equal("/organizations/b", page.QuerySelectorAll(".organizations h2 a")[1].GetAttribute("href"));
        Assert.Null(page.QuerySelector("nav.pages"));
    }

    [Fact]
    public async Task Page_One_IsThatOrganization()
    {
        var page = await ShowAsync(Two with { Organizations = new([Samples.Goal()], HasMore: false), Only = Samples.Organization() }, Rendered.Frame(Section.Overview, "acme"));

        Assert.Equal("acme goal met", page.QuerySelector("h1")!.Read());
        Assert.Contains("3.20 s", page.QuerySelector("section[aria-labelledby=health]")!.Read(), StringComparison.Ordinal);
        // The health of the service tells of the same run.
        Assert.Null(page.QuerySelector("section[aria-labelledby=last-run]"));
        Assert.Null(page.QuerySelector("form[role=search]"));
    }

    [Fact]
    public async Task Page_MoreThanAPage_HasLinksThatKeepTheSearch()
    {
        var page = await ShowAsync(Two with { Organizations = new(Two.Organizations.Items, HasMore: true), Search = "a&b", IsFirstPage = false });

        Assert.Equal(["/?q=a%26b", "/?q=a%26b&after=b"], page.QuerySelectorAll("nav.pages a").Select(link => link.GetAttribute("href")));
        Assert.Equal("a&b", page.QuerySelector("#q")!.GetAttribute("value"));
    }

    [Fact]
    public async Task Page_NothingFound_LeadsBack()
    {
        var page = await ShowAsync(Empty with { Search = "x" });

        Assert.Equal("No organization has that in its name. Show all", page.QuerySelector(".empty")!.Read());
        Assert.Equal("Overview", page.QuerySelector("h1")!.Read());
    }

    [Fact]
    public async Task Page_SearchThatIsNone_IsSaidBesideTheField()
    {
        var field = (await ShowAsync(Empty with { Search = "\u0001", SearchProblem = "No name has control characters." })).QuerySelector("#q")!;

        Assert.Equal("true", field.GetAttribute("aria-invalid"));
        Assert.Equal("No name has control characters.", field.Owner!.GetElementById(field.GetAttribute("aria-describedby")!)!.Read());
    }

    [Fact]
    public async Task Health_WhatIsWrong_StandsOut()
    {
        var failed = Samples.Pass with { Status = RunStatus.Failed, Error = new("System.InvalidOperationException", "The disk is full.", "store_rates") };
        var health = await HealthAsync(new(HealthState.Degraded, ["Settings that cannot be read."], ["two"], Cycle: null, failed, SeesPasses: true));

        Assert.Contains("degraded", health, StringComparison.Ordinal);
        Assert.Contains("Settings that cannot be read.", health, StringComparison.Ordinal);
        Assert.Contains("The process two has died", health, StringComparison.Ordinal);
        Assert.Contains("The schedule is off (Scheduling:Enabled)", health, StringComparison.Ordinal);
        Assert.Contains("failed rebalance_orgs over all organizations", health, StringComparison.Ordinal);
        Assert.Contains("store_rates: The disk is full.", health, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(180, false)]
    [InlineData(200, true)]
    public async Task Health_NoPassForThreeCycles_IsLate(int secondsAgo, bool isLate) => Assert.Equal(
        isLate,
        (await HealthAsync(Samples.Healthy with { LastPass = Samples.Pass with { StartedAt = Rendered.Now.AddSeconds(-secondsAgo) } })).Contains("A pass should start every 1 min", StringComparison.Ordinal));

    [Fact]
    public async Task Health_OfOthers_IsAWord() =>
        Assert.Equal("The service healthy", await HealthAsync(new(HealthState.Healthy, [], [], TimeSpan.FromMinutes(1), LastPass: null, SeesPasses: false)));

    private static async Task<string> HealthAsync(ServiceHealth health) =>
        (await ShowAsync(Two with { Health = health })).QuerySelector("section[aria-labelledby=health]")!.Read();

    private static Task<IHtmlDocument> ShowAsync(OverviewView view, PageFrame? frame = null) =>
        Rendered.PageAsync<OverviewPage, OverviewView>(view, frame ?? Rendered.Frame(Section.Overview));
}
