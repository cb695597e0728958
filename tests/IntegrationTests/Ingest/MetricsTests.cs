using System.Net;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Clients;
using DynamicSampling.Tests.Otlp;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using static DynamicSampling.IntegrationTests.Ingest.Metrics;

namespace DynamicSampling.IntegrationTests.Ingest;

/// <summary>What becomes of metrics that are posted, as far as it shows in volumes.</summary>
public class MetricsTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_Deltas_AddUpByTransactionAndAreExact(bool isJson)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var start = now - Minute;
        await client.SendMetricsAsync(
            Http(
                "checkout",
                Delta,
                Point("GET", "/cart/{id}", 100, start, now, Number("http.response.status_code", 200)),
                Point("GET", "/cart/{id}", 3, start, now, Number("http.response.status_code", 500), Text("error.type", "500")),
                Point("POST", "/cart/{id}", 7, start, now),
                Point("GET", null, 5, start, now, Number("http.response.status_code", 404)),
                Point("_OTHER", "/cart/{id}", 2, start, now)),
            isJson: isJson);
        host.Clock.Advance(Minute);
        await client.SendMetricsAsync(Http("checkout", Delta, Point("GET", "/cart/{id}", 20, now, now + Minute, Number("http.response.status_code", 200))), isJson: isJson);

        Assert.Equal(
            [
                new("checkout", "GET", 5, 0), new("checkout", "GET /cart/{id}", 123, 0), new("checkout", "HTTP /cart/{id}", 2, 0),
                new("checkout", "POST /cart/{id}", 7, 0),
            ],
            await host.ReadCountedAsync(client));
        Assert.All((await client.VolumesAsync()).GetProperty("items").EnumerateArray(), item => Assert.True(item.GetProperty("exact").GetBoolean()));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_Cumulative_CountsWhatWasAdded(bool isJson)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        foreach (var count in (double[])[10, 10, 25, 100])
        {
            host.Clock.Advance(Minute);
            await client.SendMetricsAsync(Http("checkout", Cumulative, Point("GET", "/", count, start, host.Clock.GetUtcNow())), isJson: isJson);
        }

        Assert.Equal([new("checkout", "GET /", 100, 0)], await host.ReadCountedAsync(client));
        Assert.Equal([10, 15, 75], host.MinutesOf("checkout", "GET /"));
        Assert.Equal(1, host.Count("metric_series"));
    }

    [Fact]
    public async Task Post_ExponentialHistogram_CountsAsTheOther()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var point = new ExponentialHistogramDataPoint
        {
            StartTimeUnixNano = Nanoseconds(now - Minute),
            TimeUnixNano = Nanoseconds(now),
            Count = 42,
            Scale = 3,
            ZeroCount = 2,
            Positive = new() { Offset = -7, BucketCounts = { 20, 20 } },
            Attributes = { Text("http.request.method", "GET"), Text("http.route", "/") },
        };
        await client.SendMetricsAsync(Request("checkout", new Metric
        {
            Name = "http.server.request.duration",
            ExponentialHistogram = new() { AggregationTemporality = Delta, DataPoints = { point } },
        }));

        Assert.Equal([new("checkout", "GET /", 42, 0)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_SpanMetrics_CountSpansThatOthersCall()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var start = now - Minute;
        var calls = Calls(
            "",
            Cumulative,
            Call("GET /cart", "SPAN_KIND_SERVER", 10, start, now, Text("service.name", "checkout"), Text("status.code", "STATUS_CODE_UNSET")),
            Call("GET /cart", "SPAN_KIND_SERVER", 2, start, now, Text("service.name", "checkout"), Text("status.code", "STATUS_CODE_ERROR")),
            Call("orders process", "SPAN_KIND_CONSUMER", 5, start, now, Text("service.name", "billing")),
            Call("SELECT", "SPAN_KIND_CLIENT", 7, start, now, Text("service.name", "checkout")),
            Call("render", "SPAN_KIND_INTERNAL", 7, start, now, Text("service.name", "checkout")),
            Call("orders publish", "SPAN_KIND_PRODUCER", 7, start, now, Text("service.name", "checkout")));
        calls.ResourceMetrics[0].Resource = null;
        await client.SendMetricsAsync(calls);

        Assert.Equal([new("billing", "orders process", 5, 0), new("checkout", "GET /cart", 12, 0)], await host.ReadCountedAsync(client));
        Assert.Equal(3, host.Count("metric_series"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_BothMetricsOfAService_CountsTheServersOwn(bool ownFirst)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        ExportMetricsServiceRequest[] both =
        [
            Http("checkout", Delta, Point("GET", "/", 10, now - Minute, now)),
            Calls("checkout", Delta, Call("GET /", "SPAN_KIND_SERVER", 12, now - Minute, now)),
        ];
        await client.SendMetricsAsync(both[ownFirst ? 0 : 1]);
        await client.SendMetricsAsync(both[ownFirst ? 1 : 0]);

        Assert.Equal([new("checkout", "GET /", 10, 0)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_OtherMetrics_AreIgnored()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var point = Point("GET", "/", 10, now - Minute, now);
        await client.SendMetricsAsync(Request(
            "checkout",
            new Metric { Name = "http.client.request.duration", Histogram = new() { AggregationTemporality = Delta, DataPoints = { point } } },
            new Metric { Name = "http.server.active_requests", Sum = new() { DataPoints = { Call("a", "SPAN_KIND_SERVER", -1, null, now) } } },
            new Metric { Name = "process.memory.usage", Gauge = new() { DataPoints = { new NumberDataPoint { AsDouble = double.NaN } } } },
            new Metric { Name = "http.server.request.duration" }));

        Assert.Empty(await host.ReadCountedAsync(client));
        Assert.Equal(0, host.Count("projects"));
    }

    [Fact]
    public async Task Post_OverflowWithoutAttributes_IsOfOtherTransactions()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var overflow = Point("", null, 9, now - Minute, now);
        overflow.Attributes.Clear();
        overflow.Attributes.Add(new KeyValue { Key = "otel.metric.overflow", Value = new() { BoolValue = true } });
        await client.SendMetricsAsync(Http("checkout", Delta, overflow));

        Assert.Equal([new("checkout", "__other__", 9, 0)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_SameBodyAgain_IsCountedOnceAndIsNoError()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        host.Clock.Advance(Minute);
        var now = host.Clock.GetUtcNow();
        var delta = Http("delta", Delta, Point("GET", "/", 10, start, now));
        var cumulative = Http("cumulative", Cumulative, Point("GET", "/", 10, start, now));
        foreach (var request in (ExportMetricsServiceRequest[])[delta, cumulative, delta, cumulative])
            await client.SendMetricsAsync(request);
        // One that was late: what it counted is in the one that came first.
        await client.SendMetricsAsync(Http("cumulative", Cumulative, Point("GET", "/", 4, start, now - TimeSpan.FromSeconds(10))));

        Assert.Equal([new("cumulative", "GET /", 10, 0), new("delta", "GET /", 10, 0)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_SeveralPointsOfASeriesInOneBody_AreTakenByTime()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        host.Clock.Advance(3 * Minute);
        await client.SendMetricsAsync(Http(
            "checkout",
            Cumulative,
            Point("GET", "/", 30, start, start + (3 * Minute)), Point("GET", "/", 10, start, start + Minute),
            Point("GET", "/", 10, start, start + Minute), Point("GET", "/", 12, start, start + (2 * Minute))));

        Assert.Equal([10, 2, 18], host.MinutesOf("checkout", "GET /"));
    }

    [Fact]
    public async Task Post_ServiceRestarts_CountsFromZeroAgain()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            // Each process has its own start, and nothing else tells it from the one before.
            var start = host.Clock.GetUtcNow();
            foreach (var count in (double[])[40, 100])
            {
                host.Clock.Advance(Minute);
                await client.SendMetricsAsync(Http("checkout", Cumulative, Point("GET", "/", count, start, host.Clock.GetUtcNow())));
            }
        }

        Assert.Equal([new("checkout", "GET /", 300, 0)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_SeveralProcessesOfAService_AddUp()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        foreach (var minutes in (int[])[1, 2])
        {
            host.Clock.Advance(Minute);
            foreach (var process in (int[])[0, 1, 2])
            {
                await client.SendMetricsAsync(Http(
                    "checkout", Cumulative, Point("GET", "/", 10 * minutes, start + TimeSpan.FromMilliseconds(process), host.Clock.GetUtcNow())));
            }
        }

        Assert.Equal([new("checkout", "GET /", 60, 0)], await host.ReadCountedAsync(client));
    }

    [Theory]
    [InlineData(null)]
    [InlineData(11)]
    [InlineData(24 * 60)]
    public async Task Post_FirstPointOfASeriesThatBeganLongAgo_IsOnlyCompared(int? minutesAgo)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        DateTimeOffset? start = minutesAgo is { } ago ? host.Clock.GetUtcNow() - (ago * Minute) : null;
        await client.SendMetricsAsync(Http("checkout", Cumulative, Point("GET", "/", 1_000_000, start, host.Clock.GetUtcNow())));
        var atFirst = await host.ReadCountedAsync(client);
        host.Clock.Advance(Minute);
        await client.SendMetricsAsync(Http("checkout", Cumulative, Point("GET", "/", 1_000_005, start, host.Clock.GetUtcNow())));

        Assert.Empty(atFirst);
        Assert.Equal([new("checkout", "GET /", 5, 0)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_AfterThisServiceStartedAgain_GoesOnWhereItWas()
    {
        var directory = Directory.CreateTempSubdirectory("dynamic-sampling-tests-");
        DateTimeOffset start;
        await using (var host = new ApiHost(directory: directory.FullName))
        {
            using var client = host.CreateClient();
            start = host.Clock.GetUtcNow() - (30 * Minute);
            await client.SendMetricsAsync(Http("checkout", Cumulative, Point("GET", "/", 1000, start, host.Clock.GetUtcNow())));
        }

        await using (var host = new ApiHost(directory: directory.FullName))
        {
            using var client = host.CreateClient();
            host.Clock.Advance(Minute);
            var request = Http("checkout", Cumulative, Point("GET", "/", 1030, start, host.Clock.GetUtcNow()));
            await client.SendMetricsAsync(request);
            await client.SendMetricsAsync(request);
            Assert.Equal([new("checkout", "GET /", 30, 0)], await host.ReadCountedAsync(client));
            await host.Database.DropAsync();
        }

        directory.Delete(recursive: true);
    }

    [Fact]
    public async Task Post_IntervalOfSeveralMinutes_EachHasItsPartAndTheSumIsExact()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        host.Clock.Advance(5 * Minute);
        var now = host.Clock.GetUtcNow();
        await client.SendMetricsAsync(Http("checkout", Delta, Point("GET", "/", 7, now - TimeSpan.FromSeconds(150), now - TimeSpan.FromSeconds(15))));

        Assert.Equal([new("checkout", "GET /", 7, 0)], await host.ReadCountedAsync(client));
        var minutes = host.MinutesOf("checkout", "GET /");
        Assert.Equal(3, minutes.Count);
        Assert.Equal([7 * 30 / 135d, 7 * 60 / 135d, 7 * 45 / 135d], minutes, (expected, actual) => Math.Abs(expected - actual) <= 7 / 1024d);
    }

    [Fact]
    public async Task Post_GapOfHours_IsCountedInItsLastHour()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        host.Clock.Advance(Minute);
        await client.SendMetricsAsync(Http("checkout", Cumulative, Point("GET", "/", 60, start, host.Clock.GetUtcNow())));
        host.Clock.Advance(TimeSpan.FromHours(5));
        await client.SendMetricsAsync(Http("checkout", Cumulative, Point("GET", "/", 660, start, host.Clock.GetUtcNow())));

        Assert.Equal(61, host.MinutesOf("checkout", "GET /").Count);
        Assert.Equal([new("checkout", "GET /", 660, 0)], await host.ReadCountedAsync(client, window: "2d"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_SpansOfTheSameMinutes_SayWhatWasKeptAndAreNotCountedTwice(bool spansFirst)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        if (spansFirst)
            await SendSpansAsync();
        host.Clock.Advance(3 * Minute);
        await client.SendMetricsAsync(Http("checkout", Cumulative, Point("GET", "/cart", 300, start, host.Clock.GetUtcNow()), Point("GET", "/idle", 0, start, host.Clock.GetUtcNow())));
        if (!spansFirst)
            await SendSpansAsync();

        Assert.Equal([new("checkout", "GET /cart", 300, 30)], (await host.ReadCountedAsync(client)).Where(volume => volume.Total > 0));
        Assert.All((await client.VolumesAsync()).GetProperty("items").EnumerateArray().Where(item => item.GetProperty("total").GetDouble() > 0), item => Assert.True(item.GetProperty("exact").GetBoolean()));

        async Task SendSpansAsync()
        {
            foreach (var minute in (int[])[0, 1, 2])
                await client.SendTracesAsync(Traces.Roots("checkout", "GET /cart", 10, start + (minute * Minute) + TimeSpan.FromSeconds(7)));
            await host.FlushAsync();
        }
    }

    [Fact]
    public async Task Post_TwoOrganizations_CountForThemselves()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        foreach (var path in new[] { "/o/acme/v1/metrics", "/o/%C3%BC%2Fb/v1/metrics", "/v1/metrics", "//o//acme//v1/metrics" })
            await client.SendMetricsAsync(Http("checkout", Delta, Point("GET", "/", 3, now - Minute, now)), path);

        foreach (var organization in new[] { "acme", "%C3%BC%2Fb", "default" })
            Assert.Equal([new("checkout", "GET /", 3, 0)], await host.ReadCountedAsync(client, organization));
    }

    [Fact]
    public async Task Post_MoreTransactionsThanAreToldApart_AreCountedTogether()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxTransactionsPerProject", "2"));
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        await client.SendMetricsAsync(Http("checkout", Delta, [.. Enumerable.Range(0, 10).Select(i => Point("GET", $"/{i}", 5, now - Minute, now))]));

        var counted = await host.ReadCountedAsync(client);
        Assert.Equal(3, counted.Count);
        Assert.Equal(new("checkout", "__other__", 40, 0), counted[2]);
    }

    [Fact]
    public async Task Post_MoreSeriesThanAreRemembered_AreRejectedAndNeverCountedTwice()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxSeriesPerProject", "2"));
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        foreach (var round in (int[])[1, 2, 3])
        {
            host.Clock.Advance(Minute);
            var (count, message) = await client.SendRejectedAsync(Http(
                "checkout", Cumulative, [.. Enumerable.Range(0, 5).Select(i => Point("GET", $"/{i}", 10 * round, start, host.Clock.GetUtcNow()))]));
            Assert.Equal(3, count);
            Assert.Contains("Ingest:MaxSeriesPerProject", message, StringComparison.Ordinal);
        }

        // Another project has room of its own.
        await client.SendMetricsAsync(Http("billing", Cumulative, Point("GET", "/", 1, start, host.Clock.GetUtcNow())));
        Assert.Equal([new("billing", "GET /", 1, 0), new("checkout", "GET /0", 30, 0), new("checkout", "GET /1", 30, 0)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_MoreSeriesThanAllMayHave_OneOrganizationLeavesRoomForOthers()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxSeries", "10"));
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var request = Http("checkout", Delta, [.. Enumerable.Range(0, 8).Select(i => Point("GET", $"/{i}", 1, now - Minute, now))]);
        var (rejected, _) = await client.SendRejectedAsync(request);
        await client.SendMetricsAsync(Http("checkout", Delta, Point("GET", "/", 1, now - Minute, now)), "/o/other/v1/metrics");
        var (again, _) = await client.SendRejectedAsync(request);

        Assert.Equal((3, 3), (rejected, again));
        Assert.Equal(6, host.Count("metric_series"));
        // After a day nothing of them is left, and there is room again.
        host.Sql("UPDATE metric_series SET seen_hour = seen_hour - 25");
        await host.Services.GetServices<IHostedService>().OfType<Retention>().Single().DeleteExpiredAsync(CancellationToken.None);
        Assert.Equal(0, host.Count("metric_series"));
        await client.SendMetricsAsync(Http("checkout", Delta, [.. Enumerable.Range(8, 5).Select(i => Point("GET", $"/{i}", 1, now - Minute, now))]));
    }

    [Fact]
    public async Task Post_TwentyAtOnceOfOneSeries_CountOnce()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        host.Clock.Advance(Minute);
        var request = Http("checkout", Cumulative, Point("GET", "/", 10, start, host.Clock.GetUtcNow()), Point("GET", "/b", 5, start, host.Clock.GetUtcNow()));
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.SendMetricsAsync(request)));

        Assert.Equal([new("checkout", "GET /", 10, 0), new("checkout", "GET /b", 5, 0)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_CountsCannotBeStored_LeavesTheSeriesAsTheyWere()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        host.Clock.Advance(Minute);
        var request = Http("checkout", Cumulative, Point("GET", "/", 10, start, host.Clock.GetUtcNow()));
        host.Database.RefuseInserts("volumes", "no more rows");
        using var refused = await client.PostMetricsAsync(request, isJson: true);
        Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
        Assert.Equal(13, (await refused.ReadJsonAsync()).GetProperty("code").GetInt32());
        Assert.Equal(0, host.Count("metric_series"));

        host.Database.AcceptInserts("volumes");
        await client.SendMetricsAsync(request);

        Assert.Equal([new("checkout", "GET /", 10, 0)], await host.ReadCountedAsync(client));
    }
}
