using AngleSharp.Dom;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Ingest;
using DynamicSampling.IntegrationTests.Serving;

namespace DynamicSampling.IntegrationTests.Dashboard;

/// <summary>Who asks for rates, and who keeps to them.</summary>
public sealed class ClientsTests
{
    private const string Clients = "/organizations/acme/clients";

    [Fact]
    public async Task List_PollsAndSpans_SaysTheSameAsTheHttpApi()
    {
        await using var host = new ApiHost();
        using var client = await FollowAsync(host);
        var items = (await client.GetJsonAsync("/api" + Clients)).GetProperty("items");
        var rows = (await client.GetPageAsync(Clients)).QuerySelectorAll("tbody tr");

        Assert.Equal(["checkout", "<b>si/lent"], items.EnumerateArray().Select(item => item.GetProperty("service").GetString()).Reverse());
        Assert.Equal("<b>si/lent", rows[0].QuerySelector("th")!.TextContent);
        Assert.Equal("never asked", rows[0].QuerySelector(".badge")!.TextContent);
        Assert.Equal("ignores its rates", rows[1].QuerySelector(".badge")!.TextContent);
        Assert.Contains(items[1].GetProperty("message").GetString()!, rows[1].TextContent, StringComparison.Ordinal);
        Assert.Equal(
            ["2026-11-22 10:04:00 UTC", "1 min", "1", "1, the current one", "2026-11-22 10:05:00 UTC"],
            rows[1].Children.Skip(2).Take(5).Select(cell => cell.TextContent.Trim()));
    }

    [Fact]
    public async Task Show_ServiceOfTheList_IsFoundByItsLink()
    {
        await using var host = new ApiHost();
        using var client = await FollowAsync(host, listens: true);
        var list = await client.GetPageAsync(Clients);
        var page = await client.GetPageAsync(list.QuerySelector("tbody a")!.GetAttribute("href")!);

        Assert.Equal("<b>si/lent", page.QuerySelector("h1")!.TextContent);
        Assert.Equal("never asked", page.QuerySelector(".badge")!.TextContent);
        Assert.Null(page.QuerySelector("b"));
    }

    [Fact]
    public async Task List_Nobody_HasTheLinesWithTheAddressOfTheRequest()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var page = await client.GetPageAsync(Clients);

        Assert.Contains("http://localhost/o/acme/v1/traces", page.QuerySelector(".empty")!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?after=zzz", "There are no more")]
    [InlineData("?after=a%00b", "Who asks")]
    [InlineData("?after=", "Who asks")]
    public async Task List_After_GoesOnThere(string query, string expected)
    {
        await using var host = new ApiHost();
        using var client = await FollowAsync(host);

        Assert.Contains(expected, (await client.GetPageAsync(Clients + query)).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
    }

    private static async Task<HttpClient> FollowAsync(ApiHost host, bool listens = false)
    {
        // On a socket paths are as they were sent.
        if (listens)
            host.Listen().Dispose();
        var client = await host.WithRatesAsync("acme");
        for (var poll = 0; poll < 5; poll++)
        {
            await client.GetStringAsync("/o/acme/sampling?service=checkout");
            host.Clock.Advance(TimeSpan.FromSeconds(60));
        }

        await client.SendTracesAsync(Traces.Roots("checkout", "GET /cart", 100, host.Clock.GetUtcNow()), "/o/acme/v1/traces");
        await client.SendTracesAsync(Traces.Roots("<b>si/lent", "GET /", 1, host.Clock.GetUtcNow()), "/o/acme/v1/traces");
        return client;
    }
}
