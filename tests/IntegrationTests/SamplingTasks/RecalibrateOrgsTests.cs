using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.SamplingTasks;

public class RecalibrateOrgsTests
{
    private const string TaskName = "recalibrate_orgs";

    // Spans may come late, so what was kept tells of a minute two minutes later.
    private static readonly TimeSpan Counted = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Run_ClientsKeptHalf_TheFactorIsTwo()
    {
        await using var host = new ApiHost();
        using var client = await BalancedAsync(host, new { targetSampleRate = 0.1 }, new Volume("p", "t", 1000, 100));
        await client.PostAsync(new Volume("p", "t", 1000, 50));
        host.Clock.Advance(Counted);
        await client.RunAsync(TaskName);
        var rates = await client.RatesAsync();

        Scenario.AssertClose(2, rates.Number("factor"));
        Scenario.AssertClose(0.5, rates.Number("obedience"));
        Scenario.AssertClose(0.2, rates.Projects("servedRate")["p"]);
        Scenario.AssertClose(0.1, rates.Projects()["p"]);
        Assert.Equal(host.Clock.GetUtcNow().AddMinutes(3), rates.GetProperty("factorUntil").GetDateTimeOffset());
    }

    // The rates come from an hour of traffic; in the last minutes there is another mix.
    [Fact]
    public async Task Run_MixHasMovedTooFar_TheFactorIsAtItsBound()
    {
        await using var host = new ApiHost();
        using var client = await BalancedAsync(host, new { targetSampleRate = 0.1 }, new Volume("quiet", "t", 100), new Volume("loud", "t", 9900));
        await client.PostAsync(new Volume("quiet", "t", 1000, 1000), new Volume("loud", "t", 1000, 1000 * 9 / 99.0));
        host.Clock.Advance(Counted);
        await client.RunAsync(TaskName);
        var rates = await client.RatesAsync();
        var served = rates.Projects("servedRate");

        // The quiet one is whole whatever the factor is, so the loud one alone cannot pay: the factor is at its bound.
        Assert.Equal(0.1, rates.Number("factor"));
        Assert.Equal(1, rates.Projects()["quiet"]);
        Scenario.AssertClose(rates.Projects()["loud"] * 0.1, served["loud"]);
    }

    [Fact]
    public async Task Run_MixHasMoved_MeetsTheTargetForTheMixAsItIs()
    {
        await using var host = new ApiHost();
        using var client = await BalancedAsync(host, new { targetSampleRate = 0.1 }, new Volume("quiet", "t", 100), new Volume("loud", "t", 9900));
        var loud = (await client.RatesAsync()).Projects()["loud"];
        await client.PostAsync(new Volume("quiet", "t", 50, 50), new Volume("loud", "t", 950, 950 * loud));
        host.Clock.Advance(Counted);
        await client.RunAsync(TaskName);
        var served = (await client.RatesAsync()).Projects("servedRate");

        Scenario.AssertClose(100, (50 * served["quiet"]) + (950 * served["loud"]), 1e-8);
    }

    [Theory]
    [InlineData(0.02, 10, 0.9)]
    [InlineData(0.9, 0.1, 0.001)]
    public async Task Run_OutOfReach_StopsAtTheBound(double published, double factor, double target)
    {
        await using var host = new ApiHost();
        using var client = await BalancedAsync(host, new { targetSampleRate = published }, new Volume("p", "t", 1000));
        // The target is the setting's only once a pass has taken it up; the base rates stay what they were.
        host.Sql($"UPDATE rate_versions SET target_rate = {target.ToString(System.Globalization.CultureInfo.InvariantCulture)}");
        await client.PostAsync(new Volume("p", "t", 1000, 1000 * published));
        host.Clock.Advance(Counted);
        await client.RunAsync(TaskName);

        Assert.Equal(factor, (await client.RatesAsync()).Number("factor"));
    }

