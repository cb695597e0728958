using AngleSharp.Html.Dom;
using DynamicSampling.Dashboard.Clients;
using DynamicSampling.Dashboard.Layout;

namespace DynamicSampling.Tests.Dashboard.Clients;

public sealed class ClientsPageTests
{
    private static readonly ClientRow Checkout = new(
        "checkout/<b>", Obedience.Obeys, "All is well.", Rendered.Now.AddSeconds(-30), PollSeconds: 60, Pollers: 3, Version: 7, Rendered.Now, IsFolded: false, Instances: 0, IsExact: false);

    private static readonly ClientRow Lonely = new(
        "lonely", Obedience.NeverAsked, "It has never asked.", LastPollAt: null, PollSeconds: null, Pollers: null, Version: null, Rendered.Now, IsFolded: true, Instances: 0, IsExact: null);

    [Fact]
    public async Task Page_Clients_SaysWhoObeysAndWhatToDo()
    {
        var page = await ShowAsync(new(Version: 7, [Checkout, Lonely], HasMore: false));
        var rows = page.QuerySelectorAll("tbody tr");

        Assert.Equal("checkout/<b> obeys All is well. 2026-11-22 09:59:30 UTC 1 min 3 7, the current one 2026-11-22 10:00:00 UTC estimated from what was kept", rows[0].Read());
        Assert.Equal("/organizations/acme/clients/checkout%2F%3Cb%3E", rows[0].QuerySelector("a")!.GetAttribute("href"));
        Assert.Equal("never asked", rows[1].QuerySelector(".badge.bad")!.Read());
        Assert.Contains("The lines for that are below.", rows[1].Read(), StringComparison.Ordinal);
        Assert.Contains("too many names", rows[1].Read(), StringComparison.Ordinal);
        Assert.NotNull(page.QuerySelector("#connect-lines"));
        Assert.Null(page.QuerySelector(".pages"));
    }

    [Theory]
    [InlineData(Obedience.Obeys, "obeys", "badge good")]
    [InlineData(Obedience.Lags, "follows old rates", "badge warn")]
    [InlineData(Obedience.Ignores, "ignores its rates", "badge bad")]
    [InlineData(Obedience.NeverAsked, "never asked", "badge bad")]
    [InlineData(Obedience.Unknown, "cannot tell yet", "badge ")]
    public async Task Badge_State_IsSaidInWords(Obedience state, string text, string kind)
    {
        var badge = (await Rendered.ComponentAsync<ObedienceBadge>(("State", state))).QuerySelector(".badge")!;

        Assert.Equal((text, kind), (badge.Read(), badge.ClassName));
    }

    [Theory]
    [InlineData(null, "—")]
    [InlineData(7L, "7, the current one")]
    [InlineData(5L, "5 of 7")]
    public void Version_Given_IsComparedWithTheCurrentOne(long? given, string expected) => Assert.Equal(expected, ClientWords.Version(given, served: 7));

    [Fact]
    public void Counts_Volume_SaysWhetherItIsExact()
    {
        Assert.Equal("exact: 1 process reports", ClientWords.Counts(Checkout with { Instances = 1 }));
        Assert.Equal("exact: 2,000 processes report", ClientWords.Counts(Checkout with { Instances = 2000 }));
        Assert.Equal("exact", ClientWords.Counts(Checkout with { IsExact = true }));
        Assert.Equal("nothing in the last hour", ClientWords.Counts(Lonely));
    }

    [Fact]
    public async Task Page_NoClients_HasTheLinesWithThisAddress()
    {
        var page = await ShowAsync(new(Version: 0, [], HasMore: false));

        Assert.Contains("endpoint: 'http://here:5000/o/acme'", page.QuerySelector(".empty")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("http://here:5000/o/acme/v1/traces", page.QuerySelector(".empty")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("KEY", page.QuerySelector(".empty")!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("default", false, "http://here:5000/v1/traces")]
    [InlineData("a/b c", false, "http://here:5000/o/a%2Fb%20c/v1/traces")]
    [InlineData("acme", true, "http://here:5000/k/KEY/o/acme/v1/traces")]
    public async Task Lines_Organization_IsInThePath(string organization, bool needsKey, string expected)
    {
        var lines = await Rendered.ComponentAsync<ConnectLines>(("Address", "http://here:5000"), ("Organization", organization), ("NeedsKey", needsKey));

        Assert.Equal(expected, lines.QuerySelector("dd code")!.TextContent);
    }

    [Fact]
    public async Task Page_More_IsALinkToWhatComesAfter()
    {
        var page = await ShowAsync(new(Version: 7, [Lonely, Checkout], HasMore: true), after: "a");

        Assert.Equal(
            ["/organizations/acme/clients", "/organizations/acme/clients?after=checkout%2F%3Cb%3E"],
            page.QuerySelectorAll(".pages a").Select(link => link.GetAttribute("href")));
    }

    [Fact]
    public async Task InstancesPage_Processes_AreListed()
    {
        var instance = new InstanceRow("host-1/17", "Sampler/1.0", Obedience.Lags, "It is behind.", Rendered.Now.AddHours(-1), Rendered.Now, 10, Total: 1647, Kept: 75);
        var page = await Rendered.PageAsync<InstancesPage, InstancesModel>(
            new(new("checkout", Version: 7, Checkout with { Instances = 1 }, [instance], HasMore: true), After: "", "http://here:5000"), Rendered.Frame(Section.Clients, "acme"));

        Assert.Equal(
            "host-1/17 follows old rates It is behind. Sampler/1.0 2026-11-22 10:00:00 UTC 2026-11-22 09:00:00 UTC 75 of 1,647 in 10.0 s", page.QuerySelector("tbody tr")!.Read());
        Assert.Equal("/organizations/acme/clients/checkout?after=host-1%2F17", Assert.Single(page.QuerySelectorAll(".pages a")).GetAttribute("href"));
        Assert.Equal("/organizations/acme/services/checkout", page.QuerySelector(".head .actions a")!.GetAttribute("href"));
    }

    [Fact]
    public async Task InstancesPage_NothingHeard_SaysSo()
    {
        var page = await Rendered.PageAsync<InstancesPage, InstancesModel>(
            new(new("checkout", Version: 7, Client: null, [], HasMore: false), After: "", "http://here:5000"), Rendered.Frame(Section.Clients, "acme"));

        Assert.Contains("within the last hour", page.QuerySelector("section[aria-labelledby=together]")!.Read(), StringComparison.Ordinal);
        Assert.NotNull(page.QuerySelector("#connect-lines"));
    }

    private static Task<IHtmlDocument> ShowAsync(ClientsView clients, string after = "") =>
        Rendered.PageAsync<ClientsPage, ClientsModel>(new(clients, after, "http://here:5000"), Rendered.Frame(Section.Clients, "acme"));
}
