using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Authentication;

namespace DynamicSampling.IntegrationTests.Dashboard;

public sealed partial class OverviewTests
{
    [Fact]
    public async Task Get_FreshService_LeadsToAFirstRateByItsOwnCommands()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var welcome = await ShowAsync(client, "/");
        var commands = welcome.QuerySelectorAll("#start pre").Select(command => command.TextContent).Where(command => command.StartsWith("curl", StringComparison.Ordinal)).ToList();
        foreach (var command in commands)
            await ExecuteAsync(client, command);
        var page = await ShowAsync(client, "/");

        Assert.Equal("Welcome", welcome.QuerySelector("h1")!.TextContent);
        Assert.Equal(2, commands.Count);
        Assert.Equal("default", page.QuerySelector("h1")!.FirstChild!.TextContent.Trim());
        Assert.Equal(["storefront", "stock", "billing"], page.QuerySelectorAll(".largest tbody th").Select(service => service.TextContent));
        Assert.Equal("goal met", page.QuerySelector("h1 .badge")!.TextContent);
        Assert.Equal("completed", page.QuerySelector("section[aria-labelledby=health] p .badge")!.TextContent);
    }

    [Theory]
    [InlineData("it's <b>&\"%2F/\\")]
    [InlineData("nobody")]
    public async Task Get_UnknownOrganization_ShowsTheWayWithItsName(string organization)
    {
        await using var host = new ApiHost();
        // On a socket, as names in paths are what they are there only.
        using var client = host.Listen();
        var path = $"/organizations/{Uri.EscapeDataString(organization)}";
        var unknown = await ShowAsync(client, path);
        foreach (var command in unknown.QuerySelectorAll("#start pre").Select(command => command.TextContent).Where(command => command.StartsWith("curl", StringComparison.Ordinal)))
            await ExecuteAsync(client, command);
        var known = await ShowAsync(client, path);

        Assert.Equal(organization, unknown.QuerySelector("h1")!.FirstChild!.TextContent.Trim());
        Assert.NotNull(unknown.QuerySelector(".notice"));
        Assert.Empty(unknown.QuerySelectorAll("b"));
        Assert.Equal(3, known.QuerySelectorAll(".largest tbody tr").Length);
        Assert.Null(known.QuerySelector("#start"));
    }

    [Fact]
    public async Task Get_Several_AreListedFoundAndPaged()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await PostAsync(client, Enumerable.Range(0, 30).Select(i => $"org-{i:00}"));
        var first = await ShowAsync(client, "/");
        var second = await ShowAsync(client, first.QuerySelector("nav.pages a")!.GetAttribute("href")!);
        var found = await ShowAsync(client, "/?q=ORG-2");

        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"org-{i:00}"), NamesOf(first));
        Assert.Equal(Enumerable.Range(12, 12).Select(i => $"org-{i:00}"), NamesOf(second));
        Assert.Equal(Enumerable.Range(20, 10).Select(i => $"org-{i:00}"), NamesOf(found));
        Assert.Equal("No organization has that in its name.", (await ShowAsync(client, "/?q=%25")).QuerySelector(".empty p")!.FirstChild!.TextContent.Trim());
    }

    [Fact]
    public async Task Get_Movers_AreThoseOfTheLastVersion()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("loud", 10_000), ("quiet", 100));
        foreach (var target in new[] { 0.1, 0.2 })
        {
            using var settings = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = target });
            using var run = await client.RunTaskAsync("rebalance_orgs");
        }

        var mover = Assert.Single((await ShowAsync(client, "/organizations/acme")).QuerySelectorAll(".movers tbody tr"));
        Assert.Equal("loud", mover.QuerySelector("th a")!.TextContent);
        Assert.Equal("the target went from 10.0 % to 20.0 %", mover.QuerySelector("td:last-child")!.TextContent);
    }

    [Theory]
    [InlineData("/?q=%00")]
    [InlineData("/?q=a%0Ab")]
    public async Task Get_SearchThatIsNone_IsRefusedBesideTheField(string path)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var page = await ShowAsync(client, path, HttpStatusCode.BadRequest);

        Assert.Equal("true", page.QuerySelector("#q")!.GetAttribute("aria-invalid"));
    }

    [Fact]
    public async Task Get_ScheduleIsOff_SaysSo()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();

        Assert.Contains("Scheduling:Enabled", (await ShowAsync(client, "/")).QuerySelector("section[aria-labelledby=health]")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_KeyOfOneOrganization_ShowsNothingOfOthers()
    {
        await using var host = TestKeys.Host(["acme"]);
        using var root = host.CreateClient(TestKeys.Root);
        await PostAsync(root, ["acme", "other"]);
        using var run = await root.RunTaskAsync("rebalance_orgs");
        using var client = host.CreateClient(TestKeys.Of("read", "acme"));
        var page = await ShowAsync(client, "/");

        Assert.Equal("acme", page.QuerySelector("h1")!.FirstChild!.TextContent.Trim());
        Assert.DoesNotContain("other", NamesOf(page));
        Assert.DoesNotContain("over all organizations", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains("not for your key", page.QuerySelector("section[aria-labelledby=last-run]")!.TextContent, StringComparison.Ordinal);
        using var foreign = await client.GetAsync("/organizations/other");
        Assert.Equal(HttpStatusCode.Forbidden, foreign.StatusCode);
    }

    private static string[] NamesOf(IHtmlDocument page) => [.. page.QuerySelectorAll(".organizations h2 a").Select(link => link.TextContent)];

    private static async Task PostAsync(HttpClient client, IEnumerable<string> organizations)
    {
        using var response = await client.PostAsJsonAsync(
            "/api/volumes", organizations.Select(organization => new { organization, project = "p", transaction = "t", total = 1000, kept = 100 }));
        response.EnsureSuccessStatusCode();
    }

    private static async Task<IHtmlDocument> ShowAsync(HttpClient client, string path, HttpStatusCode status = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/html");
        using var response = await client.SendAsync(request);
        Assert.Equal(status, response.StatusCode);
        return new HtmlParser().ParseDocument(await response.Content.ReadAsStringAsync());
    }

    // As a shell and curl would, as far as these commands go.
    private static async Task ExecuteAsync(HttpClient client, string command)
    {
        var parts = Command().Match(command);
        Assert.True(parts.Success, command);
        using var content = new StringContent(parts.Groups["body"].Value, System.Text.Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(new Uri(parts.Groups["address"].Value), content);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
    }

    [GeneratedRegex(@"^curl (?<address>\S+) -H 'Content-Type: application/json' -d '(?<body>[^']*)'$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Command();
}