    [Fact]
    public async Task Run_FactorIsNotRenewed_ExpiresAfterThreeCycles()
    {
        await using var host = new ApiHost();
        using var client = await BalancedAsync(host, new { targetSampleRate = 0.1 }, new Volume("p", "t", 1000, 100));
        await client.PostAsync(new Volume("p", "t", 1000, 50));
        host.Clock.Advance(Counted);
        await client.RunAsync(TaskName);
        host.Clock.Advance(TimeSpan.FromMinutes(3) - TimeSpan.FromMilliseconds(1));
        var before = await client.RatesAsync();
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        var after = await client.RatesAsync();

        Scenario.AssertClose(2, before.Number("factor"));
        Assert.Equal(1, after.Number("factor"));
        Scenario.AssertClose(0.1, after.Projects("servedRate")["p"]);
        Scenario.AssertClose(0.1, (await client.RatesOfAsync("p")).Number("servedRate"));
    }

    [Fact]
    public async Task Run_FactorStaysTheSame_IsRenewedWithoutANewVersion()
    {
        await using var host = new ApiHost();
        using var client = await BalancedAsync(host, new { targetSampleRate = 0.1 }, new Volume("p", "t", 1000, 100));
        await RunMinutesAsync(45);
        var first = await client.RatesAsync();
        await RunMinutesAsync(10);

        var rates = await client.RatesAsync();
        Assert.Equal(first.GetProperty("version").GetInt32(), rates.GetProperty("version").GetInt32());
        Scenario.AssertClose(2, rates.Number("factor"), 0.005);
        Assert.True(rates.GetProperty("factorUntil").GetDateTimeOffset() > host.Clock.GetUtcNow().AddMinutes(1));

        // Clients keep half of whatever they are served.
        async Task RunMinutesAsync(int minutes)
        {
            for (var minute = 0; minute < minutes; minute++)
            {
                host.Clock.Advance(TimeSpan.FromMinutes(1));
                await client.PostAsync(new Volume("p", "t", 1000, 500 * (await client.RatesOfAsync("p")).Number("servedRate")));
                await client.RunAsync(TaskName);
            }
        }
    }

    [Fact]
    public async Task Run_ModeProject_EachProjectHasItsOwn()
    {
        await using var host = new ApiHost();
        using var client = await BalancedAsync(
            host, new { mode = "project", targetSampleRate = 0.1 }, new Volume("half", "t", 1000, 100), new Volume("double", "t", 1000, 100), new Volume("right", "t", 1000, 100));
        await client.PostAsync(new Volume("half", "t", 1000, 50), new Volume("double", "t", 1000, 200), new Volume("right", "t", 1000, 100));
        host.Clock.Advance(Counted);
        await client.RunAsync(TaskName);
        var factors = (await client.RatesAsync()).Projects("factor");

        Scenario.AssertClose(2, factors["half"]);
        Scenario.AssertClose(0.5, factors["double"]);
        Assert.Equal(1, factors["right"]);
    }

    [Fact]
    public async Task Run_PinsFloorsAndHealthChecks_TheOthersMakeUpForThem()
    {
        await using var host = new ApiHost();
        object settings = new
        {
            targetSampleRate = 0.2,
            minimumSampleRate = 0.05,
            pins = new object[]
            {
                new { project = "pinned", always = true },
                new { project = "capped", maximumSampleRate = 0.02 },
                new { project = "plain", transaction = "POST /order", always = true },
            },
        };
        Volume[] volumes =
        [
            new("pinned", "t", 1000), new("capped", "t", 4000), new("plain", "POST /order", 500), new("plain", "GET /cart", 9000), new("plain", "GET /healthz", 3000),
            new("plain", "GET /", 40_000),
        ];
        using var client = await BalancedAsync(host, settings, volumes);
        await client.PostAsync(await ObedientAsync(client, volumes));
        host.Clock.Advance(Counted);
        await client.RunAsync(TaskName);
        var rates = await client.RatesAsync();
        var plain = (await client.RatesOfAsync("plain")).Transactions();
        var kept = 1000 + (4000 * 0.02) + volumes.Where(volume => volume.Project == "plain").Sum(volume => volume.Total * plain[volume.Transaction]);

        Assert.Equal(1, rates.Projects("servedRate")["pinned"]);
        Assert.Equal(0.02, rates.Projects("servedRate")["capped"]);
        Assert.Equal(1, plain["POST /order"]);
        Assert.NotEqual(1, rates.Number("factor"));
        Scenario.AssertClose(volumes.Sum(volume => volume.Total) * 0.2, kept, 1e-8);
        Scenario.AssertClose(kept, rates.Number("expectedKept"), 1e-8);
    }

