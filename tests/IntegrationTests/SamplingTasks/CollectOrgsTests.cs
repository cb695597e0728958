using DynamicSampling.IntegrationTests.Api;

namespace DynamicSampling.IntegrationTests.SamplingTasks;

public class CollectOrgsTests
{
    [Fact]
    public async Task Run_TrafficInTheLastHour_IsListedWithItsProjects()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("asleep", "t", 5, Organization: "old"));
        host.Clock.Advance(TimeSpan.FromHours(1));
        await client.PostAsync(new Volume("a", "t", 10, 1), new Volume("b", "t", 20, 2), new Volume("b", "u", 30, 3), new Volume("c", "t", 40, 4, Organization: "beta"));
        await client.PutAsync("/api/organizations/configured", new { targetSampleRate = 0.5 });
        var result = await client.RunAsync("collect_orgs");

        Assert.Equal((2, 2, 3), (result.GetProperty("organizations").GetInt32(), result.GetProperty("withoutVolumes").GetInt32(), result.GetProperty("projects").GetInt32()));
        Assert.Equal((100, 10), (result.Number("total"), result.Number("kept")));
        Assert.Equal(
            [("acme", 2, 60.0, 6.0), ("beta", 1, 40.0, 4.0)],
            result.GetProperty("items").EnumerateArray().Select(item => (item.Text("organization"), item.GetProperty("projectCount").GetInt32(), item.Number("total"), item.Number("kept")))!);
        Assert.Equal(
            [("b", 50.0), ("a", 10.0)],
            result.GetProperty("items")[0].GetProperty("projects").EnumerateArray().Select(project => (project.Text("project"), project.Number("total")))!);
        Assert.Equal(0, (await client.RatesAsync()).GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task Run_MoreThanABatch_ReadsBatchByBatchAndNamesAHundred()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(Enumerable.Range(0, 250).Select(i => new Volume("p", "t", 1, Organization: $"org-{i:d3}")));
        var result = await client.RunAsync("collect_orgs");

        Assert.Equal((250, 3), (result.GetProperty("organizations").GetInt32(), result.GetProperty("batches").GetInt32()));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"org-{i:d3}"), result.GetProperty("items").EnumerateArray().Select(item => item.Text("organization")));
    }

    [Fact]
    public async Task Run_OneOrganization_ListsOnlyThat()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PostAsync(new Volume("a", "t", 10), new Volume("c", "t", 40, Organization: "beta"));
        var result = await client.RunAsync("collect_orgs", "beta");

        Assert.Equal("beta", Assert.Single(result.GetProperty("items").EnumerateArray()).Text("organization"));
    }
}
