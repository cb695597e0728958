using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Clients;

/// <summary>OpenTelemetry's sampler for AWS X-Ray fetches its rules here, obeys them, and says exactly what there was.</summary>
public class XRaySamplerTests
{
    // What there is in the first round; in the second it is twice as much. Nothing can tell the last two by method and path: they begin with no request, or with one that is unheard of.
    private static readonly Request[] Traffic =
    [
        new("GET", "/cart", "/cart", 20_000),
        new("GET", "/order/17", "/order/{id}", 6_000),
        new("GET", "/order/17/items", "/order/{id}/items", 3_000),
        new("POST", "/order", "/order", 40),
        new(null, "", "work", 5_000),
        new("GET", "/new", "/new", 2_000),
    ];

    [NodeFact]
    public async Task JavaScriptSampler_RatesThatChange_AreFollowedAndTheVolumesAreExact()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Sampling:PublishThreshold", "0")) { UsesSystemClock = true };
        using var client = host.Listen();
        await PublishAsync(host, client, target: 0.1);
        await using var node = NodeProcess.Start("xray.mjs");
        await node.SendAsync(new { @do = "start", service = "checkout", endpoint = new Uri(client.BaseAddress!, "/o/acme"), url = new Uri(client.BaseAddress!, "/o/acme/v1/traces") });

        var first = await AssertFollowsAsync(client, node);
        await node.SendAsync(Requests(times: 1));
        // By itself it reports after ten seconds.
        var fetched = (await node.SendAsync(new { @do = "report", own = true })).GetProperty("rulesFetched").GetInt32();
        await AssertVolumesAsync(host, client, times: 1);

        await PublishAsync(host, client, target: 0.4);
        // The answer to this says that there are other rules, and it fetches them at once.
        Assert.Equal(fetched + 1, (await node.SendAsync(new { @do = "report" })).GetProperty("rulesFetched").GetInt32());
        var second = await AssertFollowsAsync(client, node);
        Assert.NotEqual(first["GET /cart"], second["GET /cart"]);
        await node.SendAsync(Requests(times: 2));
        // Maybe within a second of the last report, and so with the same timestamp.
        await node.SendAsync(new { @do = "report" });
        await AssertVolumesAsync(host, client, times: 3);

        // Each round by its rates. They are told apart by nothing but chance.
        var (created, kept) = Counted(await node.SendAsync(new { @do = "flush" }));
        foreach (var request in Traffic)
        {
            Assert.Equal(3 * request.Count, created[request.Name]);
            var mean = (RateOf(first, request) + 2 * RateOf(second, request)) / 3;
            // Two lotteries vary less than one at their mean.
            Chance.AssertLottery(kept[request.Name], created[request.Name], mean);
        }

        var known = Assert.Single((await client.GetJsonAsync("/api/organizations/acme/clients")).GetProperty("items").EnumerateArray());
        Assert.Equal(("checkout", "obeying"), (known.GetProperty("service").GetString(), known.GetProperty("status").GetString()));
    }

    private static object Requests(int times) => new
    {
        @do = "requests",
        // Children are decided by their roots, and are not counted.
        of = Traffic.Select(request => new { method = request.Method, path = request.Path, route = request.Route, count = times * request.Count, children = 1 }),
    };

    /// <summary>Publishes rates of what there was earlier than the last five minutes, so that these have nothing but what the client counts.</summary>
    private static async Task PublishAsync(ApiHost host, HttpClient client, double target)
    {
        using var put = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = target, intensity = 1 });
        put.EnsureSuccessStatusCode();
        var timestamp = host.Services.GetRequiredService<TimeProvider>().GetUtcNow().AddMinutes(-20);
        using var posted = await client.PostAsJsonAsync(
            "/api/volumes",
            new[] { ("GET /cart", 9000), ("GET /order/{id}", 2000), ("GET /order/{id}/items", 800), ("POST /order", 20), ("work", 500) }
                .Select(volume => new { organization = "acme", project = "checkout", transaction = volume.Item1, total = volume.Item2, timestamp })
                .Append(new { organization = "acme", project = "billing", transaction = "GET /cart", total = 100, timestamp }));
        posted.EnsureSuccessStatusCode();
        using var run = await client.RunTaskAsync("boost_low_volume_transactions");
        run.EnsureSuccessStatusCode();
        using var projects = await client.RunTaskAsync("rebalance_orgs");
        projects.EnsureSuccessStatusCode();
    }

    /// <summary>The sampler has the rates that are served to others as well; the rule of whatever else there is comes after all of its service.</summary>
    private static async Task<Dictionary<string, double>> AssertFollowsAsync(HttpClient client, NodeProcess node)
    {
        var rules = (await node.SendAsync(new { @do = "rules" })).EnumerateArray().ToList();
        var strategy = (await client.GetJsonAsync("/o/acme/sampling?service=checkout")).GetProperty("operationSampling");
        var others = strategy.GetProperty("defaultSamplingProbability").GetDouble();
        var served = strategy.GetProperty("perOperationStrategies").EnumerateArray().ToDictionary(
            item => item.GetProperty("operation").GetString()!,
            item => item.GetProperty("probabilisticSampling").GetProperty("samplingRate").GetDouble(),
            StringComparer.Ordinal);
        foreach (var request in Traffic.Where(request => request.HasRule))
            Assert.Equal(served.GetValueOrDefault(request.Name, others), RuleOf(request.Method!, request.Route.Replace("{id}", "*", StringComparison.Ordinal)));
        Assert.Equal(others, RuleOf("*", "*"));
        served["others"] = others;
        return served;

        double RuleOf(string method, string path) => Assert.Single(rules, rule =>
            rule.GetProperty("service").GetString() == "checkout" && rule.GetProperty("method").GetString() == method && rule.GetProperty("path").GetString() == path)
            .GetProperty("rate").GetDouble();
    }

    private static async Task AssertVolumesAsync(ApiHost host, HttpClient client, int times)
    {
        var counted = (await host.ReadCountedAsync(client, "acme", "15m")).ToDictionary(volume => volume.Transaction, StringComparer.Ordinal);
        Assert.Equal(["GET /cart", "GET /order/{id}", "GET /order/{id}/items", "POST /order", "__other__"], counted.Keys.Order(StringComparer.Ordinal));
        foreach (var request in Traffic.Where(request => request.HasRule))
            Assert.Equal(times * request.Count, counted[request.Name].Total);
        Assert.Equal(times * Traffic.Where(request => !request.HasRule).Sum(request => request.Count), counted["__other__"].Total);
        Assert.All(counted.Values, volume => Assert.Equal("checkout", volume.Project));
        var projects = await client.GetJsonAsync("/api/organizations/acme/volumes?window=15m");
        Assert.True(Assert.Single(projects.GetProperty("items").EnumerateArray()).GetProperty("exact").GetBoolean());
    }

    private static double RateOf(Dictionary<string, double> rates, Request request) =>
        request.HasRule ? rates.GetValueOrDefault(request.Name, rates["others"]) : rates["others"];

    private static (Dictionary<string, double> Created, Dictionary<string, double> Kept) Counted(JsonElement answer) =>
        (Numbers(answer.GetProperty("created")), Numbers(answer.GetProperty("kept")));

    private static Dictionary<string, double> Numbers(JsonElement element) =>
        element.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetDouble(), StringComparer.Ordinal);

    private sealed record Request(string? Method, string Path, string Route, int Count)
    {
        public string Name => Method is null ? Route : $"{Method} {Route}";

        public bool HasRule => Method is not null && Route != "/new";
    }
}
