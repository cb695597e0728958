using System.Net;
using System.Net.Http.Json;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;
using DynamicSampling.Dashboard.Text;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.SamplingTasks;
using DynamicSampling.Tests;

namespace DynamicSampling.IntegrationTests.Dashboard;

/// <summary>Which service is sampled at what rate, and why.</summary>
public sealed class ServicesTests
{
    private const string Services = "/organizations/acme/services";
    private const string Odd = "a/b %2F <script>alert(1)</script>";

    [Fact]
    public async Task List_RatesAndTraffic_HasBothThatLackTheOther()
    {
        await using var host = new ApiHost();
        using var client = await PublishAsync(host);
        // What was quiet is silent now, and something has come since.
        host.Clock.Advance(TimeSpan.FromMinutes(61));
        await client.PostAsync(new Volume("loud", "GET /", 50_000, 500), new Volume("fresh", "GET /new", 100, 3));
        var rows = Rows(await client.GetPageAsync(Services));

        Assert.Equal(["loud", "fresh", Odd, "quiet"], rows.Select(row => row[0]));
        Assert.Equal(["10.0 %", "—", "100", "3"], rows[1][1..5]);
        Assert.Equal("No rate yet: the target", rows[1][6]);
        Assert.Equal(["100 %", "100 %", "0", "0", "0 %", "So quiet that all is kept; no traffic"], rows[3][1..]);
    }

