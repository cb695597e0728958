using System.Net.Http.Json;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Ingest;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.Serving;

/// <summary>Who polls and obeys, and what polls say of the volume.</summary>
public sealed class ClientsTests
{
    private const string Clients = "/api/organizations/acme/clients";

    [Fact]
    public async Task List_PollsAndSpans_TellsOfEachService()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        for (var poll = 0; poll < 5; poll++)
        {
            await client.GetStringAsync("/o/acme/sampling?service=checkout");
            host.Clock.Advance(TimeSpan.FromSeconds(60));
        }

        await client.SendTracesAsync(Traces.Roots("checkout", "GET /cart", 100, host.Clock.GetUtcNow()), "/o/acme/v1/traces");
        await client.SendTracesAsync(Traces.Roots("silent", "GET /", 1, host.Clock.GetUtcNow()), "/o/acme/v1/traces");

        var clients = await client.GetJsonAsync(Clients);
        Assert.Equal(1, clients.GetProperty("version").GetInt64());
        var items = clients.GetProperty("items");
        Assert.Equal(["checkout", "silent"], items.EnumerateArray().Select(item => item.GetProperty("service").GetString()));
        var checkout = items[0];
        // Every trace was kept, where about one in ten should have been.
        Assert.Equal("ignoring", checkout.GetProperty("status").GetString());
        Assert.Equal("2026-11-22T10:04:00.000Z", checkout.GetProperty("lastPollAt").GetString());
        Assert.Equal(60, checkout.GetProperty("pollIntervalSeconds").GetDouble());
        Assert.Equal(1, checkout.GetProperty("pollers").GetInt32());
        Assert.Equal(1, checkout.GetProperty("version").GetInt64());
        Assert.Equal("2026-11-22T10:05:00.000Z", checkout.GetProperty("lastSpanAt").GetString());
        Assert.Equal(100, checkout.GetProperty("checkedSpans").GetInt32());
        Assert.Equal("never_polled", items[1].GetProperty("status").GetString());
        Assert.Contains("remote sampler", items[1].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_ServiceThatStartsNoTraces_IsNotToldToPoll()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var child = new { traceId = $"{1:x32}", spanId = $"{2:x16}", parentSpanId = $"{3:x16}", name = "SELECT", startTimeUnixNano = $"{host.Clock.GetUtcNow().ToUnixTimeMilliseconds()}000000" };
        await client.SendTracesAsync(Traces.Request("inventory", child), "/o/acme/v1/traces");

        Assert.Equal(0, (await client.GetJsonAsync(Clients)).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task List_Pages_GoOnByName()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        foreach (var service in (string[])["c", "a", "b"])
            await client.GetStringAsync($"/o/acme/sampling?service={service}");

        var first = await client.GetJsonAsync(Clients + "?limit=2");
        var second = await client.GetJsonAsync($"{Clients}?limit=2&cursor={first.GetProperty("next").GetString()}");

        Assert.Equal(["a", "b"], first.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("service").GetString()));
        Assert.Equal(["c"], second.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("service").GetString()));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, second.GetProperty("next").ValueKind);
        Assert.Equal("unknown", second.GetProperty("items")[0].GetProperty("status").GetString());
    }

    [Fact]
    public async Task Volumes_OfAClientThatPolled_AreEstimatedByTheRateThatItHad()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await SetTargetAsync(client, 0.5);
        await client.SendTracesAsync(Traces.Roots("checkout", "before any poll", 10, host.Clock.GetUtcNow()), "/o/acme/v1/traces");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        await client.GetStringAsync("/o/acme/sampling?service=checkout");
        var polled = host.Clock.GetUtcNow();
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        await SetTargetAsync(client, 0.1);
        // The client has not asked again yet.
        await client.SendTracesAsync(Traces.Roots("checkout", "after the change", 10, host.Clock.GetUtcNow()), "/o/acme/v1/traces");
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        await client.GetStringAsync("/o/acme/sampling?service=checkout");
        await client.SendTracesAsync(Traces.Roots("checkout", "after the poll", 10, host.Clock.GetUtcNow()), "/o/acme/v1/traces");
        // What started earlier and arrives now was kept by the rate of then.
        await client.SendTracesAsync(Traces.Roots("checkout", "late", 10, polled), "/o/acme/v1/traces");
        await host.FlushAsync();

        var volumes = await client.GetJsonAsync("/api/organizations/acme/volumes?by=transaction");
        Assert.Equal(
            [("after the poll", 100, 10), ("after the change", 20, 10), ("late", 20, 10), ("before any poll", 10, 10)],
            volumes.GetProperty("items").EnumerateArray().Select(item =>
                (item.GetProperty("transaction").GetString(), item.GetProperty("total").GetDouble(), item.GetProperty("kept").GetDouble())));
    }

    [Fact]
    public async Task Restart_ClientsThatPolledBefore_AreStillKnownToHoldTheirRates()
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-tests-");
        await using (var host = new ApiHost(directory: directory.FullName))
        {
            using var client = host.CreateClient();
            await SetTargetAsync(client, 0.2);
            for (var poll = 0; poll < 4; poll++)
            {
                await client.GetStringAsync("/o/acme/sampling?service=checkout");
                host.Clock.Advance(TimeSpan.FromSeconds(10));
            }
        }

        await using (var host = new ApiHost(directory: directory.FullName))
        {
            using var client = host.CreateClient();
            await client.SendTracesAsync(Traces.Roots("checkout", "GET /", 10, host.Clock.GetUtcNow()), "/o/acme/v1/traces");
            await host.FlushAsync();

            var volumes = await client.GetJsonAsync("/api/organizations/acme/volumes");
            Assert.Equal(50, volumes.GetProperty("items")[0].GetProperty("total").GetDouble());
            var known = (await client.GetJsonAsync(Clients)).GetProperty("items")[0];
            Assert.Equal(10, known.GetProperty("pollIntervalSeconds").GetDouble());
            Assert.Equal("2026-11-22T10:00:30.000Z", known.GetProperty("lastPollAt").GetString());
        }

        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Restart_LessRoomThanBefore_LeavesItToServicesThatSend()
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-tests-");
        await using (var host = new ApiHost(directory: directory.FullName))
        {
            using var client = host.CreateClient();
            for (var i = 0; i < 6; i++)
                await client.GetStringAsync($"/o/acme/sampling?service=service-{i}");
        }

        await using (var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxServices", "4").UseSetting("Limits:ShareOfOne", "1"), directory.FullName))
        {
            using var client = host.CreateClient();
            var known = (await client.GetJsonAsync(Clients)).GetProperty("items").EnumerateArray().Select(item => item.GetProperty("service").GetString()).ToList();

            Assert.Equal(2, known.Count);
            Assert.DoesNotContain("__other__", known);
        }

        directory.Delete(recursive: true);
    }

    private static async Task SetTargetAsync(HttpClient client, double target)
    {
        using var response = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = target });
        response.EnsureSuccessStatusCode();
    }
}
