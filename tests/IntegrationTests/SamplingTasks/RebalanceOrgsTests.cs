using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.SamplingTasks;

public class RebalanceOrgsTests
{
    private const string Task = "rebalance_orgs";

    [Fact]
    public async Task Run_WholePass_IsOneVersionOfTargetProjectsTransactionsAndFactor()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        await client.PutAsync("/api/organizations/acme", new { intensity = 1, monthlyBudget = 60_000 });
        await client.PostAsync(
            new Volume("p", "a", 0, Timestamp: now.AddDays(-1.5)), new Volume("quiet", "t", 10), new Volume("loud", "a", 3900), new Volume("loud", "b", 90));
        await client.RunAsync(Task);
        var first = await client.RatesAsync();
        var loud = await client.RatesOfAsync("loud");

        Assert.Equal(1, first.GetProperty("version").GetInt32());
        Assert.Equal((0.5, "budget"), first.Target());
        Assert.Equal(1, first.Projects("servedRate")["quiet"]);
        Assert.Equal(1, loud.Transactions()["b"]);
        Scenario.AssertClose(1900 / 3900.0, loud.Transactions()["a"]);
        Scenario.AssertClose(2000, first.Number("expectedKept"));
        Assert.Equal(1, first.Number("factor"));
        // Less is kept than was to be.
        await client.PostAsync(new Volume("loud", "a", 4000, 500));
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await client.RunAsync(Task);
        var second = await client.RatesAsync();

