using System.Globalization;
using System.Net;
using System.Text.Json;
using DynamicSampling.IntegrationTests.SamplingTasks;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>Versions of rates that are kept, and back to one of them for a while.</summary>
public class RollbackTests
{
    private const string Acme = "/api/organizations/acme";

    [Fact]
    public async Task Rollback_ToAnEarlierVersion_ServesExactlyItsRates()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var first = await PublishAsync(host, client, target: 0.2);
        await client.PostAsync(new Volume("checkout", "POST /order", 5000, 20), new Volume("batch", "night", 4000, 400));
        var second = await PublishAsync(host, client, target: 0.4);
        var made = await RollBackAsync(client, version: 1);
        var rates = await client.RatesAsync();

        Assert.NotEqual(first, second);
        Assert.Equal(first, await StrategiesAsync(client));
        Assert.Equal((3, 1), (made.Number("version"), made.Number("restoredFrom")));
        Assert.Equal((3, 1, 0.2), (rates.Number("version"), rates.Number("restoredFrom"), rates.Target().Rate));
        AssertPin(rates.GetProperty("pin"), version: 1, "2026-11-22T11:02:00.000Z");
        // One that has come since gets the target of the version, as it would have then.
        Assert.Equal(["checkout", "search"], rates.Projects().Keys);
    }

    // A factor would expire after three cycles.
    [Fact]
    public async Task Rollback_FactorOfTheVersion_HoldsAsLongAsThePinAndAPassMore()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var first = await PublishAsync(host, client, target: 0.2, kept: 300);
        var factor = (await client.RatesAsync()).Number("factor");
        await PublishAsync(host, client, target: 0.4);
        await RollBackAsync(client, version: 1, "02:00:00");
        host.Clock.Advance(TimeSpan.FromMinutes(119));
        var late = await StrategiesAsync(client);
        host.Clock.Advance(TimeSpan.FromMinutes(3));

        Assert.NotEqual(1, factor);
        Assert.Equal(first, late);
        Assert.Equal(first, await StrategiesAsync(client));
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.NotEqual(first, await StrategiesAsync(client));
    }

    [Theory]
    [InlineData("rebalance_orgs")]
    [InlineData("sliding_window_org")]
    [InlineData("boost_low_volume_projects")]
    [InlineData("boost_low_volume_transactions")]
    [InlineData("recalibrate_orgs")]
    public async Task Pass_WhileTheRatesArePinned_PublishesNothingAndSaysSo(string task)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var first = await PublishAsync(host, client, target: 0.2);
        await PublishAsync(host, client, target: 0.4);
        await RollBackAsync(client, version: 1);
        await client.PutAsync(Acme, new { targetSampleRate = 0.9 });
        var result = await client.RunAsync(task);
        var dry = await client.RunAsync(task, dryRun: true);

        Assert.Equal((1, 0, 0), (result.Number("pinned"), result.Number("published"), result.Number("failed")));
        Assert.Equal("1 organization: 0 published, 0 unchanged, 0 without volumes in the window, 1 pinned, 0 failed.", result.Text("message"));
        Assert.Equal(1, dry.Number("pinned"));
        Assert.Equal(first, await StrategiesAsync(client));
        Assert.Equal(3, (await client.RatesAsync()).Number("version"));
    }

    [Fact]
    public async Task Pass_AfterThePinHasEnded_PublishesAsUsual()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await PublishAsync(host, client, target: 0.2);
        await PublishAsync(host, client, target: 0.4);
        await RollBackAsync(client, version: 1, "00:10:00");
        host.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        var before = await client.RunAsync("rebalance_orgs");
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var atTheEnd = await client.RatesAsync();
        var after = await client.RunAsync("rebalance_orgs");
        var rates = await client.RatesAsync();

        Assert.Equal((1, 0), (before.Number("pinned"), before.Number("published")));
        Assert.Equal((0, 1), (after.Number("pinned"), after.Number("published")));
        Assert.Equal((JsonValueKind.Null, 1), (atTheEnd.GetProperty("pin").ValueKind, atTheEnd.Number("restoredFrom")));
        Assert.Equal((4, 0.4), (rates.Number("version"), rates.Target().Rate));
        Assert.Equal(JsonValueKind.Null, rates.GetProperty("restoredFrom").ValueKind);
    }

    // Its rates were computed before; the check is in the transaction that publishes.
    [Fact]
    public async Task Pass_InFlightWhileSomebodyRollsBack_DoesNotGetThrough()
    {
        var obstacles = new Obstacles();
        await using var host = obstacles.Host();
        using var client = host.CreateClient();
        var first = await PublishAsync(host, client, target: 0.2);
        await PublishAsync(host, client, target: 0.4);
        await client.PutAsync(Acme, new { targetSampleRate = 0.9 });
        obstacles.OnPublish = () => RollBackAsync(client, version: 1);
        var result = await client.RunAsync("rebalance_orgs");

        Assert.Equal((1, 0, 0), (result.Number("pinned"), result.Number("published"), result.Number("failed")));
        Assert.Equal(first, await StrategiesAsync(client));
    }

    [Fact]
    public async Task Pass_InFlightThatOnlyRenewsTheFactor_DoesNotTouchAPinnedOne()
    {
        var obstacles = new Obstacles();
        await using var host = obstacles.Host();
        using var client = host.CreateClient();
        await PublishAsync(host, client, target: 0.2, kept: 300);
        await PublishAsync(host, client, target: 0.4, kept: 300);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        obstacles.OnRenew = () => RollBackAsync(client, version: 1);
        await client.RunAsync("rebalance_orgs");
        await client.RunAsync("rebalance_orgs");
        var rates = await client.RatesAsync();

        Assert.Equal(1, rates.Number("restoredFrom"));
        Assert.True(DateTimeOffset.Parse(rates.Text("factorUntil")!, CultureInfo.InvariantCulture) > DateTimeOffset.Parse(rates.GetProperty("pin").Text("until")!, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Unpin_EarlierThanByItself_LetsTheNextPassPublish()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var first = await PublishAsync(host, client, target: 0.2);
        await PublishAsync(host, client, target: 0.4);
        await RollBackAsync(client, version: 1);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        foreach (var path in new[] { $"{Acme}/rates/pin", $"{Acme}/rates/pin", "/api/organizations/unknown/rates/pin" })
        {
            using var deleted = await client.DeleteAsync(path);
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        var unpinned = await StrategiesAsync(client);
        var rates = await client.RatesAsync();
        var result = await client.RunAsync("rebalance_orgs");
        var entries = (await client.GetJsonAsync($"{Acme}/audit")).GetProperty("items");

        Assert.Equal(first, unpinned);
        Assert.Equal((JsonValueKind.Null, 1), (rates.GetProperty("pin").ValueKind, result.Number("published")));
        Assert.Equal(["rates_unpinned", "rates_rolled_back"], entries.EnumerateArray().Select(entry => entry.Text("action")).Take(2));
        Assert.Equal(
            """{"version":3,"restoredFrom":1,"pinnedUntil":"2026-11-22T11:02:00Z","pinnedBy":"anonymous"}""", entries[0].GetProperty("before").GetRawText());
        Assert.Equal(
            ("3", """{"version":2}""", """{"version":3,"restoredFrom":1,"pinnedUntil":"2026-11-22T11:02:00Z"}"""),
            (entries[1].Text("subject"), entries[1].GetProperty("before").GetRawText(), entries[1].GetProperty("after").GetRawText()));
    }

    [Fact]
    public async Task Unpin_FactorOfTheVersion_ExpiresAsAnyOther()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await PublishAsync(host, client, target: 0.2, kept: 300);
        await PublishAsync(host, client, target: 0.4);
        await RollBackAsync(client, version: 1, "1.00:00:00");
        using var deleted = await client.DeleteAsync($"{Acme}/rates/pin");

        Assert.Equal(host.Clock.GetUtcNow().AddMinutes(3), DateTimeOffset.Parse((await client.RatesAsync()).Text("factorUntil")!, CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Rollback_Twice_TheLaterOneCounts()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var first = await PublishAsync(host, client, target: 0.2);
        var second = await PublishAsync(host, client, target: 0.4);
        await PublishAsync(host, client, target: 0.6);
        await RollBackAsync(client, version: 1, "1.00:00:00");
        var other = await RollBackAsync(client, version: 2, "00:01:00");
        var ofOther = await StrategiesAsync(client);
        var back = await RollBackAsync(client, version: 4);

        Assert.Equal((5, 6), (other.Number("version"), back.Number("version")));
        AssertPin(other.GetProperty("pin"), version: 2, "2026-11-22T10:04:00.000Z");
        Assert.Equal(second, ofOther);
        Assert.Equal(first, await StrategiesAsync(client));
    }

    [Fact]
    public async Task Rollback_ToTheVersionInForce_PinsIt()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var first = await PublishAsync(host, client, target: 0.2, kept: 300);
        var made = await RollBackAsync(client, version: 1);

        Assert.Equal((2, 1, 0), (made.Number("version"), made.Number("restoredFrom"), made.Number("projectsChanged")));
        Assert.Equal(first, await StrategiesAsync(client));
        Assert.Equal(1, (await client.RunAsync("rebalance_orgs")).Number("pinned"));
    }

    [Fact]
    public async Task Rollback_ProjectsThatCameAndWentSince_AreThoseOfTheVersionThatAreStillThere()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await PublishAsync(host, client, target: 0.2);
        await client.PostAsync(new Volume("gone", "GET /", 10_000), new Volume("again", "GET /", 10_000));
        await PublishAsync(host, client, target: 0.3);
        using var gone = await client.DeleteAsync($"{Acme}/projects/gone?data=true");
        using var again = await client.DeleteAsync($"{Acme}/projects/again?data=true");
        await client.PostAsync(new Volume("again", "GET /", 10), new Volume("new", "GET /", 10_000));
        await PublishAsync(host, client, target: 0.4);
        var made = await RollBackAsync(client, version: 2);
        var rates = await client.RatesAsync();

        // The one that was made again is another one.
        Assert.Equal(["checkout", "search"], rates.Projects().Keys);
        Assert.Equal(4, made.Number("projectsChanged"));
        foreach (var project in new[] { "gone", "again", "new" })
            Assert.Equal(0.3, Math.Round((await StrategyAsync(client, project)).GetProperty("probabilisticSampling").Number("samplingRate"), 9));
    }

    // Without traffic for a day it had lost its rate.
    [Fact]
    public async Task Rollback_ProjectThatHadLostItsRate_HasItAgain()
    {
        await using var host = new ApiHost(web => web.UseSetting("Sampling:RateLifetime", "01:00:00"));
        using var client = host.CreateClient();
        var first = await PublishAsync(host, client, target: 0.2);
        host.Clock.Advance(TimeSpan.FromHours(2));
        await client.PostAsync(new Volume("search", "GET /", 10));
        await client.RunAsync("rebalance_orgs");
        var lost = (await client.RatesAsync()).Projects().Keys;
        await RollBackAsync(client, version: 1);

        Assert.Equal(["search"], lost);
        Assert.Equal(first, await StrategiesAsync(client));
    }

    [Theory]
    [InlineData("""{}""", "version is missing")]
    [InlineData("""{"version":null}""", "version is missing")]
    [InlineData("""{"version":"1"}""", "$.version")]
    [InlineData("""{"version":1.5}""", "$.version")]
    [InlineData("""{"version":1,"duration":"00:00:59"}""", "duration must be from 00:01:00 to 7.00:00:00, but is 00:00:59.")]
    [InlineData("""{"version":1,"duration":"7.00:00:01"}""", "duration must be from 00:01:00 to 7.00:00:00")]
    [InlineData("""{"version":1,"duration":"-01:00:00"}""", "duration must be from 00:01:00 to 7.00:00:00")]
    [InlineData("""{"version":1,"duration":"an hour"}""", "$.duration")]
    [InlineData("""{"version":1,"until":"2026-11-22T12:00:00Z"}""", "'until' is not a known member")]
    public async Task Rollback_BadBody_Is400AndChangesNothing(string body, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await PublishAsync(host, client, target: 0.2);
        using var response = await client.PostAsync($"{Acme}/rates:rollback", Bodies.Of(body));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said);
        Assert.Equal(1, (await client.RatesAsync()).Number("version"));
    }

    [Theory]
    [InlineData("acme", 3, "Version 3 of the rates of organization 'acme' is not kept: versions 1 to 2 are.")]
    [InlineData("acme", 0, "Version 0 of the rates of organization 'acme' is not kept: versions 1 to 2 are.")]
    [InlineData("acme", long.MinValue, "is not kept")]
    [InlineData("quiet", 1, "No rates of organization 'quiet' have been published.")]
    [InlineData("unknown", 1, "No rates of organization 'unknown' have been published.")]
    public async Task Version_ThatIsNotKept_Is404AndSaysWhichAre(string organization, long version, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await PublishAsync(host, client, target: 0.2);
        await PublishAsync(host, client, target: 0.4);
        await client.PutAsync("/api/organizations/quiet", new { targetSampleRate = 0.5 });
        using var rolledBack = await client.PostAsync($"/api/organizations/{organization}/rates:rollback", Bodies.Of($$"""{"version":{{version}}}"""));
        using var read = await client.GetAsync($"/api/organizations/{organization}/rates?version={version}");

        await HttpAssert.IsProblemAsync(rolledBack, HttpStatusCode.NotFound, said);
        await HttpAssert.IsProblemAsync(read, HttpStatusCode.NotFound, said);
        Assert.Equal(2, (await client.RatesAsync()).Number("version"));
        Assert.DoesNotContain(
            "rates_rolled_back", (await client.GetJsonAsync($"{Acme}/audit")).GetProperty("items").EnumerateArray().Select(entry => entry.Text("action")));
    }

    [Fact]
    public async Task Versions_Listed_SayWhatEachWas()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await PublishAsync(host, client, target: 0.2);
        await client.PostAsync(new Volume("new", "GET /", 100));
        await PublishAsync(host, client, target: 0.4);
        await RollBackAsync(client, version: 1);
        var first = await client.GetJsonAsync($"{Acme}/rates/versions?limit=2");
        var second = await client.GetJsonAsync($"{Acme}/rates/versions?limit=2&cursor={first.Text("next")}");
        var items = first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray()).ToList();

        Assert.Equal(
            [(3, 0.2, 3, true), (2, 0.4, 3, false), (1, 0.2, 2, false)],
            items.Select(item => (item.GetProperty("version").GetInt32(), item.Target().Rate, item.GetProperty("projectsChanged").GetInt32(), item.GetProperty("inForce").GetBoolean())));
        Assert.Equal([1, null, null], items.Select(item => item.GetProperty("restoredFrom").ValueKind == JsonValueKind.Null ? (int?)null : item.GetProperty("restoredFrom").GetInt32()));
        Assert.Equal(items[2].Text("computedBy"), items[0].Text("computedBy"));
        Assert.Equal(["2026-11-22T10:02:00.000Z", "2026-11-22T10:01:00.000Z", "2026-11-22T10:00:00.000Z"], items.Select(item => item.Text("computedAt")));
        Assert.Empty((await client.GetJsonAsync("/api/organizations/unknown/rates/versions")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Rates_OfAnEarlierVersion_AreAsTheyWereThen()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await PublishAsync(host, client, target: 0.2, kept: 300);
        var then = await client.RatesAsync();
        await client.PostAsync(new Volume("new", "GET /", 100));
        await PublishAsync(host, client, target: 0.4);
        host.Clock.Advance(TimeSpan.FromHours(1));
        var first = await client.GetJsonAsync($"{Acme}/rates?version=1&limit=1");
        var second = await client.GetJsonAsync($"{Acme}/rates?version=1&limit=1&cursor={first.Text("next")}");
        var current = await client.GetJsonAsync($"{Acme}/rates?version=2");

        Assert.NotEqual(1, then.Number("factor"));
        Assert.Equal(
            then.GetProperty("projects").EnumerateArray().Select(project => project.GetRawText()),
            new[] { first.GetProperty("projects")[0].GetRawText(), second.GetProperty("projects")[0].GetRawText() });
        Assert.Equal(
            (then.Number("expectedKept"), then.Number("factor"), JsonValueKind.Null),
            (first.Number("expectedKept"), first.Number("factor"), second.GetProperty("next").ValueKind));
        Assert.Equal((await client.RatesAsync()).GetRawText(), current.GetRawText());
    }

    [Fact]
    public async Task Goal_WhileTheRatesArePinned_NamesThatFirst()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await PublishAsync(host, client, target: 0.2);
        await PublishAsync(host, client, target: 0.4);
        await RollBackAsync(client, version: 1);
        var goal = await client.GetJsonAsync($"{Acme}/goal");
        host.Clock.Advance(TimeSpan.FromHours(1));
        var later = await client.GetJsonAsync($"{Acme}/goal");
        var codes = goal.GetProperty("reasons").EnumerateArray().Select(reason => reason.Text("code")).ToList();

        AssertPin(goal.GetProperty("pin"), version: 1, "2026-11-22T11:02:00.000Z");
        Assert.Equal("rates_pinned", codes[0]);
        Assert.DoesNotContain("not_recalibrated", codes);
        Assert.StartsWith(
            "The rates were rolled back to those of version 1 by anonymous, and are pinned until 2026-11-22T11:02:00Z", goal.GetProperty("reasons")[0].Text("detail"), StringComparison.Ordinal);
        Assert.Contains(goal.GetProperty("reasons").EnumerateArray(), reason => reason.Text("detail")!.EndsWith("until the next pass after the pin.", StringComparison.Ordinal));
        Assert.Equal(JsonValueKind.Null, later.GetProperty("pin").ValueKind);
        Assert.DoesNotContain("rates_pinned", later.GetProperty("reasons").EnumerateArray().Select(reason => reason.Text("code")));
    }

    [Fact]
    public async Task Rollback_EntryCannotBeWritten_DoesNotHappen()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await PublishAsync(host, client, target: 0.2);
        var second = await PublishAsync(host, client, target: 0.4);
        host.Database.RefuseInserts("audit", "refused");
        using var response = await client.PostAsync($"{Acme}/rates:rollback", Bodies.Of("""{"version":1}"""));
        host.Database.AcceptInserts("audit");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(second, await StrategiesAsync(client));
        Assert.Equal(2, host.Count("rate_versions"));
    }

    // They lock the organization, one after the other.
    [Fact]
    public async Task Rollback_ManyAtOnceBesidePasses_EachIsAVersionOfItsOwn()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var first = await PublishAsync(host, client, target: 0.2);
        await PublishAsync(host, client, target: 0.4);
        var made = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => RollBackAsync(client, version: 1)).Append(client.RunAsync("rebalance_orgs")));

        Assert.Equal([3, 4, 5, 6, 7], made.Take(5).Select(rollback => rollback.Number("version")).Order());
        Assert.Equal(first, await StrategiesAsync(client));
    }

    private static async Task<string> PublishAsync(ApiHost host, HttpClient client, double target, double kept = 200)
    {
        await client.PutAsync(Acme, new { targetSampleRate = target });
        await client.PostAsync(
            new Volume("checkout", "GET /cart", 900, kept), new Volume("checkout", "POST /order", 90, 5), new Volume("checkout", "GET /healthz", 10), new Volume("search", "GET /", 300, 50));
        Assert.Equal(1, (await client.RunAsync("rebalance_orgs")).Number("published"));
        var strategies = await StrategiesAsync(client);
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        return strategies;
    }

    // As clients get them, those of a service without rates of its own, too.
    private static async Task<string> StrategiesAsync(HttpClient client) => string.Join('\n', await Task.WhenAll(
        new[] { "checkout", "search", "unheard of" }.Select(service => client.GetStringAsync($"/o/acme/sampling?service={Uri.EscapeDataString(service)}"))));

    private static Task<JsonElement> StrategyAsync(HttpClient client, string service) => client.GetJsonAsync($"/o/acme/sampling?service={service}");

    private static async Task<JsonElement> RollBackAsync(HttpClient client, long version, string? duration = null)
    {
        using var response = await client.PostAsync(
            $"{Acme}/rates:rollback", Bodies.Of(duration is null ? $$"""{"version":{{version}}}""" : $$"""{"version":{{version}},"duration":"{{duration}}"}"""));
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.ReadJsonAsync();
    }

    private static void AssertPin(JsonElement pin, long version, string until) =>
        Assert.Equal((version, until, "anonymous"), (pin.GetProperty("version").GetInt64(), pin.Text("until"), pin.Text("by")));
}
