using System.Globalization;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.SamplingTasks;

public class BoostLowVolumeTransactionsTests
{
    private const string Projects = "boost_low_volume_projects";
    private const string Task = "boost_low_volume_transactions";

    // All names have a rate of their own.
    [Fact]
    public async Task Run_FewTransactions_AllAreExplicit()
    {
        await using var host = new ApiHost();
        using var client = await RanAsync(host, 0.1, 1, ("a", 10), ("b", 90), ("c", 900));
        var rates = await client.RatesOfAsync("p");
        var served = rates.Transactions();

        // 100 to spend on three: 10, and 45 for each of the others.
        Assert.Equal(["c", "b", "a"], served.Keys);
        Assert.Equal(1, served["a"]);
        Scenario.AssertClose(0.5, served["b"]);
        Scenario.AssertClose(0.05, served["c"]);
        Assert.Equal(0.1, rates.Number("implicitServedRate"), 1e-12);
        AssertSpends(rates, 100);
    }

    // The others have less than their share: they are kept whole.
    [Fact]
    public async Task Run_OthersUnderTheirShare_AreKeptWhole()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Sampling:ExplicitTransactions", "2"));
        using var client = await RanAsync(host, 0.1, 1, ("a", 500), ("b", 490), ("c", 6), ("d", 4));
        var rates = await client.RatesOfAsync("p");

        Assert.Equal(1, rates.Number("implicitServedRate"));
        Scenario.AssertClose(45 / 500.0, rates.Transactions()["a"]);
        Scenario.AssertClose(45 / 490.0, rates.Transactions()["b"]);
        AssertSpends(rates, 100);
    }

    // The explicit ones have less than their share: they are kept whole.
    [Fact]
    public async Task Run_ExplicitUnderTheirShare_AreKeptWhole()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Sampling:ExplicitTransactions", "1"));
        using var client = await RanAsync(host, 0.9, 1, [.. Enumerable.Range(0, 10).Select(i => ($"t{i}", 100.0 + (i == 0 ? 1 : 0)))]);
        var small = await client.RatesOfAsync("p");

        // Each may spend 90.09 and has 100: both sides can spend here.
        Assert.InRange(small.Transactions()["t0"], 0.85, 0.95);
        AssertSpends(small, 1001 * 0.9);

        await using var other = new ApiHost(builder => builder.UseSetting("Sampling:ExplicitTransactions", "0").UseSetting("Sampling:SmallestTransactions", "1"));
        using var otherClient = await RanAsync(other, 0.5, 1, ("tiny", 10), ("b", 495), ("c", 495));
        var rates = await otherClient.RatesOfAsync("p");

        Assert.Equal([("tiny", 1.0)], rates.Transactions().Select(transaction => (transaction.Key, transaction.Value)));
        Scenario.AssertClose(490 / 990.0, rates.Number("implicitServedRate"));
        AssertSpends(rates, 500);
    }

    // Both have more than their share.
    [Fact]
    public async Task Run_BothOverTheirShare_EachSpendsItsOwn()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Sampling:ExplicitTransactions", "2"));
        using var client = await RanAsync(host, 0.1, 1, ("a", 400), ("b", 200), ("c", 200), ("d", 200));
        var rates = await client.RatesOfAsync("p");

        Scenario.AssertClose(25 / 400.0, rates.Transactions()["a"]);
        Scenario.AssertClose(25 / 200.0, rates.Transactions()["b"]);
        Scenario.AssertClose(50 / 400.0, rates.Number("implicitServedRate"));
        AssertSpends(rates, 100);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.8)]
    [InlineData(1)]
    public async Task Run_ManyTransactions_TheLargestThirtyHaveTheirOwnAndTheBudgetIsSpent(double intensity)
    {
        await using var host = new ApiHost();
        using var client = await RanAsync(
            host, 0.05, intensity, [.. Enumerable.Range(1, 100).Select(i => (i.ToString("d3", CultureInfo.InvariantCulture), 10.0 * i * i))]);
        var rates = await client.RatesOfAsync("p");
        var served = rates.Transactions();

        Assert.Equal(Enumerable.Range(71, 30).Reverse().Select(i => i.ToString("d3", CultureInfo.InvariantCulture)), served.Keys);
        Assert.Equal(100, rates.GetProperty("transactionNames").GetInt32());
        Assert.True(rates.Number("implicitServedRate") > served["071"] || intensity == 0);
        AssertSpends(rates, rates.Number("total") * 0.05);
    }

    [Fact]
    public async Task Run_SmallestTransactions_HaveTheirOwnToo()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Sampling:ExplicitTransactions", "2").UseSetting("Sampling:SmallestTransactions", "3"));
        using var client = await RanAsync(host, 0.1, 1, [.. Enumerable.Range(1, 9).Select(i => ($"t{i}", 100.0 * i))]);
        var rates = await client.RatesOfAsync("p");

        Assert.Equal(["t9", "t8", "t3", "t2", "t1"], rates.Transactions().Keys);
        AssertSpends(rates, 450);
    }

    [Fact]
    public async Task Run_BiasOff_AllGetTheProjectsRate()
    {
        await using var host = new ApiHost();
        using var client = await RanAsync(host, 0.1, 1, ("a", 10), ("b", 990));
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.1, intensity = 1, biases = new { transactions = false } });
        await client.RunAsync(Task);
        var off = await client.RatesOfAsync("p");
        await client.PutAsync("/api/organizations/acme/projects/p", new { biases = new { transactions = true } });
        await client.RunAsync(Task);
        var on = await client.RatesOfAsync("p");

        Assert.All(off.Transactions().Values, rate => Assert.Equal(0.1, rate, 1e-12));
        Assert.Equal(0.1, off.Number("implicitServedRate"), 1e-12);
        Assert.Equal(1, on.Transactions()["a"]);
    }

    [Fact]
    public async Task Run_ProjectsAlone_KeepTheTransactionsThatArePublished()
    {
        await using var host = new ApiHost();
        using var client = await RanAsync(host, 0.1, 1, ("a", 10), ("b", 990));
        await client.PostAsync(new Volume("p", "b", 1000));
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.2, intensity = 1 });
        await client.RunAsync(Projects);
        var rates = await client.RatesOfAsync("p");

        Assert.Equal(["b", "a"], rates.Transactions().Keys);
        Scenario.AssertClose(2000, rates.Number("total"));
        AssertSpends(rates, 400, scale: 2);
    }

    private static async Task<HttpClient> RanAsync(ApiHost host, double target, double intensity, params (string Name, double Total)[] transactions)
    {
        var client = host.CreateClient();
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = target, intensity });
        await client.PostAsync(transactions.Select(transaction => new Volume("p", transaction.Name, transaction.Total)));
        await client.RunAsync(Projects);
        await client.RunAsync(Task);
        return client;
    }

    private static void AssertSpends(System.Text.Json.JsonElement rates, double budget, double scale = 1)
    {
        var named = rates.GetProperty("transactions").EnumerateArray().ToList();
        var others = rates.Number("total") - (scale * named.Sum(transaction => transaction.Number("total")));
        var spent = named.Sum(transaction => scale * transaction.Number("total") * transaction.Number("servedRate")) + (others * rates.Number("implicitServedRate"));
        Scenario.AssertClose(budget, spent);
        Scenario.AssertClose(budget, rates.Number("expectedKept"));
    }
}
