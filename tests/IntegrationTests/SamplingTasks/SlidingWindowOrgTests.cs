using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DynamicSampling.IntegrationTests.SamplingTasks;

public class SlidingWindowOrgTests
{
    private const string Task = "sliding_window_org";

    // The clock stands in a month of 30 days.
    [Theory]
    [InlineData(1000, 1.0)]
    [InlineData(1001, 0.25)]
    [InlineData(2000, 0.25)]
    [InlineData(9_000_000, 0.25)]
    public async Task Run_Tiers_TheMonthsVolumePicksTheRate(double total, double rate)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PutAsync("/api/organizations/acme", new { tiers = new[] { new { monthlyVolume = 30_000, rate = 1.0 }, new { monthlyVolume = 60_000, rate = 0.25 } } });
        await client.PostAsync(new Volume("p", "t", 0, Timestamp: host.Clock.GetUtcNow().AddDays(-1.5)), new Volume("p", "t", total));
        await client.RunAsync(Task);
        var rates = await client.RatesAsync();

        Assert.Equal((rate, "tier"), rates.Target());
        Assert.Equal(total * 30, rates.GetProperty("target").Number("monthlyVolume"));
    }

    [Theory]
    [InlineData(1000, 0.3)]
    [InlineData(300, 1.0)]
    [InlineData(0, 1.0)]
    public async Task Run_Budget_SpendsItEvenlyOverTheMonth(double total, double rate)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PutAsync("/api/organizations/acme", new { monthlyBudget = 9000 });
        await client.PostAsync(new Volume("p", "t", 0, Timestamp: host.Clock.GetUtcNow().AddDays(-1.5)), new Volume("p", "t", total));
        await client.RunAsync(Task);

        Assert.Equal((rate, "budget"), (await client.RatesAsync()).Target());
    }

    [Theory]
    [InlineData(58, "default", 0.1)]
    [InlineData(59, "budget", 0.5)]
    public async Task Run_LessThanAnHourOfHistory_TakesTheNextSource(int minutes, string source, double rate)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        // An hour of 100 is a month of 72,000. The running minute is part of the window.
        await client.PutAsync("/api/organizations/acme", new { monthlyBudget = 36_000 });
        await client.PostAsync(new Volume("p", "t", 100, Timestamp: host.Clock.GetUtcNow().AddMinutes(-minutes)));
        await client.RunAsync(Task);

        Assert.Equal((rate, source), (await client.RatesAsync()).Target());
    }

    [Fact]
    public async Task Run_ThreeHoursOfHistory_AreExtrapolatedAsThree()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PutAsync("/api/organizations/acme", new { monthlyBudget = 24_000 });
        await client.PostAsync(new Volume("p", "t", 100, Timestamp: host.Clock.GetUtcNow().AddMinutes(-179)), new Volume("q", "t", 100));
        await client.RunAsync(Task);
        var target = (await client.RatesAsync()).GetProperty("target");

        Assert.Equal(200 / 3.0 * 24 * 30, target.Number("monthlyVolume"));
        Assert.Equal(0.5, target.Number("rate"));
    }

    // The window is the running minute and 1439 before it, whatever hours they cut.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(29)]
    [InlineData(59)]
    public async Task Run_WindowCutsHours_IsExactToTheMinute(int minute)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        host.Clock.Advance(TimeSpan.FromMinutes(minute));
        var now = host.Clock.GetUtcNow();
        await client.PutAsync("/api/organizations/acme", new { monthlyBudget = 1 });
        await client.PostAsync(
            new Volume("p", "t", 1_000_000, Timestamp: now.AddMinutes(-1440)),
            new Volume("p", "t", 1, Timestamp: now.AddMinutes(-1439)),
            new Volume("p", "t", 2, Timestamp: now.AddMinutes(-1380)),
            new Volume("q", "t", 4, Timestamp: now.AddMinutes(-60)),
            new Volume("q", "t", 8, Timestamp: now.AddMinutes(-59)),
            new Volume("q", "t", 16, Timestamp: now),
            new Volume("q", "t", 1_000_000, Timestamp: now.AddMinutes(1)));
        await client.RunAsync(Task);

        Assert.Equal(31 * 30, (await client.RatesAsync()).GetProperty("target").Number("monthlyVolume"));
    }

    [Fact]
    public async Task Run_AfterRetention_StillKnowsHowLongTheHistoryIs()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PutAsync("/api/organizations/acme", new { monthlyBudget = 1 });
        await client.PostAsync(new Volume("p", "t", 100));
        host.Clock.Jump(TimeSpan.FromDays(3));
        await host.Services.GetServices<IHostedService>().OfType<Retention>().Single().DeleteExpiredAsync(CancellationToken.None);
        await client.PostAsync(new Volume("p", "t", 10));
        await client.RunAsync(Task);

        Assert.Equal(0, host.Scalar("SELECT COUNT(*) FROM volumes WHERE total = 100"));
        Assert.Equal(10 * 30, (await client.RatesAsync()).GetProperty("target").Number("monthlyVolume"));
    }

    [Fact]
    public async Task Run_NewMonth_HasItsOwnDays()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        host.Clock.Jump(TimeSpan.FromDays(9));
        await client.PutAsync("/api/organizations/acme", new { monthlyBudget = 1 });
        await client.PostAsync(new Volume("p", "t", 0, Timestamp: host.Clock.GetUtcNow().AddDays(-1.5)), new Volume("p", "t", 10));
        await client.RunAsync(Task);

        Assert.Equal(12, host.Clock.GetUtcNow().Month);
        Assert.Equal(10 * 31, (await client.RatesAsync()).GetProperty("target").Number("monthlyVolume"));
    }

    [Fact]
    public async Task Run_OwnTarget_ComesBeforeTiersAndBudget()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("p", "t", 10, Timestamp: host.Clock.GetUtcNow().AddDays(-1)));
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.7, monthlyBudget = 1, tiers = new[] { new { monthlyVolume = 1, rate = 0.5 } } });
        await client.RunAsync(Task);
        var own = await client.RatesAsync();
        await client.PutAsync("/api/organizations/acme", new { monthlyBudget = 1, tiers = new[] { new { monthlyVolume = 1, rate = 0.5 } } });
        await client.RunAsync(Task);
        var tier = await client.RatesAsync();

        Assert.Equal((0.7, "setting"), own.Target());
        Assert.Equal((0.5, "tier"), tier.Target());
        Assert.Equal((1, 2), (own.GetProperty("version").GetInt32(), tier.GetProperty("version").GetInt32()));
    }

    [Fact]
    public async Task Run_ThenProjects_TheirRatesFollowTheNewTarget()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PutAsync("/api/organizations/acme", new { monthlyBudget = 60_000 });
        await client.PostAsync(
            new Volume("small", "t", 10), new Volume("large", "t", 3990), new Volume("large", "t", 0, Timestamp: host.Clock.GetUtcNow().AddDays(-1.5)));
        await client.RunAsync(Task);
        await client.RunAsync("boost_low_volume_projects");
        var rates = await client.RatesAsync();

        Assert.Equal((0.5, "budget"), rates.Target());
        Assert.Equal(1, rates.Projects()["small"]);
        Scenario.AssertClose(1990 / 3990.0, rates.Projects()["large"]);
    }

    [Fact]
    public async Task Run_OrganizationThatWasNeverSeen_HasNoVolumesAndIsNoFailure()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var result = await client.RunAsync(Task, "nobody");

        Assert.Equal((1, 0), (result.GetProperty("withoutVolumes").GetInt32(), result.GetProperty("failed").GetInt32()));
    }
}
