using System.Net;
using System.Text.Json;
using DynamicSampling.IntegrationTests.SamplingTasks;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>Pins that expire by themselves.</summary>
public class PinsTests
{
    private const string Acme = "/api/organizations/acme";
    private const string Pinned = """{"targetSampleRate":0.1,"pins":[{"project":"checkout","transaction":"GET /","always":true,"until":"2026-11-22T12:30:00+02:00"},{"project":"batch","maximumSampleRate":0.01}]}""";

    [Fact]
    public async Task Pass_APinHasExpired_DoesWithoutIt()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host);
        await client.RunAsync("rebalance_orgs");
        host.Clock.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromMilliseconds(1));
        await client.RunAsync("rebalance_orgs");
        var before = await client.RatesOfAsync("checkout");
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var served = await client.RatesOfAsync("checkout");
        var result = await client.RunAsync("rebalance_orgs");
        var after = await client.RatesOfAsync("checkout");
        var rules = await client.GetJsonAsync($"{Acme}/projects/checkout/rules");

        Assert.Equal("always", Reason(before));
        // It is the pass that finds it.
        Assert.Equal("always", Reason(served));
        Assert.Equal(1, result.Number("published"));
        Assert.Null(Reason(after));
        Assert.True(after.GetProperty("transactions")[0].Number("servedRate") < 1);
        Assert.DoesNotContain("\"value\":1}", rules.GetProperty("rules")[0].GetRawText().Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(0.01, (await client.RatesAsync()).Projects("servedRate")["batch"]);
    }

    [Fact]
    public async Task Get_APinHasExpired_ShowsItUntilTheSettingsArePutAgain()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host);
        host.Clock.Advance(TimeSpan.FromDays(1));
        await client.RunAsync("rebalance_orgs");
        var settings = await client.GetJsonAsync(Acme);
        using var again = await client.PutAsync(Acme, Bodies.Of(settings.GetRawText()));
        using var other = await client.PutAsync(Acme, Bodies.Of("""{"targetSampleRate":0.1}"""));

        Assert.Equal(
            ["2026-11-22T10:30:00Z", null], settings.GetProperty("pins").EnumerateArray().Select(pin => pin.Text("until")));
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(settings.GetProperty("pins").GetRawText(), (await again.ReadJsonAsync()).GetProperty("pins").GetRawText());
        Assert.Equal(JsonValueKind.Null, (await client.GetJsonAsync(Acme)).GetProperty("pins").ValueKind);
    }

    [Fact]
    public async Task ExportAndImport_APinWithAnEnd_KeepIt()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host);
        var exported = await client.GetStringAsync("/api/export");
        using var deleted = await client.DeleteAsync(Acme);
        using var imported = await client.PutAsync("/api/import", Bodies.Of(exported));

        Assert.Equal(HttpStatusCode.OK, imported.StatusCode);
        Assert.Contains("\"until\":\"2026-11-22T10:30:00Z\"", exported, StringComparison.Ordinal);
        Assert.Equal(exported, await client.GetStringAsync("/api/export"));
    }

    [Theory]
    [InlineData("\"tomorrow\"")]
    [InlineData("\"2026-11-22\"")]
    [InlineData("\"2026-11-22T12:00:00\"")]
    [InlineData("\"2026-02-30T12:00:00Z\"")]
    [InlineData("1795341600")]
    [InlineData("{}")]
    public async Task Put_UntilIsNoDate_Is400AndChangesNothing(string until)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var body = $$"""{"pins":[{"project":"p","always":true,"until":{{until}}}]}""";
        using var put = await client.PutAsync(Acme, Bodies.Of(body));
        using var imported = await client.PutAsync("/api/import", Bodies.Of($$"""{"version":1,"organizations":[{"organization":"acme","settings":{{body}} }]}"""));

        await HttpAssert.IsProblemAsync(put, HttpStatusCode.BadRequest, "$.pins[0].until", "A time must be like 2026-11-22T10:00:00Z.");
        await HttpAssert.IsProblemAsync(imported, HttpStatusCode.BadRequest, "$.organizations[0].settings.pins[0].until");
        Assert.Empty((await client.GetJsonAsync("/api/organizations")).GetProperty("items").EnumerateArray());
    }

    private static async Task<HttpClient> WithTrafficAsync(ApiHost host)
    {
        var client = host.CreateClient();
        using var put = await client.PutAsync(Acme, Bodies.Of(Pinned));
        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        await client.PostAsync(new Volume("checkout", "GET /", 1000, 100), new Volume("checkout", "GET /cart", 5000, 500), new Volume("batch", "night", 1000, 10));
        return client;
    }

    private static string? Reason(JsonElement rates) =>
        rates.GetProperty("transactions").EnumerateArray().Single(transaction => transaction.Text("transaction") == "GET /").Text("reason");
}