    [Fact]
    public async Task List_Rates_AreThoseOfTheHttpApiAndOfTheVersionBefore()
    {
        await using var host = new ApiHost();
        using var client = await PublishAsync(host);
        var before = await client.RatesAsync();
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.3 });
        await client.RunAsync("rebalance_orgs");
        var now = await client.RatesAsync();
        var row = Rows(await client.GetPageAsync(Services + "?volumes=rates&q=LOUD")).Single();

        Assert.Equal([Percent(now.Projects("servedRate")["loud"]), Percent(before.Projects("servedRate")["loud"]), "50,000", "500"], row[1..5]);
        Assert.Equal("The target", row[6]);

        static string Percent(double rate) => Format.Percent(rate);
    }

    [Fact]
    public async Task List_ByTransaction_HasThoseOfAllServices()
    {
        await using var host = new ApiHost();
        using var client = await PublishAsync(host);
        await client.PostAsync(new Volume("fresh", "GET /new", 100));
        var rows = Rows(await client.GetPageAsync(Services + "?by=transaction&sort=transaction"));

        Assert.Equal(["GET /", "GET /", "GET /<b>", "GET /new"], rows.Select(row => row[0]));
        Assert.Equal(["loud", "quiet", Odd, "fresh"], rows.Select(row => row[1]));
        Assert.Equal("10.0 %", rows[3][2]);
    }

    [Fact]
    public async Task List_ThousandsOfTransactions_ArePagedAndStayAsTheyAreForAWhile()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(Enumerable.Range(0, 2500).Select(i => new Volume("checkout", $"GET /{i}", 10_000 - i, 1)));
        var first = await client.GetPageAsync(Services + "?by=transaction&page=2");
        await client.PostAsync(new Volume("checkout", "GET /first", 1_000_000));
        var second = await client.GetPageAsync(Services + "?by=transaction&page=1");
        host.Clock.Advance(TimeSpan.FromSeconds(16));
        var third = await client.GetPageAsync(Services + "?by=transaction&page=1");

        Assert.Equal("51–100 of 2,500", first.QuerySelector(".pages span")!.TextContent);
        Assert.Equal("GET /50", Rows(first)[0][0]);
        Assert.Equal("GET /0", Rows(second)[0][0]);
        Assert.Equal("GET /first", Rows(third)[0][0]);
    }

    [Fact]
    public async Task List_NewRates_AreShownAtOnceAlsoOfLargeTables()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(Enumerable.Range(0, 2500).Select(i => new Volume("checkout", $"GET /{i}", 10_000 - i, 1)));
        var before = Rows(await client.GetPageAsync(Services + "?by=transaction"))[0];
        await client.RunAsync("rebalance_orgs", "acme");
        var after = Rows(await client.GetPageAsync(Services + "?by=transaction"))[0];

        Assert.Equal("No pass yet: the target", before[^1]);
        Assert.Equal("Balanced against others of its service", after[^1]);
    }

    [Fact]
    public async Task List_OrganizationNobodyHasHeardOf_TellsTheFirstStep()
    {
        await using var host = new ApiHost();
        using var client = host.Listen();
        var page = await client.GetPageAsync("/organizations/o%2F%3Cb%3E/services");

        Assert.Contains($"curl {client.BaseAddress}api/volumes", page.QuerySelector(".empty pre")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("\"o/\\u003Cb\\u003E\"", page.QuerySelector(".empty pre")!.TextContent, StringComparison.Ordinal);
        Assert.Null(page.QuerySelector("b"));
    }

    [Fact]
    public async Task Show_Service_IsWhatTheHttpApiSays()
    {
        await using var host = new ApiHost();
        using var client = await PublishAsync(host);
        var rates = await client.RatesOfAsync("loud");
        var page = await client.GetPageAsync(Services + "/loud");

        Assert.Equal(Format.Percent(rates.Number("servedRate")), page.QuerySelector(".figure")!.Read());
        Assert.StartsWith("Of 50,000 traces in 1 h, ", page.QuerySelector(".lead")!.Read(), StringComparison.Ordinal);
        Assert.Contains("It is one of the loud services.", page.QuerySelector(".because li")!.Read(), StringComparison.Ordinal);
        Assert.Equal(["GET /"], Rows(page).Select(row => row[0]));
        Assert.Equal(2, page.QuerySelectorAll("figure.chart").Length);
    }

    // On a socket: only there a path is as it was sent.
    [Fact]
    public async Task Show_OddNames_AreFoundAndAreText()
    {
        await using var host = new ApiHost();
        using var client = await PublishAsync(host, host.Listen());
        var list = await client.GetPageAsync(Services);
        var link = list.QuerySelectorAll("tbody a").Single(a => a.TextContent == Odd).GetAttribute("href")!;
        var page = await client.GetPageAsync(link);

        Assert.Equal(Odd, page.QuerySelector("h1")!.TextContent);
        Assert.Equal(["GET /<b>"], Rows(page).Select(row => row[0]));
        Assert.Null(page.QuerySelector("script:not([src])"));
        Assert.Null(page.QuerySelector(".notice.warn"));
    }

    [Fact]
    public async Task Show_ServiceNobodyHasHeardOf_HasWhatItsClientsWouldGet()
    {
        await using var host = new ApiHost();
        using var client = await PublishAsync(host);
        var page = await client.GetPageAsync(Services + "/nobody");

        Assert.Contains("Nobody has heard of a service of this name", page.QuerySelector(".notice.warn")!.Read(), StringComparison.Ordinal);
        Assert.Equal("10.0 %", page.QuerySelector(".figure")!.Read());
    }

    [Theory]
    [InlineData("loud", "?transaction=GET+%2F&environment=&release=&replay=&fields=")]
    [InlineData("quiet", "?transaction=x")]
    [InlineData("nobody", "?transaction=GET+%2Fhealthz&environment=production")]
    [InlineData("loud", "?transaction=&environment=dev&fields=trace.user%3D17")]
    public async Task Show_Question_IsAnsweredAsTheHttpApiDoes(string project, string query)
    {
        await using var host = new ApiHost();
        using var client = await PublishAsync(host);
        var page = await client.GetPageAsync($"{Services}/{project}{query}");
        string? Asked(string name) => page.QuerySelector($"#trace [name={name}]") switch
        {
            IHtmlInputElement { Value.Length: > 0 } input => input.Value,
            _ => null,
        };
        using var response = await client.PostAsJsonAsync(
            $"/api/organizations/acme/projects/{project}/rules:evaluate", new { transaction = Asked("transaction"), environment = Asked("environment") });
        var answer = await response.ReadJsonAsync();

        Assert.Equal(Format.Percent(answer.Number("rate")), page.QuerySelector("#trace .answer")!.Read());
        Assert.Equal(answer.GetProperty("rules").GetArrayLength(), page.QuerySelectorAll("#trace .notice li").Length);
    }

    [Theory]
    [InlineData("/organizations/%01/services")]
    [InlineData("/organizations/acme/services/%FF")]
    public async Task Show_NameThatIsNone_IsRefusedWithAPage(string path)
    {
        await using var host = new ApiHost();
        using var client = host.Listen();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Accept.ParseAdd("text/html");
        using var response = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("<h1>", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<HttpClient> PublishAsync(ApiHost host, HttpClient? listening = null)
    {
        var client = listening ?? host.CreateClient();
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.1 });
        await client.PostAsync(new Volume("loud", "GET /", 50_000, 500), new Volume("quiet", "GET /", 20), new Volume(Odd, "GET /<b>", 30));
        await client.RunAsync("boost_low_volume_projects");
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.2 });
        await client.RunAsync("boost_low_volume_projects");
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.1 });
        await client.RunAsync("boost_low_volume_projects");
        return client;
    }

    // The cells of the table of rates.
    private static List<string[]> Rows(IHtmlDocument page) =>
        [.. page.QuerySelectorAll("table.rates tbody tr").Select(row => row.Children.Select(cell => cell.TextContent.Trim()).ToArray())];
}
