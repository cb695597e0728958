using System.Collections;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Reflection;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Ingest;
using DynamicSampling.IntegrationTests.SamplingTasks;
using DynamicSampling.IntegrationTests.Storage;
using DynamicSampling.IntegrationTests.Telemetry;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit.Abstractions;

namespace DynamicSampling.IntegrationTests.Soak;

/// <summary>
/// A day and two hours of traffic, minute by minute, in which names change all the time: services that are replaced, transactions with numbers in them,
/// clients that poll once and never again. What is held in memory, and what is stored, stays within its limits.
/// </summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class SoakTests(ITestOutputHelper output)
{
    private const int Hours = 26;
    private const int HoursASample = 2;
    private const int MaxVolumeRows = 1500;
    private const int RememberedSpans = 500;
    private const int SpansAMinute = 3;
    private const int PollersAMinute = 10;
    private const int MinutesAService = 5;

    // By then everything has been replaced that is kept for hours.
    private const int PlateauFrom = 6;

    // In bytes, of what is there after a full collection. Between halves of a day without a leak it differs by some 20,000.
    private const long MaxGrowth = 500_000;

    [Fact]
    public async Task Serve_NamesThatChangeForADay_MemoryAndTablesStayWithinTheirLimits()
    {
        await using var host = new ApiHost(builder => builder
            .UseSetting("Storage:MaxVolumeRows", MaxVolumeRows.ToString(CultureInfo.InvariantCulture))
            .UseSetting("Ingest:RememberedSpans", RememberedSpans.ToString(CultureInfo.InvariantCulture))) { Storage = TestStorage.Sqlite, PoolsConnections = true };
        using var client = host.CreateClient();
        var samples = new List<Sample>();
        for (var minute = 1; minute <= Hours * 60; minute++)
        {
            await SendAsync(host, client, minute);
            host.Clock.Advance(TimeSpan.FromMinutes(1));
            await host.FlushAsync();
            host.Services.GetRequiredService<TrafficTable>().Sweep(host.Clock.GetUtcNow().ToUnixTimeMilliseconds());
            if (minute % 10 == 0)
                await host.Services.GetServices<IHostedService>().OfType<Retention>().Single().DeleteExpiredAsync(CancellationToken.None);
            if (minute % (HoursASample * 60) == 0)
            {
                samples.Add(Sample.Take(host, minute / 60));
                output.WriteLine(samples[^1].ToString());
            }
        }

        Assert.All(samples.Where(sample => sample.Hour >= PlateauFrom), AssertBounded);
        // Halves of the plateau: the least of each, since what a collection leaves for the next one only adds.
        var middle = (PlateauFrom + Hours) / 2;
        var earlier = samples.Where(sample => sample.Hour >= PlateauFrom && sample.Hour < middle).Min(sample => sample.Memory);
        var later = samples.Where(sample => sample.Hour >= middle).Min(sample => sample.Memory);
        Assert.True(later - earlier < MaxGrowth, $"{later - earlier} bytes more are held in the later half of the day than in the earlier one.");
    }

    private static async Task SendAsync(ApiHost host, HttpClient client, int minute)
    {
        var now = host.Clock.GetUtcNow();
        var service = $"service-{minute / MinutesAService}";
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/volumes")
        {
            Content = JsonContent.Create(Enumerable.Range(0, 4).Select(project => new
            {
                organization = "acme", project = $"project-{project}", transaction = $"GET /orders/{minute}", total = 100 * (project + 1), kept = 10, release = $"1.{minute / 60}",
            })),
        };
        request.Headers.Add("Idempotency-Key", $"minute-{minute}");
        using var posted = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, posted.StatusCode);
        await client.SendTracesAsync(
            Traces.Request(service, [.. Enumerable.Range(0, SpansAMinute).Select(number => Traces.Root($"GET /carts/{minute}-{number}", now))]), "/o/acme/v1/traces");
        await client.GetJsonAsync($"/o/acme/sampling?service={service}");
        for (var poller = 0; poller < PollersAMinute; poller++)
        {
            // Of services that never send, and of organizations that there are not.
            var path = poller % 2 == 0 ? "/o/acme" : $"/o/nobody-{minute}-{poller}";
            await client.GetJsonAsync($"{path}/sampling?service=poller-{minute}-{poller}");
        }

        await client.RunAsync("rebalance_orgs");
        if (minute % 30 == 0)
            await client.GetJsonAsync("/api/organizations/acme/goal");
    }

    private static void AssertBounded(Sample sample)
    {
        // A service is forgotten an hour after it was heard of last.
        Assert.InRange(sample.Services, 1, 62 * (PollersAMinute + 1));
        // A transaction's name after ten minutes, if not with its service.
        Assert.InRange(sample.PendingNames, 1, 13 * 10 * SpansAMinute);
        Assert.Equal(0, sample.PendingCounts);
        // Twice as many at most, in each of 16 parts of a power of two.
        Assert.InRange(sample.Fingerprints, RememberedSpans, 8 * RememberedSpans);
        Assert.InRange(sample.Organizations, 1, 2);
        Assert.InRange(sample.WatchedOrganizations, 1, 2);
        Assert.InRange(sample.ClientsOfOthers, 0, 0);
        // What has been seen stays.
        Assert.InRange(sample.Rows["projects"], 4, 4 + (sample.Hour * 60 / MinutesAService) + 1);
        Assert.InRange(sample.Rows["organizations"], 1, 1);
        // At most what the cap lets be until the next round.
        Assert.InRange(sample.Rows["volumes"], 1, MaxVolumeRows + (10 * (4 + SpansAMinute)));
        Assert.InRange(sample.Rows["transactions"], 1, MaxVolumeRows + (10 * (4 + SpansAMinute)));
        Assert.InRange(sample.Rows["runs"], 1, (60 * Hours) + 1);
        // A day of them.
        Assert.InRange(sample.Rows["rate_versions"], 1, (24 * 60) + 11);
        Assert.InRange(sample.Rows["flushes"], 1, (24 * 60) + 11);
        Assert.InRange(sample.Rows["idempotency_keys"], 1, (24 * 60) + 11);
        Assert.InRange(sample.Rows["clients"], 0, 62 * (PollersAMinute + 1));
    }

    /// <summary>What there is at an hour.</summary>
    private sealed record Sample(
        int Hour, long Memory, int Services, int PendingNames, long PendingCounts, int Fingerprints, int Organizations, int WatchedOrganizations, int ClientsOfOthers,
        IReadOnlyDictionary<string, long> Rows)
    {
        private static readonly string[] Tables =
            ["volumes", "mixed_volumes", "transactions", "projects", "organizations", "project_hours", "releases", "rate_versions", "project_rates", "runs", "flushes", "idempotency_keys", "clients"];

        public static Sample Take(ApiHost host, int hour)
        {
            var traffic = host.Services.GetRequiredService<TrafficTable>();
            var strategies = host.Services.GetRequiredService<SamplingStrategies>();
            var clients = host.Services.GetServices<IHostedService>().OfType<ClientMemory>().Single();
            var rows = Tables.ToDictionary(table => table, host.Count, StringComparer.Ordinal);
            return new(
                hour, Collected(), traffic.Count, traffic.All.Sum(service => service.Pending.KnownNames), host.Services.GetRequiredService<TraceIngest>().Pending,
                FingerprintsOf(host.Services.GetRequiredService<RepeatedSpans>()), CountOf(strategies, "_organizations"),
                CountOf(host.Services.GetRequiredService<RatesChanged>(), "_changes"), CountOf(clients, "_known"), rows);
        }

        public override string ToString() => string.Create(
            CultureInfo.InvariantCulture,
            $"{Hour,2} h: {Memory / 1e6:F2} MB, {Services} services, {PendingNames} names, {Fingerprints} places for spans, {Organizations} organizations; {string.Join(", ", Rows.Select(table => $"{table.Key} {table.Value}"))}");

        private static long Collected()
        {
            for (var i = 0; i < 3; i++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }

            return GC.GetTotalMemory(forceFullCollection: true);
        }

        private static int FingerprintsOf(RepeatedSpans spans) =>
            ((IEnumerable)FieldOf(spans, "_parts")).Cast<object>().Sum(part => ((Array)FieldOf(part, "_newer")).Length + ((Array)FieldOf(part, "_older")).Length);

        private static int CountOf(object holder, string field) => ((ICollection)FieldOf(holder, field)).Count;

        private static object FieldOf(object holder, string field) =>
            holder.GetType().GetField(field, BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(holder)
                ?? throw new InvalidOperationException($"{holder.GetType().Name} has no {field}.");
    }
}
