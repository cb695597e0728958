using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Clients;
using DynamicSampling.Tests.Otlp;
using Google.Protobuf;
using Microsoft.AspNetCore.Hosting;
using static DynamicSampling.IntegrationTests.Ingest.Metrics;

namespace DynamicSampling.IntegrationTests.Ingest;

/// <summary>Metrics that are not as they should be: statuses, answers in OTLP, and what is not counted.</summary>
public class BadMetricsTests
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Theory]
    [InlineData(Protobuf, "0A05", 400)]
    [InlineData(Protobuf, "FFFFFFFFFFFFFFFFFFFF01", 400)]
    [InlineData(Protobuf, "0801", 400)]
    [InlineData(Protobuf, "", 200)]
    [InlineData(Json, "7B7D", 200)]
    [InlineData(Json, "", 400)]
    [InlineData(Json, "7B", 400)]
    [InlineData(Json, "5B5D", 400)]
    public async Task Post_Body_HasTheStatus(string mediaType, string hex, int status)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await PostAsync(client, Convert.FromHexString(hex), mediaType);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(mediaType == Protobuf ? Protobuf : Json, response.Content.Headers.ContentType?.ToString());
        if (status == 400 && mediaType == Json)
            Assert.Contains("Nothing was counted.", (await response.ReadJsonAsync()).GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_Gzip_IsCountedAndCutShortIs400()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var compressed = Compress(Http("checkout", Delta, Point("GET", "/", 10, now - Minute, now)).ToByteArray());
        using var cut = await PostAsync(client, compressed[..^9], Protobuf, "gzip");
        using var whole = await PostAsync(client, compressed, Protobuf, "gzip");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.OK), (cut.StatusCode, whole.StatusCode));
        Assert.Equal([new("checkout", "GET /", 10, 0)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_LargerThanTheLimit_Is413()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxBodyBytes", "1024"));
        using var client = host.CreateClient();
        using var plain = await PostAsync(client, [0x7A, 0xFE, 0x07, .. new byte[1022]], Protobuf);
        using var compressed = await PostAsync(client, Compress([0x7A, 0xFE, 0x07, .. new byte[1022]]), Protobuf, "gzip");

        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, HttpStatusCode.RequestEntityTooLarge), (plain.StatusCode, compressed.StatusCode));
    }

    [Fact]
    public async Task Post_BadPointAtTheEnd_CountsNothing()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var good = Http("checkout", Delta, Point("GET", "/", 10, now - Minute, now));
        using var response = await PostAsync(client, [.. good.ToByteArray(), 0x0A, 0x05, 0x01], Protobuf);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Empty(await host.ReadCountedAsync(client));
        await client.SendMetricsAsync(good);
        Assert.Equal([new("checkout", "GET /", 10, 0)], await host.ReadCountedAsync(client));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(-1)]
    public async Task Post_UnknownTemporality_IsRejectedWithTheReason(int temporality)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var request = Http("checkout", temporality, Point("GET", "/", 10, now - Minute, now), Point("GET", "/b", 10, now - Minute, now));
        request.MergeFrom(Http("billing", Delta, Point("GET", "/", 1, now - Minute, now)));
        if (temporality < 0)
        {
            // JSON has no such number there.
            using var response = await client.PostMetricsAsync(request);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Contains("temporality", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        else
        {
            var (count, message) = await client.SendRejectedAsync(request);
            Assert.Equal(2, count);
            Assert.Contains("2: their temporality is neither delta nor cumulative.", message, StringComparison.Ordinal);
        }

        Assert.Equal([new("billing", "GET /", 1, 0)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_KindsThatDoNotCount_AreRejectedWithTheReason()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var call = Call("GET /", "SPAN_KIND_SERVER", 10, now - Minute, now);
        var point = Point("GET", "/", 10, now - Minute, now);
        var (count, message) = await client.SendRejectedAsync(Request(
            "checkout",
            new Metric { Name = "traces.span.metrics.calls", Sum = new() { AggregationTemporality = Delta, IsMonotonic = false, DataPoints = { call } } },
            new Metric { Name = "traces.span.metrics.calls", Gauge = new() { DataPoints = { call, call } } },
            new Metric { Name = "traces.span.metrics.calls", Histogram = new() { AggregationTemporality = Delta, DataPoints = { point } } },
            new Metric { Name = "http.server.request.duration", Sum = new() { AggregationTemporality = Delta, IsMonotonic = true, DataPoints = { call } } },
            new Metric { Name = "http.server.request.duration", Summary = new() { DataPoints = { new SummaryDataPoint { Count = 1 } } } }));

        Assert.Equal(6, count);
        Assert.Contains("5: http.server.request.duration must be a histogram", message, StringComparison.Ordinal);
        Assert.Contains("1: their sum is not monotonic.", message, StringComparison.Ordinal);
        Assert.Empty(await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_CounterGoesBackwards_IsRejectedAndNothingIsCountedTwice()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        var rejected = new List<long>();
        foreach (var total in (double[])[100, 40, 90, 120])
        {
            host.Clock.Advance(Minute);
            var request = Http("checkout", Cumulative, Point("GET", "/", total, start, host.Clock.GetUtcNow()));
            if (total is 100 or 120)
            {
                await client.SendMetricsAsync(request, isJson: true);
                continue;
            }

            var (count, message) = await client.SendRejectedAsync(request);
            rejected.Add(count);
            Assert.Contains("went backwards", message, StringComparison.Ordinal);
        }

        Assert.Equal([1, 1], rejected);
        Assert.Equal([new("checkout", "GET /", 120, 0)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_CounterWithoutAStartThatFalls_BeginsAnew()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        foreach (var total in (double[])[1000, 1010, 5, 25])
        {
            host.Clock.Advance(Minute);
            await client.SendMetricsAsync(Http("checkout", Cumulative, Point("GET", "/", total, start: null, host.Clock.GetUtcNow())));
        }

        Assert.Equal([new("checkout", "GET /", 30, 0)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_DeltaAfterANewerOne_IsRejectedWithTheReason()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        await client.SendMetricsAsync(Http("checkout", Delta, Point("GET", "/", 10, now - Minute, now)), isJson: true);
        var (count, message) = await client.SendRejectedAsync(Http("checkout", Delta, Point("GET", "/", 10, now - (2 * Minute), now - Minute)));

        Assert.Equal(1, count);
        Assert.Contains("service.instance.id", message, StringComparison.Ordinal);
        Assert.Equal([new("checkout", "GET /", 10, 0)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_CountsThatNobodyHas_AreRejectedWithTheReason()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var start = now - Minute;
        var calls = ((double[])[-1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1.1e12, 1e300])
            .Select(count =>
            {
                var call = Call("GET /", "SPAN_KIND_SERVER", 0, start, now);
                call.AsDouble = count;
                return call;
            })
            .Append(Call("GET /", "SPAN_KIND_SERVER", -5, start, now)).Append(Call("GET /", "SPAN_KIND_SERVER", long.MaxValue, start, now));
        var request = Calls("checkout", Cumulative, [.. calls]);
        request.MergeFrom(Http("checkout", Delta, Point("GET", "/", ulong.MaxValue, start, now)));
        var (count, message) = await client.SendRejectedAsync(request);

        Assert.Equal(9, count);
        Assert.Contains("9: their count is negative, no number, or more than 1000000000000.", message, StringComparison.Ordinal);
        Assert.Empty(await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_TimesThatAreWrong_AreRejectedWithTheReason()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var noTime = Point("GET", "/", 1, now - Minute, now);
        noTime.TimeUnixNano = 0;
        var endOfTime = Point("GET", "/", 1, now - Minute, now);
        (endOfTime.StartTimeUnixNano, endOfTime.TimeUnixNano) = (ulong.MaxValue, ulong.MaxValue);
        var (count, message) = await client.SendRejectedAsync(Http(
            "checkout",
            Delta,
            noTime, endOfTime,
            Point("GET", "/", 1, now - TimeSpan.FromDays(3), now - TimeSpan.FromDays(2.1)),
            Point("GET", "/", 1, now, now + (6 * Minute)),
            Point("GET", "/", 1, now, now - Minute),
            Point("GET", "/ok", 1, now - TimeSpan.FromDays(400), now)));

        Assert.Equal(5, count);
        Assert.Contains("5: their time is not known", message, StringComparison.Ordinal);
        Assert.Equal([new("checkout", "GET /ok", 1, 0)], (await host.ReadCountedAsync(client)).Select(volume => volume with { Total = Math.Round(volume.Total) }));
    }

    [Fact]
    public async Task Post_PointWithoutRecordedValue_IsSkipped()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var point = Point("GET", "/", 10, now - Minute, now);
        point.Flags = 1;
        await client.SendMetricsAsync(Http("checkout", Delta, point));
        await client.SendMetricsAsync(Http("checkout", Delta, point), isJson: true);

        Assert.Empty(await host.ReadCountedAsync(client));
        Assert.Equal(0, host.Count("metric_series"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_HugeHistograms_AreCounted(bool isJson)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var point = Point("GET", "/", 10, now - Minute, now);
        point.BucketCounts.Clear();
        point.BucketCounts.AddRange(Enumerable.Repeat(1UL, 100_000));
        point.ExplicitBounds.Clear();
        point.ExplicitBounds.AddRange(Enumerable.Range(0, 99_999).Select(i => i / 10d));
        point.Exemplars.AddRange(Enumerable.Repeat(new Exemplar { AsDouble = 1, FilteredAttributes = { Text("http.route", "/no") } }, 10_000));
        await client.SendMetricsAsync(Http("checkout", Delta, point), isJson: isJson);

        Assert.Equal([new("checkout", "GET /", 10, 0)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_ManyPoints_AreCounted()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        await client.SendMetricsAsync(Http(
            "checkout", Delta, [.. Enumerable.Range(0, 20_000).Select(i => Point("GET", $"/{i % 100}", 1, now - Minute, now, Number("http.response.status_code", i / 100)))]));

        var counted = await host.ReadCountedAsync(client);
        Assert.Equal(100, counted.Count);
        Assert.All(counted, volume => Assert.Equal(200, volume.Total));
    }

    [Fact]
    public async Task Post_NothingButTinyPoints_Is400AndTakesNoMemoryForThem()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var points = string.Join(',', Enumerable.Repeat($$"""{"timeUnixNano":{{now.ToUnixTimeSeconds()}}e9}""", 100));
        // Many times, since a point with a time is not so small.
        using var few = await PostAsync(client, Encoding.UTF8.GetBytes(Body(points)), Json);
        var tiny = new ExportMetricsServiceRequest();
        tiny.MergeFrom(Http("checkout", Delta, [.. Enumerable.Repeat(new HistogramDataPoint { TimeUnixNano = Nanoseconds(now) }, 100_000)]));
        using var many = await client.PostMetricsAsync(tiny);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.BadRequest), (few.StatusCode, many.StatusCode));

        static string Body(string points) =>
            $$$"""{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"http.server.request.duration","histogram":{"aggregationTemporality":1,"dataPoints":[{{{points}}}]}}]}]}]}""";
    }

    [Fact]
    public async Task Post_NamesThatAreNoUtf8OrTooLong_AreCountedUnderWhatIsLeftOfThem()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var body = Http("che\u0001out", Delta, Point("GET", "/\u0001\u0002" + new string('x', 300), 10, now - Minute, now)).ToByteArray();
        // The generated classes write nothing that is wrong.
        for (var i = 0; i < body.Length; i++)
            body[i] = body[i] == 2 && body[i - 1] == 1 && body[i - 2] == (byte)'/' ? (byte)0xFF : body[i];
        using var response = await PostAsync(client, body, Protobuf);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var counted = Assert.Single(await host.ReadCountedAsync(client));
        Assert.Equal(("che\uFFFDout", 200, 10), (counted.Project, counted.Transaction.Length, counted.Total));
        Assert.StartsWith("GET /\uFFFD\uFFFDxxx", counted.Transaction, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_NoRoomForAProject_Is400InOtlpAndCountsNothing()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Limits:MaxProjectsPerOrganization", "1"));
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();
        var request = Http("a", Delta, Point("GET", "/", 10, now - Minute, now));
        request.MergeFrom(Http("b", Delta, Point("GET", "/", 10, now - Minute, now)));
        using var response = await client.PostMetricsAsync(request, isJson: true);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("Limits:MaxProjectsPerOrganization", (await response.ReadJsonAsync()).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, host.Count("metric_series"));
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, byte[] body, string mediaType, string? encoding = null)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(mediaType);
        if (encoding is not null)
            content.Headers.ContentEncoding.Add(encoding);
        return await client.PostAsync("/v1/metrics", content);
    }

    private static byte[] Compress(byte[] body)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Optimal, leaveOpen: true))
            gzip.Write(body);
        return buffer.ToArray();
    }
}
