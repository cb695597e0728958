using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>Each reason that there is, and what it is not mistaken for.</summary>
public class GoalTests
{
    private const string Acme = "/api/organizations/acme";

    [Fact]
    public async Task Get_Unseen_HasNoTraffic()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var goal = await GoalAsync(client);

        Assert.Equal(["no_traffic"], Codes(goal));
        Assert.Equal(JsonValueKind.Null, goal.GetProperty("met").ValueKind);
        Assert.Equal((0, 0.1), (goal.GetProperty("version").GetInt64(), goal.GetProperty("target").GetProperty("rate").GetDouble()));
        Assert.Equal(["5m", "1h", "1d"], goal.GetProperty("achieved").EnumerateArray().Select(window => window.GetProperty("window").GetString()));
    }

    [Fact]
    public async Task Get_TargetIsKept_IsMetWithoutReasons()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, kept: 1000);
        using var run = await client.RunTaskAsync("rebalance_orgs");
        var goal = await GoalAsync(client);

        Assert.Empty(Codes(goal));
        Assert.True(goal.GetProperty("met").GetBoolean());
        Assert.All(goal.GetProperty("achieved").EnumerateArray(), window =>
        {
            Assert.Equal(0.1, window.GetProperty("rate").GetDouble());
            Assert.Equal(0, window.GetProperty("deviation").GetDouble(), 1e-12);
            Assert.True(window.GetProperty("exact").GetBoolean());
        });
    }

    [Fact]
    public async Task Get_FewTraces_SaysThatChanceDecides()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, total: 100, kept: 5);
        using var run = await client.RunTaskAsync("rebalance_orgs");
        var few = await GoalAsync(client);
        host.Clock.Advance(TimeSpan.FromHours(2));
        var earlier = await GoalAsync(client);

        Assert.Contains("too_little_traffic", Codes(few));
        Assert.Equal(JsonValueKind.Null, few.GetProperty("met").ValueKind);
        Assert.Contains("too_little_traffic", Codes(earlier));
        Assert.Equal(100, earlier.GetProperty("achieved")[2].GetProperty("total").GetDouble());
    }

    [Fact]
    public async Task Get_NoPassYet_SaysSo()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, kept: 0);

        Assert.Equal(["kept_unknown", "no_rates_yet"], Codes(await GoalAsync(client)).Order());
    }

    [Fact]
    public async Task Get_FloorsBind_CountsWhatTheyCost()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, kept: 3000);
        using var put = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.1, minimumSampleRate = 0.3 });
        using var run = await client.RunTaskAsync("rebalance_orgs");
        var reason = Reason(await GoalAsync(client), "floors_bind");

        Assert.True(reason.GetProperty("traces").GetDouble() > 1900);
        Assert.Contains("minimumSampleRate", reason.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_TargetOutOfReach_SaysThatTheFactorIsAtItsBound()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, kept: 1000);
        using var put = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.1, minimumSampleRate = 0.3 });
        using var run = await client.RunTaskAsync("rebalance_orgs");
        var goal = await GoalAsync(client);

        Assert.Contains("factor_at_bound", Codes(goal));
        Assert.Contains("0.1", Reason(goal, "factor_at_bound").GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ClientsKeepLess_SaysThatTheyDoNotFollow()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, kept: 600);
        using var run = await client.RunTaskAsync("rebalance_orgs");
        var goal = await GoalAsync(client);

        Assert.False(goal.GetProperty("met").GetBoolean());
        Assert.Contains("60 %", Reason(goal, "clients_not_following").GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_NewProjects_CountsWhatTheyCost()
    {
        await using var host = new ApiHost(web => web.UseSetting("Sampling:NewProjectBoost", "00:10:00"));
        using var client = await WithTrafficAsync(host, kept: 10_000);
        using var run = await client.RunTaskAsync("boost_low_volume_projects");
        var goal = await GoalAsync(client);
        var rates = await client.GetJsonAsync($"{Acme}/rates");

        Assert.Equal(9000, Reason(goal, "new_projects").GetProperty("traces").GetDouble(), 1e-6);
        Assert.Equal(("new", 1.0), (rates.GetProperty("projects")[0].GetProperty("reason").GetString(), rates.GetProperty("projects")[0].GetProperty("servedRate").GetDouble()));
    }

    [Fact]
    public async Task Get_Pins_CountsWhatTheyCost()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, kept: 10_000);
        using var put = await client.PutAsync(Acme, Bodies.Of("""{"targetSampleRate":0.1,"pins":[{"project":"p","transaction":"GET /","always":true}]}"""));
        using var run = await client.RunTaskAsync("boost_low_volume_transactions");
        using var run2 = await client.RunTaskAsync("rebalance_orgs");

        Assert.True(Reason(await GoalAsync(client), "pins").GetProperty("traces").GetDouble() > 0);
    }

    [Fact]
    public async Task Get_NoRecalibration_SaysSoWhenTheTargetIsMissed()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, kept: 600);
        using var run = await client.RunTaskAsync("boost_low_volume_projects");

        Assert.Equal(["not_recalibrated"], Codes(await GoalAsync(client)));
    }

    [Fact]
    public async Task Get_FactorHasExpired_SaysSo()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, kept: 600);
        using var run = await client.RunTaskAsync("rebalance_orgs");
        host.Clock.Advance(TimeSpan.FromMinutes(3));

        Assert.Contains("has expired", Reason(await GoalAsync(client), "not_recalibrated").GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"targetSampleRate":0.2}""")]
    [InlineData("""{"mode":"project"}""")]
    public async Task Get_SettingsSinceThePass_SaysThatTheyChanged(string settings)
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, kept: 1000);
        using var run = await client.RunTaskAsync("rebalance_orgs");
        using var put = await client.PutAsync(Acme, Bodies.Of(settings));
        var changed = await GoalAsync(client);
        using var next = await client.RunTaskAsync("rebalance_orgs");

        Assert.Contains("settings_changed", Codes(changed));
        Assert.Equal(0.1, changed.GetProperty("target").GetProperty("rate").GetDouble());
        Assert.DoesNotContain("settings_changed", Codes(await GoalAsync(client)));
    }

    // It named the default rate, which nobody had asked for.
    [Fact]
    public async Task Get_TargetNowFollowsTheVolume_SaysSoAndNamesNoRate()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, kept: 3000);
        using var before = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.3 });
        using var run = await client.RunTaskAsync("rebalance_orgs");
        using var put = await client.PutAsJsonAsync(Acme, new { monthlyBudget = 1000 });
        var reasons = (await GoalAsync(client)).GetProperty("reasons").EnumerateArray();

        Assert.Equal(
            "The settings now say to follow the volume; the rates in force are for 0.3 until the next pass.",
            Assert.Single(reasons, reason => reason.GetProperty("code").GetString() == "settings_changed").GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Get_UnreadableSettings_AreNotTakenForChangedOnes()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, kept: 3000);
        using var put = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.3 });
        using var run = await client.RunTaskAsync("rebalance_orgs");
        host.Sql("UPDATE organizations SET settings = 'nonsense'");
        var goal = await GoalAsync(client);

        Assert.Equal(["settings_unreadable"], Codes(goal));
        Assert.Equal(0.3, goal.GetProperty("target").GetProperty("rate").GetDouble());
        Assert.True(goal.GetProperty("met").GetBoolean());
    }

    [Fact]
    public async Task Get_ModeProject_ComparesWithWhatTheProjectsTargetsComeTo()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, kept: 5000);
        using var other = await client.PostAsJsonAsync("/api/volumes", new[] { new { organization = "acme", project = "q", transaction = "t", total = 10_000, kept = 1000 } });
        using var put = await client.PutAsJsonAsync(Acme, new { mode = "project", targetSampleRate = 0.1 });
        using var own = await client.PutAsJsonAsync($"{Acme}/projects/p", new { targetSampleRate = 0.5 });
        using var run = await client.RunTaskAsync("rebalance_orgs");
        var goal = await GoalAsync(client);

        Assert.Equal(0.3, goal.GetProperty("target").GetProperty("rate").GetDouble(), 1e-9);
        Assert.True(goal.GetProperty("met").GetBoolean());
    }

    private static async Task<HttpClient> WithTrafficAsync(ApiHost host, double kept, double total = 10_000)
    {
        var client = host.CreateClient();
        using var posted = await client.PostAsJsonAsync("/api/volumes", new[] { new { organization = "acme", project = "p", transaction = "GET /", total, kept } });
        posted.EnsureSuccessStatusCode();
        return client;
    }

    private static Task<JsonElement> GoalAsync(HttpClient client) => client.GetJsonAsync($"{Acme}/goal");

    private static List<string> Codes(JsonElement goal) => [.. goal.GetProperty("reasons").EnumerateArray().Select(reason => reason.GetProperty("code").GetString()!)];

    private static JsonElement Reason(JsonElement goal, string code) =>
        Assert.Single(goal.GetProperty("reasons").EnumerateArray(), reason => reason.GetProperty("code").GetString() == code);
}
