using System.Net;
using DynamicSampling.IntegrationTests.Api;

namespace DynamicSampling.IntegrationTests.Authentication;

public class CrossSiteTests
{
    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "http://localhost:81")]
    [InlineData("Origin", "http://localhost.evil.example")]
    [InlineData("Origin", "null")]
    public async Task Changes_FromPagesOfOtherSites_AreRefused(string header, string value)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.Add(header, value);
        using var task = await client.PostAsync("/api/tasks/rebalance_orgs", content: null);
        using var volumes = await client.PostAsync("/api/volumes", Bodies.Of("""[{"project":"p","transaction":"t","total":1}]"""));
        using var settings = await client.DeleteAsync("/api/organizations/acme");
        using var read = await client.GetAsync("/api/organizations");
        using var rates = await client.GetAsync("/sampling?service=checkout");

        Assert.Equal(
            (HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.OK),
            (task.StatusCode, volumes.StatusCode, settings.StatusCode, read.StatusCode));
        // It would be counted as one of the service's clients.
        Assert.Equal(HttpStatusCode.Forbidden, rates.StatusCode);
        Assert.Equal(0L, host.Count("runs"));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Sec-Fetch-Site", "none")]
    [InlineData("Origin", "http://localhost")]
    [InlineData("Origin", "http://localhost:80")]
    [InlineData("User-Agent", "curl/8.0")]
    public async Task Changes_FromOwnPagesAndPrograms_AreTaken(string header, string value)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.Add(header, value);
        using var response = await client.PostAsync("/api/tasks/rebalance_orgs", content: null);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data; boundary=x")]
    [InlineData(null)]
    public async Task Bodies_OfMediaTypesThatFormsHave_AreRefused(string? mediaType)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var task = await client.PostAsync("/api/tasks/rebalance_orgs", Bodies.Of("""{"organization":"acme"}""", mediaType));
        using var volumes = await client.PostAsync("/api/volumes", Bodies.Of("""[{"project":"p","transaction":"t","total":1}]""", mediaType));
        using var settings = await client.PutAsync("/api/organizations/acme", Bodies.Of("{}", mediaType));
        using var traces = await client.PostAsync("/v1/traces", Bodies.Of("{}", mediaType));

        Assert.All([task, volumes, settings, traces], response => Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode));
        Assert.Equal(0L, host.Count("runs"));
    }

    [Fact]
    public async Task Preflights_OfOtherSites_AreNotAnswered()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/volumes");
        request.Headers.Add("Origin", "https://evil.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        using var response = await client.SendAsync(request);

        Assert.False(response.IsSuccessStatusCode);
        Assert.DoesNotContain(response.Headers, header => header.Key.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
    }
}
