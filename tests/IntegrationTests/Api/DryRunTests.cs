using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Api;

public class DryRunTests
{
    [Theory]
    [InlineData("rebalance_orgs")]
    [InlineData("boost_low_volume_projects")]
    public async Task Run_Dry_ListsTheDifferenceAndPublishesNothing(string task)
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("a", 10), ("b", 990));
        using var dry = await client.RunTaskAsync(task, new { organization = "acme", dryRun = true });
        var result = (await dry.ReadJsonAsync()).GetProperty("result");
        var difference = result.GetProperty("difference");
        var unpublished = await client.GetJsonAsync("/api/organizations/acme/rates");
        using var real = await client.RunTaskAsync(task, new { organization = "acme" });
        using var again = await client.RunTaskAsync(task, new { organization = "acme", dryRun = true });
        var published = await client.GetJsonAsync("/api/organizations/acme/rates");
        var nothing = (await again.ReadJsonAsync()).GetProperty("result").GetProperty("difference");

        Assert.Equal((true, 1), (result.GetProperty("dryRun").GetBoolean(), result.GetProperty("published").GetInt32()));
        Assert.Contains("would be published", result.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal((100, 100), (difference.GetProperty("expectedKeptBefore").GetDouble(), Math.Round(difference.GetProperty("expectedKeptAfter").GetDouble(), 6)));
        Assert.All(difference.GetProperty("changes").EnumerateArray(), change => Assert.Equal(0.1, change.GetProperty("before").GetDouble()));
        Assert.Contains(difference.GetProperty("changes").EnumerateArray(), change => change.GetProperty("project").GetString() == "a" && change.GetProperty("after").GetDouble() == 1);
        Assert.Equal(0, unpublished.GetProperty("version").GetInt64());
        Assert.Equal(1, published.GetProperty("version").GetInt64());
        Assert.Equal(JsonValueKind.Undefined, (await real.ReadJsonAsync()).GetProperty("result").TryGetProperty("difference", out var none) ? none.ValueKind : JsonValueKind.Undefined);
        Assert.Equal(0, nothing.GetProperty("changedRates").GetInt64());
        Assert.Empty(nothing.GetProperty("changes").EnumerateArray());
    }

    [Fact]
    public async Task Run_DryInTheBackground_PublishesNothing()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("a", 10), ("b", 990));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tasks/rebalance_orgs") { Content = JsonContent.Create(new { dryRun = true }) };
        request.Headers.Add("Prefer", "respond-async");
        using var response = await client.SendAsync(request);
        var run = await client.WaitForAsync(response.Headers.Location!.OriginalString, run => run.GetProperty("status").GetString() != "running");

        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal("completed", run.GetProperty("status").GetString());
        Assert.True(run.GetProperty("result").GetProperty("dryRun").GetBoolean());
        Assert.NotEmpty(run.GetProperty("result").GetProperty("difference").GetProperty("changes").EnumerateArray());
        Assert.Equal(0, (await client.GetJsonAsync("/api/organizations/acme/rates")).GetProperty("version").GetInt64());
    }

    [Theory]
    [InlineData("""{"dryRun":"yes"}""")]
    [InlineData("""{"dryRun":1}""")]
    [InlineData("""{"dryRun":null}""")]
    public async Task Run_DryRunIsNoBoolean_Is400(string body)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostAsync("/api/tasks/rebalance_orgs", Bodies.Of(body));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, "dryRun");
    }
}
