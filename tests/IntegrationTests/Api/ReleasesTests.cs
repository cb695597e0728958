using System.Net;
using System.Net.Http.Json;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>Releases that are learnt from volumes.</summary>
public class ReleasesTests
{
    [Theory]
    [InlineData("""{"project":"p","transaction":"t","total":1,"release":""}""", "release must not be empty")]
    [InlineData("""{"project":"p","transaction":"t","total":1,"release":7}""", "release must be a string")]
    [InlineData("""{"project":"p","transaction":"t","total":1,"release":null}""", "release must be a string")]
    [InlineData("""{"project":"p","transaction":"t","total":1,"release":"\u0000"}""", "release must not have control characters")]
    [InlineData("""{"project":"p","transaction":"t","total":1,"release":"1","release":"2"}""", "release is given twice")]
    [InlineData("""{"project":"p","transaction":"t","total":1,"release":"1","environment":""}""", "environment must not be empty")]
    [InlineData("""{"project":"p","transaction":"t","total":1,"release":"1","environment":["a"]}""", "environment must be a string")]
    public async Task Post_BadReleaseOrEnvironment_Is400AndLearnsNothing(string item, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostAsync("/api/volumes", Bodies.Of($"[{item}]"));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said);
        await HttpAssert.NothingWasCountedAsync(client, "default");
        Assert.Equal(0, host.Count("releases"));
    }

    [Fact]
    public async Task Post_ReleaseOutOfOrder_IsFirstSeenAtItsEarliestMinute()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        foreach (var minute in new[] { 30, 10, 50 })
        {
            using var response = await client.PostAsJsonAsync(
                "/api/volumes", new[] { new { project = "p", transaction = "t", total = 1, release = "1", timestamp = host.Clock.GetUtcNow().AddMinutes(-minute) } });
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        var rules = await client.GetJsonAsync("/api/organizations/default/projects/p/rules");
        var release = Assert.Single(rules.GetProperty("rules").EnumerateArray(), rule => rule.GetProperty("id").GetInt32() == 1500);
        Assert.Equal("2026-11-22T09:10:00Z", release.GetProperty("timeRange").GetProperty("start").GetString());
        Assert.Equal(1, host.Count("releases"));
        Assert.Equal(1, host.Count("releases WHERE last_minute - first_minute = 40"));
    }

    [Fact]
    public async Task Post_MoreThanAHundredReleases_KeepsTheNewestOfEachProject()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var items = Enumerable.Range(0, 130).Select(i => new { project = i < 120 ? "many" : "few", transaction = "t", total = 1, release = $"{i}", timestamp = host.Clock.GetUtcNow().AddMinutes(i - 130) });
        using var response = await client.PostAsJsonAsync("/api/volumes", items);
        var rules = await client.GetJsonAsync("/api/organizations/default/projects/many/rules");

        Assert.Equal(110, host.Count("releases"));
        Assert.Equal(0, host.Count("releases WHERE CAST(release AS INTEGER) < 20"));
        var written = rules.GetProperty("rules").EnumerateArray().Where(rule => rule.GetProperty("id").GetInt32() is >= 1500 and < 1600).ToList();
        Assert.Equal(10, written.Count);
        Assert.Contains("\"119\"", written[0].GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_RepeatedUnderAKey_LearnsOnce()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        for (var i = 0; i < 2; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/volumes")
            {
                Content = Bodies.Of($$"""{"project":"p","transaction":"t","total":1,"release":"{{i}}"}""", Bodies.Lines),
            };
            request.Headers.Add("Idempotency-Key", "k");
            using var response = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        Assert.Equal(1, host.Count("releases"));
    }
}