    [Fact]
    public async Task Run_BiasOffForTheOrganization_TheFactorIsOne()
    {
        await using var host = new ApiHost();
        using var client = await BalancedAsync(
            host, new { targetSampleRate = 0.1, biases = new { recalibration = false } }, new Volume("p", "a", 1000, 100), new Volume("q", "a", 1000, 100));
        await client.PostAsync(new Volume("p", "a", 1000, 50), new Volume("q", "a", 1000, 50));
        host.Clock.Advance(Counted);
        await client.RunAsync(TaskName);
        var rates = await client.RatesAsync();

        Assert.Equal(1, rates.Number("factor"));
        Assert.Equal(rates.Projects(), rates.Projects("servedRate"));
    }

    [Theory]
    [InlineData("organization")]
    [InlineData("project")]
    public async Task Run_BiasOffForAProject_ItsFactorIsOneAndTheOthersMakeUpForIt(string mode)
    {
        await using var host = new ApiHost();
        using var client = await BalancedAsync(host, new { mode, targetSampleRate = 0.1 }, new Volume("off", "t", 1000), new Volume("on", "t", 1000));
        await client.PostAsync(new Volume("off", "t", 1000, 50), new Volume("on", "t", 1000, 50));
        var before = await client.RatesOfAsync("off");
        host.Clock.Advance(Counted);
        await client.PutAsync("/api/organizations/acme/projects/off", new { biases = new { recalibration = false } });
        await client.RunAsync(TaskName);
        var rates = await client.RatesAsync();
        var served = rates.Projects("servedRate");

        Scenario.AssertClose(0.1, served["off"]);
        Assert.Equal(1, rates.Projects("factor")["off"]);
        Assert.Equal(1, (await client.RatesOfAsync("off")).Number("factor"));
        // Clients keep half of what they are served: of 0.1 and 0.3 that is 0.2, all that was wanted of both.
        Scenario.AssertClose(mode == "organization" ? 0.3 : 0.2, served["on"], 1e-8);
        Scenario.AssertClose(0.1, before.Number("rate"));
    }