        Assert.Equal(2, second.GetProperty("version").GetInt32());
        Assert.NotEqual(1, second.Number("factor"));
        Assert.Equal((0.25, "budget"), second.Target());
    }

    [Fact]
    public async Task Run_NothingMoved_PublishesNothing()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("quiet", "t", 10), new Volume("loud", "a", 3900), new Volume("loud", "b", 90));
        await client.RunAsync(Task);
        var first = await client.RatesAsync();
        var result = await client.RunAsync(Task);

        Assert.Equal((0, 1), (result.GetProperty("published").GetInt32(), result.GetProperty("unchanged").GetInt32()));
        Assert.Equal(first.GetRawText(), (await client.RatesAsync()).GetRawText());
    }

    [Fact]
    public async Task Run_ProjectGoneLongerThanItsLifetime_IsRemoved()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Sampling:RateLifetime", "02:00:00"));
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("gone", "t", 10), new Volume("stays", "t", 990));
        await client.RunAsync(Task);
        host.Clock.Advance(TimeSpan.FromMinutes(120));
        await client.PostAsync(new Volume("stays", "t", 1000));
        await client.RunAsync(Task);
        var atTwoHours = (await client.RatesAsync()).Projects();
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await client.RunAsync(Task);
        var later = await client.RatesAsync();

        Assert.Equal(["gone", "stays"], atTwoHours.Keys);
        Assert.Equal(["stays"], later.Projects().Keys);
        Scenario.AssertClose(0.1, later.Projects()["stays"]);
        Assert.Equal(0.1, (await client.RatesOfAsync("gone")).Number("servedRate"), 1e-12);
    }

    [Fact]
    public async Task Run_TransactionWithoutTraffic_LosesItsRate()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("p", "old", 100), new Volume("p", "new", 900));
        await client.RunAsync(Task);
        host.Clock.Advance(TimeSpan.FromHours(1));
        await client.PostAsync(new Volume("p", "new", 900));
        await client.RunAsync(Task);

        Assert.Equal(["new"], (await client.RatesOfAsync("p")).Transactions().Keys);
    }

    [Fact]
    public async Task Run_NewProjectBoost_KeepsItWholeForThatLong()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Sampling:NewProjectBoost", "00:10:00"));
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("old", "t", 1000, Timestamp: host.Clock.GetUtcNow().AddHours(-1)), new Volume("new", "t", 1000), new Volume("old", "t", 1000));
        await client.RunAsync(Task);
        var boosted = await client.RatesOfAsync("new");
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await client.RunAsync(Task);
        var later = await client.RatesOfAsync("new");

        Assert.Equal((1, "new"), (boosted.Number("servedRate"), boosted.Text("reason")));
        Scenario.AssertClose(0.1, boosted.Number("rate"));
        Scenario.AssertClose(0.1, later.Number("rate"));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, later.GetProperty("reason").ValueKind);
    }

    [Theory]
    [InlineData("organization", 1)]
    [InlineData("organization", 0)]
    [InlineData("project", 1)]
    [InlineData("project", 0)]
    public async Task Run_TargetOfExactlyZeroOrOne_IsServedAsItIs(string mode, double target)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PutAsync("/api/organizations/acme", new { mode, targetSampleRate = target, minimumSampleRate = 0.5 });
        await client.PostAsync(new Volume("p", "a", 10), new Volume("p", "GET /healthz", 4000), new Volume("q", "a", 90_000, 45_000));
        await client.RunAsync(Task);
        var rates = await client.RatesAsync();
        var transactions = await client.RatesOfAsync("p");

        Assert.All(rates.Projects("servedRate").Values, rate => Assert.Equal(target, rate));
        Assert.All(transactions.Transactions().Values, rate => Assert.Equal(target, rate));
        Assert.Equal(target, transactions.Number("implicitServedRate"));
    }

    [Fact]
    public async Task Run_MinimumSampleRate_HoldsAfterTheFactor()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.1, minimumSampleRate = 0.06 });
        await client.PostAsync(new Volume("p", "a", 1000));
        await client.RunAsync(Task);
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        // Clients keep twice as much as they should, so the factor wants 0.05.
        await client.PostAsync(new Volume("p", "a", 1000, 200));
        host.Clock.Advance(TimeSpan.FromMinutes(2));
        await client.RunAsync(Task);
        var rates = await client.RatesAsync();
        var transactions = await client.RatesOfAsync("p");

        Assert.True(rates.Projects()["p"] * rates.Number("factor") < 0.06);
        Assert.Equal(0.06, rates.Projects("servedRate")["p"]);
        Assert.Equal(0.06, transactions.Transactions()["a"]);
        Assert.Equal("floor", transactions.Text("reason"));
    }

    // What a setting turns on or off shows in no rate of a transaction that is listed.
    [Fact]
    public async Task Run_HealthChecksAreSwitchedOff_IsPublishedAlthoughNoneIsListed()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("p", "a", 1000));
        await client.RunAsync(Task);
        await client.PutAsync("/api/organizations/acme", new { biases = new { healthChecks = false } });
        var result = await client.RunAsync(Task);

        Assert.Equal(1, result.GetProperty("published").GetInt32());
    }

    [Fact]
    public async Task Run_NewPinThatDoesNotBindYet_IsPublished()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("p", "a", 1000));
        await client.RunAsync(Task);
        await client.PutAsync("/api/organizations/acme", new { pins = new[] { new { project = "p", transaction = "a", maximumSampleRate = 0.9 } } });
        var result = await client.RunAsync(Task);

        Assert.Equal(1, result.GetProperty("published").GetInt32());
    }

    [Fact]
    public async Task Run_DryRun_TellsTheDifferenceAndChangesNothing()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("p", "a", 1000), new Volume("q", "a", 1000));
        await client.RunAsync(Task);
        var before = await client.RatesAsync();
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.5 });
        var result = await client.RunAsync(Task, dryRun: true);
        var difference = result.GetProperty("difference");
        var after = await client.RatesAsync();

        Assert.Equal(1, result.GetProperty("published").GetInt32());
        Scenario.AssertClose(200, difference.Number("expectedKeptBefore"));
        Scenario.AssertClose(1000, difference.Number("expectedKeptAfter"));
        Assert.Equal(4, difference.GetProperty("changedRates").GetInt32());
        Assert.Equal(before.GetRawText(), after.GetRawText());
        Assert.Equal(0, host.Scalar("SELECT COUNT(*) FROM pass_progress"));
    }
}
