using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Clients;

/// <summary>Clients of Jaeger remote sampling fetch their rates, and what they keep by them is estimated back.</summary>
public class RemoteSamplingTests
{
    [NodeFact]
    public async Task JavaScriptSampler_ServiceWithRates_ObeysThemAndIsEstimatedBack()
    {
        await using var host = new ApiHost { UsesSystemClock = true };
        using var client = host.Listen();
        var served = await WithRatesAsync(host, client, "acme");
        await using var node = NodeProcess.Start("traffic.mjs");
        await node.SendAsync(new
        {
            @do = "start",
            services = new[]
            {
                new
                {
                    name = "checkout",
                    url = new Uri(client.BaseAddress!, "/o/acme/v1/traces"),
                    // With the slash at its end the sampler asks for //sampling.
                    sampling = new { endpoint = new Uri(client.BaseAddress!, "/o/acme/"), interval = 200 },
                    seed = 1,
                },
            },
        });
        await node.SendAsync(new { @do = "poll", times = 1 });

        var rates = await node.SendAsync(new { @do = "rates", service = "checkout" });
        Assert.Equal(
            served.OrderBy(rate => rate.Key, StringComparer.Ordinal).Select(rate => (rate.Key, rate.Value)),
            rates.EnumerateObject().OrderBy(rate => rate.Name, StringComparer.Ordinal).Select(rate => (rate.Name, rate.Value.GetDouble())));
        Assert.InRange(served["GET /cart"], 0.01, 0.2);

        await node.SendAsync(new
        {
            @do = "traces",
            of = new object[]
            {
                new { service = "checkout", operation = "GET /cart", count = 20_000, children = 1 },
                new { service = "checkout", operation = "POST /order", count = 40 },
                new { service = "checkout", operation = "GET /never-seen", count = 5_000 },
            },
        });
        var exported = (await node.SendAsync(new { @do = "flush" })).GetProperty("checkout").GetProperty("exported");
        await node.EndAsync();

        var counted = (await host.ReadCountedAsync(client, "acme", "5m")).ToDictionary(volume => volume.Transaction, StringComparer.Ordinal);
        foreach (var (transaction, created, rate) in new[]
        {
            ("GET /cart", 20_000, served["GET /cart"]), ("POST /order", 40, served["POST /order"]), ("GET /never-seen", 5_000, served["default"]),
        })
        {
            var kept = exported.GetProperty(transaction).GetInt32();
            Chance.AssertLottery(kept, created, rate);
            Assert.Equal(kept, counted[transaction].Kept);
            Assert.Equal(kept / rate, counted[transaction].Total, kept / rate * 1e-9);
        }
    }

    [NodeFact]
    public async Task OldJaegerClient_ServiceWithRates_SamplesByThem()
    {
        await using var host = new ApiHost { UsesSystemClock = true };
        using var client = host.Listen();
        var served = await WithRatesAsync(host, client, "default");
        await using var node = NodeProcess.Start(
            "jaeger.mjs", ["localhost", $"{client.BaseAddress!.Port}", "checkout", "GET /cart", "POST /order", "GET /never-seen"]);

        var spans = await node.ReadAsync();

        foreach (var (operation, rate) in new[]
        {
            ("GET /cart", served["GET /cart"]), ("POST /order", served["POST /order"]), ("GET /never-seen", served["default"]),
        })
        {
            var span = spans.GetProperty(operation);
            Assert.Equal(rate, span.GetProperty("rate").GetDouble());
            // These tags are what the service estimates by, when it finds them in spans. Those that are not kept have none.
            if (!span.GetProperty("sampled").GetBoolean())
                continue;
            Assert.Equal("probabilistic", span.GetProperty("type").GetString());
            Assert.Equal(rate, span.GetProperty("param").GetDouble());
        }

        Assert.True(spans.GetProperty("POST /order").GetProperty("sampled").GetBoolean());
    }

    // By operation, and "default". Earlier than the last five minutes, so that these have nothing but what the clients send.
    private static async Task<Dictionary<string, double>> WithRatesAsync(ApiHost host, HttpClient client, string organization)
    {
        // At the full intensity quiet operations are kept whole.
        using var put = await client.PutAsJsonAsync($"/api/organizations/{organization}", new { targetSampleRate = 0.1, intensity = 1 });
        put.EnsureSuccessStatusCode();
        var timestamp = host.Services.GetRequiredService<TimeProvider>().GetUtcNow().AddMinutes(-10);
        using var posted = await client.PostAsJsonAsync(
            "/api/volumes",
            new[]
            {
                new { organization, project = "checkout", transaction = "GET /cart", total = 9000, kept = 900, timestamp },
                new { organization, project = "checkout", transaction = "POST /order", total = 50, kept = 5, timestamp },
                new { organization, project = "billing", transaction = "GET /", total = 20, kept = 2, timestamp },
            });
        posted.EnsureSuccessStatusCode();
        using var run = await client.RunTaskAsync("rebalance_orgs");
        run.EnsureSuccessStatusCode();
        var strategy = (await client.GetJsonAsync($"/o/{organization}/sampling?service=checkout")).GetProperty("operationSampling");
        var rates = strategy.GetProperty("perOperationStrategies").EnumerateArray().ToDictionary(
            item => item.GetProperty("operation").GetString()!,
            item => item.GetProperty("probabilisticSampling").GetProperty("samplingRate").GetDouble(),
            StringComparer.Ordinal);
        rates.Add("default", strategy.GetProperty("defaultSamplingProbability").GetDouble());
        Assert.Equal(1, rates.GetValueOrDefault("POST /order", rates["default"]));
        return rates;
    }
}
