using DynamicSampling.IntegrationTests.Api;

namespace DynamicSampling.IntegrationTests.SamplingTasks;

public class BoostLowVolumeProjectsTests
{
    private const string Task = "boost_low_volume_projects";

    [Fact]
    public async Task Run_ModeOrganization_QuietProjectsAreWholeAndTheBudgetIsSpent()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PutAsync("/api/organizations/acme", new { targetSampleRate = 0.2 });
        await client.PostAsync(new Volume("quiet", "t", 10), new Volume("middle", "t", 400), new Volume("loud", "t", 1590));
        await client.RunAsync(Task);
        var rates = await client.RatesAsync();
        var served = rates.Projects("servedRate");

        // 400 to spend: 10 for the quiet one, 195 for each of the others.
        Assert.Equal(1, served["quiet"]);
        Scenario.AssertClose(195 / 400.0, served["middle"]);
        Scenario.AssertClose(195 / 1590.0, served["loud"]);
        Scenario.AssertClose(400, rates.Number("expectedKept"));
        Scenario.AssertClose(1, rates.Projects("budgetShare").Values.Sum());
    }

    [Fact]
    public async Task Run_ModeProject_EachHasItsOwnTargetElseTheOrganizations()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PutAsync("/api/organizations/acme", new { mode = "project", targetSampleRate = 0.2 });
        await client.PutAsync("/api/organizations/acme/projects/own", new { targetSampleRate = 0.6 });
        await client.PutAsync("/api/organizations/acme/projects/whole", new { targetSampleRate = 1 });
        await client.PostAsync(new Volume("own", "t", 1000), new Volume("whole", "t", 1000), new Volume("plain", "t", 10));
        await client.RunAsync(Task);
        var rates = await client.RatesAsync();

        Assert.Equal("project", rates.Text("mode"));
        Assert.Equal([("own", 0.6), ("plain", 0.2), ("whole", 1.0)], rates.Projects("servedRate").Select(project => (project.Key, project.Value)));
        Assert.Equal((0.6, "setting"), (await client.RatesOfAsync("own")).Target());
        Assert.Equal((0.2, "setting"), (await client.RatesOfAsync("plain")).Target());
    }

    [Fact]
    public async Task Run_ModeOrganization_AProjectsTargetIsIgnored()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PutAsync("/api/organizations/acme/projects/p", new { targetSampleRate = 0.6 });
        await client.PostAsync(new Volume("p", "t", 1000));
        await client.RunAsync(Task);

        Scenario.AssertClose(0.1, (await client.RatesAsync()).Projects()["p"]);
    }

    [Fact]
    public async Task Run_NoTrafficInTheWindow_LeavesTheRatesAsTheyAre()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("p", "t", 1000));
        await client.RunAsync(Task);
        host.Clock.Advance(TimeSpan.FromHours(2));
        var result = await client.RunAsync(Task);
        var rates = await client.RatesAsync();

        Assert.Equal(1, result.GetProperty("withoutVolumes").GetInt32());
        Assert.Equal(1, rates.GetProperty("version").GetInt32());
        Scenario.AssertClose(0.1, rates.Projects()["p"]);
    }

    // It had made every rate 1: the models keep classes without traffic whole.
    [Fact]
    public async Task Run_OnlyAProjectThatIsGone_RemovesItAndLeavesTheOthers()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("gone", "t", 1000), new Volume("asleep", "t", 1000));
        await client.RunAsync(Task);
        host.Clock.Advance(TimeSpan.FromHours(12));
        await client.PostAsync(new Volume("asleep", "t", 1));
        host.Clock.Advance(TimeSpan.FromHours(12.5));
        var result = await client.RunAsync(Task);
        var rates = await client.RatesAsync();

        Assert.Equal(1, result.GetProperty("published").GetInt32());
        Assert.Equal(2, rates.GetProperty("version").GetInt32());
        var (name, rate) = Assert.Single(rates.Projects());
        Assert.Equal("asleep", name);
        Scenario.AssertClose(0.1, rate);
    }
}
