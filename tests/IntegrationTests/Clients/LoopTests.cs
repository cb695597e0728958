using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.Clients;

/// <summary>
/// The whole loop: services under an unmodified SDK poll their rates, keep traces by them and export what they keep; from that the service
/// estimates what there was, and computes the next rates.
/// </summary>
public class LoopTests
{
    private const double Target = 0.2;
    private const int Rounds = 5;

    // One in so many traces of each round is sent late.
    private const int LateOf = 10;

    // In each round. One operation has 80 % of all traces.
    private static readonly Operation[] Traffic =
    [
        new("checkout", "GET /cart", 50_000),
        new("checkout", "POST /order", 2_800),
        new("checkout", "GET /order/{id}", 500),
        new("checkout", "DELETE /cart", 5),
        new("search", "GET /search", 6_000),
        new("search", "GET /suggest", 2_000),
        new("search", "POST /reindex", 4),
        new("billing", "GET /invoice", 1_500),
        new("billing", "POST /invoice", 480),
        new("billing", "GET /report", 11),
    ];

    private static readonly string[] Services = [.. Traffic.Select(operation => operation.Service).Distinct()];

    [NodeFact]
    public async Task Loop_UnevenTraffic_IsKeptAtTheServedRatesNearTheTargetAndEstimatedRight()
    {
        // However little the rates move, each pass publishes.
        await using var host = new ApiHost(builder => builder.UseSetting("Sampling:PublishThreshold", "0")) { UsesSystemClock = true };
        using var client = host.Listen();
        // At the full intensity every quiet operation is kept whole.
        using var put = await client.PutAsJsonAsync("/api/organizations/default", new { targetSampleRate = Target, intensity = 1 });
        put.EnsureSuccessStatusCode();
        await using var node = NodeProcess.Start("traffic.mjs");
        await StartAsync(node, client.BaseAddress!);

        var ledger = new Ledger(host, client, node);
        var rates = new Dictionary<Operation, double>();
        var kept = 0.0;
        for (var round = 0; round < Rounds; round++)
        {
            // The clients have what is served now, also those whose answer was under way. What they have not sent yet was kept at the rates before.
            await node.SendAsync(new { @do = "poll", times = 3 });
            await ledger.FlushAsync(rates);
            rates = await ReadRatesAsync(client);
            await ledger.MakeAsync(Traffic);
            kept = await ledger.FlushAsync(rates);
            if (round == Rounds - 1)
                break;
            await ledger.MakeAsync(Traffic.Where(operation => operation.Count >= LateOf).Select(operation => operation with { Count = operation.Count / LateOf }));
            await RebalanceAsync(client, version: round + 1);
        }

        await node.EndAsync();
        AssertQuietAreWhole(rates, await client.GetJsonAsync("/api/organizations/default/rates"));
        await AssertTargetAsync(client, kept / Traffic.Sum(operation => operation.Count));
    }

    private static async Task StartAsync(NodeProcess node, Uri service) => await node.SendAsync(new
    {
        @do = "start",
        services = Services.Select((name, i) => new
        {
            name,
            version = "1.0.0",
            url = new Uri(service, "/v1/traces"),
            sampling = new { endpoint = service, interval = 300 },
            // The same ids each time, so that there is no luck in it.
            seed = i,
        }),
    });

    private static async Task RebalanceAsync(HttpClient client, long version)
    {
        using var run = await client.RunTaskAsync("rebalance_orgs", new { organization = "default" });
        run.EnsureSuccessStatusCode();
        Assert.Equal(version, (await client.GetJsonAsync("/api/organizations/default/rates")).GetProperty("version").GetInt64());
    }

    private static async Task<Dictionary<Operation, double>> ReadRatesAsync(HttpClient client)
    {
        var rates = new Dictionary<Operation, double>();
        foreach (var service in Services)
        {
            var project = await client.GetJsonAsync($"/api/organizations/default/projects/{service}/rates");
            var own = project.GetProperty("transactions").EnumerateArray()
                .ToDictionary(item => item.GetProperty("transaction").GetString()!, item => item.GetProperty("servedRate").GetDouble(), StringComparer.Ordinal);
            foreach (var operation in Traffic.Where(operation => operation.Service == service))
                rates.Add(operation, own.GetValueOrDefault(operation.Name, project.GetProperty("implicitServedRate").GetDouble()));
        }

        return rates;
    }

