using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.Tests;

namespace DynamicSampling.IntegrationTests.Api;

public class RoundTests
{
    [Fact]
    public async Task Round_RealVolumes_QuietProjectsAreWholeAndTheBudgetIsSpentExactly()
    {
        var counts = Vectors.Read("real_volumes_30_projects").GetProperty("counts").EnumerateObject().ToDictionary(item => item.Name, item => item.Value.GetDouble());
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", [.. counts.Select(item => (item.Key, item.Value))]);
        using var settings = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = 0.036 });
        using var response = await client.RunTaskAsync("boost_low_volume_projects", new { organization = "acme" });
        var run = await response.ReadJsonAsync();
        var rates = await client.GetJsonAsync("/api/organizations/acme/rates");

        Assert.Equal(HttpStatusCode.OK, settings.StatusCode);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.Equal(run.GetProperty("id").GetString(), rates.GetProperty("computedBy").GetString());
        Assert.Equal(1, rates.GetProperty("version").GetInt64());
        Assert.Equal("setting", rates.GetProperty("target").GetProperty("source").GetString());
        var projects = rates.GetProperty("projects").EnumerateArray().ToList();
        Assert.Equal(30, projects.Count);
        Assert.Equal(25, projects.Count(project => project.GetProperty("rate").GetDouble() == 1));
        var budget = counts.Values.Sum() * 0.036;
        Assert.Equal(budget, projects.Sum(project => counts[project.GetProperty("project").GetString()!] * project.GetProperty("rate").GetDouble()), budget * 1e-9);
        Assert.Equal(1, projects.Sum(project => project.GetProperty("budgetShare").GetDouble()), 1e-9);
    }

    [Fact]
    public async Task Round_OneOrganization_FunctionsCountWhatTheyDid()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("a", 10), ("b", 20));
        using var response = await client.RunTaskAsync("boost_low_volume_projects", new { organization = "acme" });
        var data = (await response.ReadJsonAsync()).GetProperty("taskData");

        Assert.Equal(["list_organizations", "list_projects", "fetch_volumes", "read_rates", "rebalance_projects", "rebalance_transactions", "compare_rates", "store_rates"],
            data.EnumerateObject().Select(function => function.Name));
        AssertCounts(data, "list_organizations", rows: 1, dbCalls: 1, projects: 0, orgs: 1);
        AssertCounts(data, "fetch_volumes", rows: 2, dbCalls: 1, projects: 2, orgs: 1);
        AssertCounts(data, "list_projects", rows: 2, dbCalls: 1, projects: 2, orgs: 1);
        AssertCounts(data, "read_rates", rows: 0, dbCalls: 1, projects: 0, orgs: 1);
        AssertCounts(data, "rebalance_projects", rows: 0, dbCalls: 0, projects: 2, orgs: 1);
        AssertCounts(data, "rebalance_transactions", rows: 0, dbCalls: 0, projects: 2, orgs: 1);
        AssertCounts(data, "compare_rates", rows: 0, dbCalls: 0, projects: 2, orgs: 1);
        AssertCounts(data, "store_rates", rows: 2, dbCalls: 1, projects: 2, orgs: 1);
    }

    [Fact]
    public async Task Round_MoreProjectsThanAPage_FetchesPageByPage()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", [.. Enumerable.Range(0, 2001).Select(i => ($"project-{i:d5}", (double)i))]);
        using var response = await client.RunTaskAsync("boost_low_volume_projects", new { organization = "acme" });
        var run = await response.ReadJsonAsync();
        var first = await client.GetJsonAsync("/api/organizations/acme/rates?limit=1000");
        var second = await client.GetJsonAsync($"/api/organizations/acme/rates?limit=1000&cursor={first.GetProperty("next").GetString()}");
        var third = await client.GetJsonAsync($"/api/organizations/acme/rates?limit=1000&cursor={second.GetProperty("next").GetString()}");

        AssertCounts(run.GetProperty("taskData"), "fetch_volumes", rows: 2001, dbCalls: 3, projects: 2001, orgs: 1);
        Assert.Equal(
            Enumerable.Range(0, 2001).Select(i => $"project-{i:d5}"),
            new[] { first, second, third }.SelectMany(page => page.GetProperty("projects").EnumerateArray()).Select(project => project.GetProperty("project").GetString()));
        Assert.Equal(JsonValueKind.Null, third.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task Round_AllOrganizations_EachIsBalancedByItself()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var volumes = Enumerable.Range(0, 101).Select(i => new { organization = $"org-{i:d3}", project = "p", transaction = "t", total = 10 });
        using var posted = await client.PostAsJsonAsync("/api/volumes", volumes);
        using var response = await client.RunTaskAsync("boost_low_volume_projects");
        var run = await response.ReadJsonAsync();

        Assert.Equal(101, run.GetProperty("result").GetProperty("published").GetInt32());
        Assert.Equal(JsonValueKind.Null, run.GetProperty("organization").ValueKind);
        AssertCounts(run.GetProperty("taskData"), "list_organizations", rows: 101, dbCalls: 2, projects: 0, orgs: 101);
        Assert.Equal(101, run.GetProperty("taskData").GetProperty("rebalance_projects").GetProperty("calls").GetInt32());
        var rates = await client.GetJsonAsync("/api/organizations/org-100/rates");
        Assert.Equal(0.1, rates.GetProperty("projects")[0].GetProperty("rate").GetDouble(), 1e-12);
        Assert.Equal("default", rates.GetProperty("target").GetProperty("source").GetString());
    }

    [Fact]
    public async Task Round_NothingMoved_PublishesNothing()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("a", 10), ("b", 1000));
        using var first = await client.RunTaskAsync("boost_low_volume_projects");
        using var again = await client.RunTaskAsync("boost_low_volume_projects");
        var unchanged = await client.GetJsonAsync("/api/organizations/acme/rates");
        using var more = await host.WithVolumesAsync("acme", ("b", 1000));
        using var third = await client.RunTaskAsync("boost_low_volume_projects");
        var changed = await client.GetJsonAsync("/api/organizations/acme/rates");

        Assert.Equal(1, (await again.ReadJsonAsync()).GetProperty("result").GetProperty("unchanged").GetInt32());
        Assert.Equal(1, unchanged.GetProperty("version").GetInt64());
        Assert.Equal(2, changed.GetProperty("version").GetInt64());
        Assert.Equal((await third.ReadJsonAsync()).GetProperty("id").GetString(), changed.GetProperty("computedBy").GetString());
    }

    [Fact]
    public async Task Round_NewTarget_IsPublished()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("a", 10));
        using var first = await client.RunTaskAsync("boost_low_volume_projects");
        using var put = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = 0.5 });
        using var second = await client.RunTaskAsync("boost_low_volume_projects");
        var rates = await client.GetJsonAsync("/api/organizations/acme/rates");

        Assert.Equal(2, rates.GetProperty("version").GetInt64());
        Assert.Equal(0.5, rates.GetProperty("target").GetProperty("rate").GetDouble());
        Assert.Equal(0.5, rates.GetProperty("projects")[0].GetProperty("rate").GetDouble(), 1e-12);
    }

    [Fact]
    public async Task Round_ModeProject_GivesEveryProjectTheTarget()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("a", 10), ("b", 100_000));
        using var put = await client.PutAsJsonAsync("/api/organizations/acme", new { mode = "project", targetSampleRate = 0.25 });
        using var run = await client.RunTaskAsync("boost_low_volume_projects");
        var rates = await client.GetJsonAsync("/api/organizations/acme/rates");

        Assert.All(rates.GetProperty("projects").EnumerateArray(), project => Assert.Equal(0.25, project.GetProperty("rate").GetDouble()));
    }

    [Fact]
    public async Task Round_MinimumRate_IsServedWhereTheModelGivesLess()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("a", 10), ("b", 100_000));
        using var put = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = 0.01, minimumSampleRate = 0.05 });
        using var run = await client.RunTaskAsync("boost_low_volume_projects");
        var loud = (await client.GetJsonAsync("/api/organizations/acme/rates")).GetProperty("projects")[1];

        Assert.True(loud.GetProperty("rate").GetDouble() < 0.011);
        Assert.Equal(0.05, loud.GetProperty("servedRate").GetDouble());
    }

    [Fact]
    public async Task Round_OrganizationWithoutVolumes_CompletesAndSaysSo()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.RunTaskAsync("boost_low_volume_projects", new { organization = "nobody" });
        var run = await response.ReadJsonAsync();

        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.Equal(1, run.GetProperty("result").GetProperty("withoutVolumes").GetInt32());
        Assert.Contains("no volumes", run.GetProperty("result").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, run.GetProperty("taskData").GetProperty("list_organizations").GetProperty("numRowsTotal").GetInt32());
    }

    [Fact]
    public async Task Round_WindowHasPassed_LeavesTheRatesAsTheyAre()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("a", 10));
        using var first = await client.RunTaskAsync("boost_low_volume_projects");
        host.Clock.Advance(TimeSpan.FromMinutes(59));
        using var inside = await client.RunTaskAsync("boost_low_volume_projects");
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        using var outside = await client.RunTaskAsync("boost_low_volume_projects");

        Assert.Equal(1, (await inside.ReadJsonAsync()).GetProperty("result").GetProperty("unchanged").GetInt32());
        Assert.Equal(1, (await outside.ReadJsonAsync()).GetProperty("result").GetProperty("withoutVolumes").GetInt32());
        Assert.Equal(1, (await client.GetJsonAsync("/api/organizations/acme/rates")).GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task Round_OneOrganizationFails_TheOthersGoOn()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("broken", ("a", 10));
        using var other = await host.WithVolumesAsync("fine", ("a", 10));
        host.Sql("UPDATE organizations SET settings = '{not json' WHERE name = 'broken'");
        using var response = await client.RunTaskAsync("boost_low_volume_projects");
        var result = (await response.ReadJsonAsync()).GetProperty("result");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(1, result.GetProperty("published").GetInt32());
        Assert.Equal(1, result.GetProperty("failed").GetInt32());
        Assert.Equal("broken", result.GetProperty("failures")[0].GetProperty("organization").GetString());
        Assert.Equal(1, (await client.GetJsonAsync("/api/organizations/fine/rates")).GetProperty("version").GetInt64());
        Assert.Equal(0, (await client.GetJsonAsync("/api/organizations/broken/rates")).GetProperty("version").GetInt64());
    }

    private static void AssertCounts(JsonElement data, string function, int rows, int dbCalls, int projects, int orgs)
    {
        var counts = data.GetProperty(function);
        Assert.Equal(
            (rows, dbCalls, projects, orgs),
            (counts.GetProperty("numRowsTotal").GetInt32(), counts.GetProperty("numDbCalls").GetInt32(), counts.GetProperty("numProjects").GetInt32(), counts.GetProperty("numOrgs").GetInt32()));
    }
}
