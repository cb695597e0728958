using AngleSharp.Html.Dom;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Overview;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tests.Dashboard.Overview;

public sealed class OrganizationPageTests
{
    [Fact]
    public async Task Page_GoalMet_SaysWhatIsKeptOfWhat()
    {
        var page = await ShowAsync(Samples.Organization());

        Assert.Equal("acme goal met", page.QuerySelector("h1")!.Read());
        Assert.Contains("Target 10.0 % (set by hand).", page.QuerySelector(".head")!.Read(), StringComparison.Ordinal);
        Assert.Equal(
            ["5 minutes 1,000 100 10.0 % met exact", "1 hour 12,000 1,300 10.8 % 8.33 % too much estimated", "1 day 288,000 28,000 9.72 % met, 2.78 % below estimated"],
            page.QuerySelectorAll("section[aria-labelledby=achieved] tbody tr").Select(row => row.Read()));
        Assert.Null(page.QuerySelector("#obstacles"));
        Assert.Null(page.QuerySelector("#start"));
    }

    [Fact]
    public async Task Page_Rates_SaySinceWhenAndWhy()
    {
        var page = await ShowAsync(Samples.Organization());

        var rates = page.QuerySelector("section[aria-labelledby=rates]")!;
        Assert.Equal(
            "The rates in force Version 7 Since 2026-11-22 09:59:42 UTC, 18 s ago Computed by this run; 3 services changed Correction Rates are multiplied by 1.03, because too little was kept before. Clients kept 3.00 % less than the rates say.",
            rates.Read());
        Assert.Equal($"/runs/{Samples.Pass.Id}", rates.QuerySelector("a")!.GetAttribute("href"));
        Assert.Equal("shop GET / 5.00 % ▼ 3.10 % −230 its traffic went from 1,000 to 4,000 traces an hour", page.QuerySelector("section[aria-labelledby=movers] tbody tr")!.Read());
        Assert.Equal("shop 10,000 5.00 % 500 80.0 %", page.QuerySelector("section[aria-labelledby=largest] tbody tr")!.Read());
        Assert.Contains("3.20 s, of which 2.90 s (91 %) in fetch_volumes", page.QuerySelector("section[aria-labelledby=last-run]")!.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Corrections_AreSaidInWords()
    {
        Assert.Contains("Expired", await CorrectionAsync(new(1.2, Rendered.Now.AddMinutes(-1), 0.9)), StringComparison.Ordinal);
        Assert.Contains("switched off", await CorrectionAsync(Recalibration.None), StringComparison.Ordinal);
        Assert.Equal("None needed. Clients kept what the rates say.", await CorrectionAsync(new(1, Rendered.Now.AddMinutes(1), 1.001)));
        Assert.Equal("Rates are multiplied by 0.800, because too much was kept before.", await CorrectionAsync(new(0.8, Rendered.Now.AddMinutes(1), Obedience: null)));
        Assert.StartsWith("Each service has its own.", await CorrectionAsync(new(2, Rendered.Now.AddMinutes(1), 1), SamplingMode.Project), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_GoalMissed_SaysWhyAndWhatToDo()
    {
        var page = await ShowAsync(Samples.Organization(Samples.Goal(
            met: false, "a/b", new Obstacle(ObstacleKind.FloorsBind, "Minimum rates bind for 3 rates.", 1204), new Obstacle(ObstacleKind.ClientsNotFollowing, "Clients keep 50 %.", null))));

        var obstacles = page.QuerySelector("section[aria-labelledby=obstacles]")!;
        Assert.Equal("Why the goal is missed", obstacles.QuerySelector("h2")!.Read());
        Assert.Equal(
            ["Minimum rates bind +1,204 traces an hour Minimum rates bind for 3 rates. Lower the minimum rate, or raise the target", "Clients do not follow Clients keep 50 %. See which clients do not follow"],
            obstacles.QuerySelectorAll("li").Select(item => item.Read()));
        Assert.Equal(["/organizations/a%2Fb/settings", "/organizations/a%2Fb/clients"], obstacles.QuerySelectorAll("a").Select(link => link.GetAttribute("href")));
    }

    [Fact]
    public async Task Page_GoalMissedForNoReason_SaysToLookAgain() =>
        Assert.Contains("Look again", (await ShowAsync(Samples.Organization(Samples.Goal(met: false)))).QuerySelector(".notice.warn")!.Read(), StringComparison.Ordinal);

    [Fact]
    public async Task Page_PinnedRates_SayByWhomAndUntilWhen()
    {
        var pin = new RatesPin(5, Rendered.Now.AddHours(1), "ann");
        var view = Samples.Organization(Samples.Goal(met: false, "acme", new Obstacle(ObstacleKind.RatesPinned, "DELETE …/rates/pin ends that.", null)) with { Pin = pin });
        var page = await ShowAsync(view with { Rates = view.Rates! with { Version = Samples.Version with { RestoredFrom = 5, Pin = pin } } });

        Assert.Contains("ann rolled the rates back to those of version 5.", page.QuerySelector("section[aria-labelledby=obstacles]")!.Read(), StringComparison.Ordinal);
        Assert.Contains("Pinned until 2026-11-22 11:00:00 UTC by ann", page.QuerySelector("section[aria-labelledby=rates]")!.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_UnknownOrganization_IsHonestAndShowsTheFirstSteps()
    {
        const string Name = "it's <script>alert(1)</script>/%2F";
        var page = await ShowAsync(Samples.Organization(Samples.NoTraffic(Name)) with { IsKnown = false, Rates = null, Largest = [], LastRun = null });

        Assert.Equal($"{Name} no traffic", page.QuerySelector("h1")!.Read());
        Assert.Contains("Nothing of this organization has arrived", page.QuerySelector(".notice")!.Read(), StringComparison.Ordinal);
        Assert.Contains("/o/it%27s%20%3Cscript%3Ealert%281%29%3C%2Fscript%3E%2F%252F", page.QuerySelector("#start")!.TextContent, StringComparison.Ordinal);
        Assert.Null(page.QuerySelector("section[aria-labelledby=history]"));
        Assert.Single(page.QuerySelectorAll("script"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Page_NoRatesYet_SaysHowToGetThem(bool mayChange)
    {
        var page = await ShowAsync(Samples.Organization(Samples.Goal(met: null, "acme", new Obstacle(ObstacleKind.NoRatesYet, "No rates.", null))) with { Rates = null, Largest = [] }, mayChange);

        Assert.Equal("acme too early to tell", page.QuerySelector("h1")!.Read());
        Assert.Equal("/tasks/rebalance_orgs", page.QuerySelector("section[aria-labelledby=rates] a")!.GetAttribute("href"));
        Assert.Equal(mayChange ? "Change it" : "See the settings", page.QuerySelector(".head a")!.Read());
    }

    [Fact]
    public void Remedies_EveryObstacle_HasOne() =>
        Assert.All(Enum.GetValues<ObstacleKind>(), kind => Assert.Equal(Remedy.Of(kind, "acme", new("")).Href is null, Remedy.Of(kind, "acme", new("")).Action is null));

    private static async Task<string> CorrectionAsync(Recalibration recalibration, SamplingMode mode = SamplingMode.Organization)
    {
        var view = Samples.Organization();
        var page = await ShowAsync(view with { Rates = view.Rates! with { Version = Samples.Version with { Recalibration = recalibration, Mode = mode } } });
        return page.QuerySelectorAll("section[aria-labelledby=rates] dd")[3].Read();
    }

    private static Task<IHtmlDocument> ShowAsync(OrganizationView view, bool mayChange = true) => Rendered.PageAsync<OrganizationPage, OrganizationPageView>(
        new(view, "http://localhost:5000"), Rendered.Frame(Section.Overview, view.Name, mayChange));
}
