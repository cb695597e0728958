using System.Net;
using System.Net.Http.Json;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.Tests;

namespace DynamicSampling.IntegrationTests.Dashboard;

public sealed class RateVersionsPagesTests
{
    private const string Page = "/organizations/acme/settings/rates";
    private const string Form = "main form.card";

    [Fact]
    public async Task Page_NothingPublished_SaysWhatItTakes()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();

        Assert.Contains("version 1", (await client.GetPageAsync(Page)).QuerySelector(".empty")!.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task RollBack_EarlierVersion_IsInForceAndPinnedUntilItIsEnded()
    {
        await using var host = new ApiHost();
        using var client = await TwoVersionsAsync(host);
        using var back = await client.SendFormAsync(await client.GetPageAsync(Page), Form, action: null, ("version", "1"), ("hours", "0.5"));
        var page = await client.GetPageAsync(back.SeeOther());
        var rates = await client.GetJsonAsync("/api/organizations/acme/rates");
        var settings = await client.GetPageAsync("/organizations/acme/settings");
        using var ended = await client.SendFormAsync(settings, ".notice.warn form", action: null);

        Assert.Equal(["3 in force", "2", "1"], page.QuerySelectorAll("tbody th").Select(cell => cell.Read()));
        Assert.Contains("a rollback to version 1", page.QuerySelector("tbody tr")!.Read(), StringComparison.Ordinal);
        Assert.Equal(
            (3, 1, "2026-11-22T10:30:00.000Z"),
            (rates.GetProperty("version").GetInt64(), rates.GetProperty("pin").GetProperty("version").GetInt64(), rates.GetProperty("pin").GetProperty("until").GetString()));
        Assert.Contains("pinned to those of version 1", settings.QuerySelector(".notice.warn")!.Read(), StringComparison.Ordinal);
        Assert.Contains("(in 30 min)", settings.QuerySelector(".notice.warn")!.Read(), StringComparison.Ordinal);
        var after = await client.GetPageAsync(ended.SeeOther());
        Assert.Null(after.QuerySelector(".notice.warn"));
        Assert.Contains("The pin has ended.", after.QuerySelector(".notice.good")!.Read(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "", "version", "Choose one of them.")]
    [InlineData("99", "1", "version", "is not kept")]
    [InlineData("1", "169", "hours", "Must be from 00:01:00 to 7.00:00:00")]
    [InlineData("1", "0", "hours", "Must be from 00:01:00 to 7.00:00:00")]
    [InlineData("1", "1e300", "hours", "Must be from 00:01:00 to 7.00:00:00")]
    [InlineData("1", "long", "hours", "Must be a number")]
    public async Task RollBack_BadValue_IsSaidAtItsFieldAndChangesNothing(string version, string hours, string field, string said)
    {
        await using var host = new ApiHost();
        using var client = await TwoVersionsAsync(host);
        using var response = await client.SendFormAsync(await client.GetPageAsync(Page), Form, action: null, ("version", version), ("hours", hours));
        var page = await response.ReadPageAsync(HttpStatusCode.BadRequest);

        Assert.Contains(said, page.QuerySelector("#problems")!.Read(), StringComparison.Ordinal);
        Assert.NotNull(page.QuerySelector(page.QuerySelector("#problems a")!.GetAttribute("href")!));
        Assert.Contains(said, field == "version" ? page.QuerySelector("form > .problem")!.Read() : page.ProblemAt(field), StringComparison.Ordinal);
        Assert.Equal(2, (await client.GetJsonAsync("/api/organizations/acme/rates")).GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task RollBack_WithoutItsToken_IsRefused()
    {
        await using var host = new ApiHost();
        using var client = await TwoVersionsAsync(host);
        var page = await client.GetPageAsync(Page);
        using var back = await client.SendFormAsync(page, Form, action: null, ("version", "1"), ("__RequestVerificationToken", null));
        using var pin = await client.PostAsJsonAsync("/api/organizations/acme/rates:rollback", new { version = 1 });
        using var unpin = await client.SendFormAsync(await client.GetPageAsync(Page), ".notice.warn form", action: null, ("__RequestVerificationToken", null));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (back.StatusCode, unpin.StatusCode));
        Assert.Equal(1, (await client.GetJsonAsync("/api/organizations/acme/rates")).GetProperty("pin").GetProperty("version").GetInt64());
    }

    private static async Task<HttpClient> TwoVersionsAsync(ApiHost host)
    {
        var client = await host.WithVolumesAsync("acme", ("a", 10), ("b", 990));
        using var first = await client.RunTaskAsync("rebalance_orgs");
        using var put = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = 0.5 });
        using var second = await client.RunTaskAsync("rebalance_orgs");
        return client;
    }
}
