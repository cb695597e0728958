using System.Net;
using System.Net.Http.Json;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.Serving;

/// <summary>Jaeger remote sampling, and the strategies file.</summary>
public sealed class SamplingTests
{
    [Theory]
    [InlineData("/sampling")]
    [InlineData("/api/sampling")]
    [InlineData("/sampling/sampling")]
    [InlineData("/api/sampling/sampling")]
    [InlineData("//sampling")]
    [InlineData("//sampling//sampling")]
    [InlineData("/o/default/sampling")]
    [InlineData("/o/default//sampling")]
    [InlineData("/o/default/api/sampling/sampling")]
    public async Task Get_AnyPathOfClients_AnswersTheSame(string path)
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("default");

        Assert.Equal(
            await client.GetStringAsync("/sampling?service=checkout"),
            await client.GetStringAsync(new Uri($"http://localhost{path}?service=checkout")));
    }

    [Fact]
    public async Task Get_ServiceWithRates_HasExactlyTheMembersThatClientsKnowAndTheServedRates()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");

        var strategy = await client.GetJsonAsync("/o/acme/sampling?service=checkout");

        var rates = await client.GetJsonAsync("/api/organizations/acme/projects/checkout/rates");
        Assert.Equal(["strategyType", "probabilisticSampling", "operationSampling"], strategy.EnumerateObject().Select(member => member.Name));
        Assert.Equal("PROBABILISTIC", strategy.GetProperty("strategyType").GetString());
        var operations = strategy.GetProperty("operationSampling");
        Assert.Equal(
            ["defaultSamplingProbability", "defaultLowerBoundTracesPerSecond", "perOperationStrategies", "defaultUpperBoundTracesPerSecond"],
            operations.EnumerateObject().Select(member => member.Name));
        var others = rates.GetProperty("implicitServedRate").GetDouble();
        Assert.Equal(others, strategy.GetProperty("probabilisticSampling").GetProperty("samplingRate").GetDouble());
        Assert.Equal(others, operations.GetProperty("defaultSamplingProbability").GetDouble());
        var served = rates.GetProperty("transactions").EnumerateArray()
            .Select(item => (item.GetProperty("transaction").GetString(), item.GetProperty("servedRate").GetDouble())).ToList();
        Assert.Equal(2, served.Count);
        Assert.Equal(
            served.Where(item => item.Item2 != others),
            operations.GetProperty("perOperationStrategies").EnumerateArray().Select(item =>
                (item.GetProperty("operation").GetString(), item.GetProperty("probabilisticSampling").GetProperty("samplingRate").GetDouble())));
    }

    [Fact]
    public async Task Get_UnknownServiceOrOrganization_GetsTheTarget()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Sampling:DefaultTargetSampleRate", "0.3"));
        using var client = host.CreateClient();
        using var put = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = 0.2, minimumSampleRate = 0.25 });

        Assert.Equal(0.3, await RateAsync(client, "/sampling?service=never-seen"));
        Assert.Equal(0.3, await RateAsync(client, "/o/nobody/sampling?service=never-seen"));
        Assert.Equal(0.25, await RateAsync(client, "/o/acme/sampling?service=never-seen"));
    }

    [Fact]
    public async Task Get_AfterEachChange_IsNewAtOnce()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var first = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = 0.2 });
        Assert.Equal(0.2, await RateAsync(client, "/o/acme/sampling?service=checkout"));

        using var second = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = 0.4 });
        Assert.Equal(0.4, await RateAsync(client, "/o/acme/sampling?service=checkout"));

        using var rates = await host.WithRatesAsync("acme");
        Assert.NotEmpty((await client.GetJsonAsync("/o/acme/sampling?service=checkout")).GetProperty("operationSampling").GetProperty("perOperationStrategies").EnumerateArray());

        using var deleted = await client.DeleteAsync("/api/organizations/acme?data=true");
        Assert.Equal(0.1, await RateAsync(client, "/o/acme/sampling?service=checkout"));
    }

    [Fact]
    public async Task Get_FactorExpired_IsServedNoLonger()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var posted = await client.PostAsJsonAsync(
            "/api/volumes",
            new[] { new { organization = "acme", project = "checkout", transaction = "GET /", total = 1000, kept = 50 } });
        using var run = await client.RunTaskAsync("rebalance_orgs");
        Assert.Equal(0.2, await RateAsync(client, "/o/acme/sampling?service=checkout"), 1e-9);

        host.Clock.Advance(TimeSpan.FromMinutes(3));

        Assert.Equal(0.1, await RateAsync(client, "/o/acme/sampling?service=checkout"), 1e-9);
    }

    [Fact]
    public async Task Get_DatabaseBroken_ServesTheLastGoodRates()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        var good = await client.GetStringAsync("/o/acme/sampling?service=checkout");

        host.Sql("ALTER TABLE rate_versions RENAME TO gone");
        // What was published meanwhile cannot be read.
        using var put = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = 0.9 });

        Assert.Equal(good, await client.GetStringAsync("/o/acme/sampling?service=checkout"));
        Assert.Equal(0.1, await RateAsync(client, "/o/other/sampling?service=checkout"));
    }

    [Theory]
    [InlineData("/sampling")]
    [InlineData("/sampling?service=")]
    [InlineData("/sampling?service=a&service=b")]
    public async Task Get_NotOneService_Is400AndLooksLikeNoStrategy(string path)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();

        using var response = await client.GetAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var body = await response.ReadJsonAsync();
        Assert.False(body.TryGetProperty("strategyType", out _));
        Assert.Contains("?service=", body.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_WithETag_Is304UntilTheRatesChange()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        using var first = await client.GetAsync("/o/acme/sampling?service=checkout");
        var tag = first.Headers.ETag;
        Assert.NotNull(tag);

        using var again = await GetAsync(client, tag.ToString());
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());

        using var other = await GetAsync(client, "\"other\"");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);

        using var put = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = 0.5 });
        using var run = await client.RunTaskAsync("rebalance_orgs");
        using var changed = await GetAsync(client, tag.ToString());
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.NotEqual(tag, changed.Headers.ETag);

        static async Task<HttpResponseMessage> GetAsync(HttpClient client, string tag)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/o/acme/sampling?service=checkout");
            request.Headers.IfNoneMatch.ParseAdd(tag);
            return await client.SendAsync(request);
        }
    }

    [Fact]
    public async Task Strategies_ServicesWithRates_AreInTheFormOfTheFile()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");

        var file = await client.GetJsonAsync("/api/strategies.json?organization=acme");

        Assert.Equal("""{"type":"probabilistic","param":0.1}""", file.GetProperty("default_strategy").GetRawText());
        var services = file.GetProperty("service_strategies").EnumerateArray().ToList();
        Assert.Equal(["billing", "checkout"], services.Select(service => service.GetProperty("service").GetString()));
        foreach (var service in services)
        {
            var rates = await client.GetJsonAsync($"/api/organizations/acme/projects/{service.GetProperty("service").GetString()}/rates");
            Assert.Equal("probabilistic", service.GetProperty("type").GetString());
            Assert.Equal(rates.GetProperty("implicitServedRate").GetDouble(), service.GetProperty("param").GetDouble());
        }

        var unknown = await client.GetJsonAsync("/api/strategies.json");
        Assert.Equal(0, unknown.GetProperty("service_strategies").GetArrayLength());
    }

    private static async Task<double> RateAsync(HttpClient client, string path) =>
        (await client.GetJsonAsync(path)).GetProperty("probabilisticSampling").GetProperty("samplingRate").GetDouble();
}

internal static class RatesExtensions
{
    /// <summary>Two services with traffic, and rates for them.</summary>
    public static async Task<HttpClient> WithRatesAsync(this ApiHost host, string organization)
    {
        var client = host.CreateClient();
        using var posted = await client.PostAsJsonAsync(
            "/api/volumes",
            new[]
            {
                new { organization, project = "checkout", transaction = "GET /cart", total = 9000, kept = 900 },
                new { organization, project = "checkout", transaction = "POST /order", total = 50, kept = 5 },
                new { organization, project = "billing", transaction = "GET /", total = 20, kept = 2 },
            });
        posted.EnsureSuccessStatusCode();
        using var run = await client.RunTaskAsync("rebalance_orgs");
        run.EnsureSuccessStatusCode();
        return client;
    }
}