    [Fact]
    public async Task Run_BiasIsSwitchedOnAgain_TheProjectFollowsTheFactorAgain()
    {
        await using var host = new ApiHost();
        using var client = await BalancedAsync(host, new { targetSampleRate = 0.1, biases = new { recalibration = false } }, new Volume("p", "t", 1000));
        await client.PostAsync(new Volume("p", "t", 1000, 50));
        host.Clock.Advance(Counted);
        await client.RunAsync(TaskName);
        var off = await client.RatesAsync();
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.1 });
        await client.RunAsync(TaskName);
        var on = await client.RatesAsync();

        Scenario.AssertClose(0.1, off.Projects("servedRate")["p"]);
        Scenario.AssertClose(0.2, on.Projects("servedRate")["p"]);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public async Task Run_TargetOfExactlyZeroOrOne_HasNoFactor(double target, double served)
    {
        await using var host = new ApiHost();
        using var client = await BalancedAsync(host, new { targetSampleRate = target }, new Volume("p", "t", 1000));
        await client.PostAsync(new Volume("p", "t", 1000, 500));
        host.Clock.Advance(Counted);
        await client.RunAsync(TaskName);
        var rates = await client.RatesAsync();

        Assert.Equal(1, rates.Number("factor"));
        Assert.Equal(served, rates.Projects("servedRate")["p"]);
    }

    [Fact]
    public async Task Run_ClientsFollowLate_IsNoDisobedience()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Sampling:ClientLag", "00:02:00"));
        using var client = await BalancedAsync(host, new { targetSampleRate = 0.1 }, new Volume("p", "t", 1000, 100));
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.5 });
        await client.PostAsync(new Volume("p", "t", 1000, 100));
        await client.RunAsync("boost_low_volume_projects");
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await client.PostAsync(new Volume("p", "t", 1000, 100));
        host.Clock.Advance(Counted);
        await client.RunAsync(TaskName);

        Assert.Equal(1, (await client.RatesAsync()).Number("factor"));
    }

    [Fact]
    public async Task Run_NoTrafficInTheLastMinutes_LeavesTheFactorToExpire()
    {
        await using var host = new ApiHost();
        using var client = await BalancedAsync(host, new { targetSampleRate = 0.1 }, new Volume("p", "t", 1000, 100));
        await client.PostAsync(new Volume("p", "t", 1000, 50));
        host.Clock.Advance(Counted);
        await client.RunAsync(TaskName);
        var until = (await client.RatesAsync()).GetProperty("factorUntil").GetDateTimeOffset();
        host.Clock.Advance(TimeSpan.FromMinutes(6));
        await client.RunAsync(TaskName);
        var rates = await client.RatesAsync();

        Assert.Equal(until, rates.GetProperty("factorUntil").GetDateTimeOffset());
        Assert.Equal(1, rates.Number("factor"));
    }

    // Pages go on within a project and within a minute, in the order of the names and not in that of their first volumes.
    [Fact]
    public async Task Run_MoreMinutesThanPagesHold_EachIsReadOnce()
    {
        await using var host = new ApiHost();
        Volume[] volumes =
        [
            .. from project in (string[])["zeta", "alpha", "mid"]
               from transaction in Enumerable.Range(0, 400).Reverse()
               select new Volume(project, $"t{transaction}", 10, 1),
        ];
        using var client = await BalancedAsync(host, new { targetSampleRate = 0.1 }, volumes);
        await client.PostAsync(volumes.Select(volume => volume with { Kept = 0.5 }));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await client.PostAsync(volumes.Select(volume => volume with { Kept = 0.5 }));
        using var response = await client.RunTaskAsync(TaskName);
        var rows = (await response.ReadJsonAsync()).GetProperty("taskData").GetProperty("fetch_recent_volumes").GetProperty("numRowsTotal").GetInt32();
        var rates = await client.RatesAsync();

        Assert.Equal(2 * volumes.Length, rows);
        Scenario.AssertClose(0.5, rates.Number("obedience"));
        Scenario.AssertClose(2, rates.Number("factor"));
    }

    // Rates of half an hour ago, so that the last five minutes have only what is posted next.
    private static async Task<HttpClient> BalancedAsync(ApiHost host, object settings, params Volume[] volumes)
    {
        var client = host.CreateClient();
        await client.PutAsync("/api/organizations/acme", settings);
        await client.PostAsync(volumes);
        await client.RunAsync("boost_low_volume_projects");
        await client.RunAsync("boost_low_volume_transactions");
        host.Clock.Advance(TimeSpan.FromMinutes(30));
        return client;
    }

    // What clients keep that follow what they are served.
    private static async Task<List<Volume>> ObedientAsync(HttpClient client, IEnumerable<Volume> volumes)
    {
        var kept = new List<Volume>();
        foreach (var volume in volumes)
        {
            JsonElement rates = await client.RatesOfAsync(volume.Project);
            kept.Add(volume with { Kept = volume.Total * rates.Transactions().GetValueOrDefault(volume.Transaction, rates.Number("implicitServedRate")) });
        }

        return kept;
    }
}