    private static void AssertQuietAreWhole(Dictionary<Operation, double> rates, JsonElement document)
    {
        var whole = Math.Min(1, document.GetProperty("factor").GetDouble());
        Assert.InRange(whole, 0.9, 1);
        foreach (var (operation, rate) in rates)
        {
            // Billing has less than its share, so it is kept as it is.
            if (operation.Service == "billing")
                Assert.Equal(1, rate);
            else if (operation.Count < 100)
                Assert.Equal(whole, rate, 1e-9);
            else if (operation.Count > 2_500)
                Assert.True(rate < whole, $"{operation} is loud, but kept at {rate}.");
        }
    }

    private static async Task AssertTargetAsync(HttpClient client, double share)
    {
        var rates = await client.GetJsonAsync("/api/organizations/default/rates");
        // The rates spend the target of the volumes that are estimated, these are near the true ones, and then there is chance.
        Assert.Equal(
            Target, rates.GetProperty("expectedKept").GetDouble() / rates.GetProperty("projects").EnumerateArray().Sum(item => item.GetProperty("total").GetDouble()),
            Target * 0.05);
        Assert.Equal(Target, share, Target * 0.05);
        var goal = await client.GetJsonAsync("/api/organizations/default/goal");
        Assert.True(goal.GetProperty("met").GetBoolean(), goal.GetRawText());
        Assert.InRange(rates.GetProperty("obedience").GetDouble(), 0.95, 1.05);
    }

    private sealed record Operation(string Service, string Name, int Count)
    {
        // However many traces of it are meant.
        public bool Equals(Operation? other) => other is not null && other.Service == Service && other.Name == Name;

        public override int GetHashCode() => HashCode.Combine(Service, Name);
    }

    /// <summary>What there was, and what of it the service has to know.</summary>
    private sealed class Ledger(ApiHost host, HttpClient client, NodeProcess node)
    {
        // By the rate in force.
        private readonly Dictionary<Operation, List<(double Created, double Rate)>> _parts = Traffic.ToDictionary(operation => operation, _ => new List<(double, double)>());
        private readonly Dictionary<Operation, double> _exported = Traffic.ToDictionary(operation => operation, _ => 0.0);
        private List<Operation> _made = [];

        public async Task MakeAsync(IEnumerable<Operation> operations)
        {
            _made = [.. operations];
            await node.SendAsync(new { @do = "traces", of = _made.Select(operation => new { service = operation.Service, operation = operation.Name, count = operation.Count }) });
        }

        /// <summary>Sends what was made last.</summary>
        /// <returns>How much of it was kept.</returns>
        public async Task<double> FlushAsync(Dictionary<Operation, double> rates)
        {
            var sent = await node.SendAsync(new { @do = "flush" });
            var keptOfAll = 0.0;
            foreach (var operation in _made)
            {
                var service = sent.GetProperty(operation.Service);
                Assert.Empty(service.GetProperty("failures").EnumerateArray());
                _parts[operation].Add((operation.Count, rates[operation]));
                Assert.Equal(_parts[operation].Sum(part => part.Created), service.GetProperty("created").GetProperty(operation.Name).GetDouble());
                var exported = service.GetProperty("exported").TryGetProperty(operation.Name, out var number) ? number.GetDouble() : 0;
                var kept = exported - _exported[operation];
                Chance.AssertLottery(kept, operation.Count, rates[operation]);
                _exported[operation] = exported;
                keptOfAll += kept;
            }

            if (_made.Count > 0)
                await AssertEstimatesAsync();
            return keptOfAll;
        }

        // Spans of every round were kept at that round's rates; the window has them all.
        private async Task AssertEstimatesAsync()
        {
            var counted = (await host.ReadCountedAsync(client)).ToDictionary(volume => (volume.Project, volume.Transaction));
            foreach (var service in Services)
            {
                var operations = Traffic.Where(operation => operation.Service == service).ToList();
                foreach (var operation in operations)
                {
                    var volume = counted.GetValueOrDefault((service, operation.Name)) ?? new(service, operation.Name, Total: 0, Kept: 0);
                    Assert.Equal(_exported[operation], volume.Kept);
                    Chance.AssertEstimate(volume.Total, _parts[operation].Sum(part => part.Created), _parts[operation]);
                }

                var parts = operations.SelectMany(operation => _parts[operation]).ToList();
                var created = parts.Sum(part => part.Created);
                var estimated = counted.Where(volume => volume.Key.Project == service).Sum(volume => volume.Value.Total);
                Chance.AssertEstimate(estimated, created, parts);
                // What chance is allowed would hide much where there is little.
                if (created > 20_000)
                    Assert.InRange(estimated / created, 0.97, 1.03);
            }
        }
    }
}
