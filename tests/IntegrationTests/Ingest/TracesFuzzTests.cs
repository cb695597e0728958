using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Fuzz;
using DynamicSampling.IntegrationTests.Ingest.Otlp;

namespace DynamicSampling.IntegrationTests.Ingest;

/// <summary>Whatever is sent, the answer is one of OTLP's, and what is refused counts nothing.</summary>
public class TracesFuzzTests
{
    private const int Cases = 100_000;

    [Fact]
    public async Task Post_SpoiltBodies_AreTakenOrRefusedWholly()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var protobuf = new BodyMutator(4_317, RecordedBodies.ReadAll(".pb"));
        var json = new BodyMutator(4_318, RecordedBodies.ReadAll(".json"));
        var random = new Random(4_319);
        var model = new Model(host.Clock.GetUtcNow());
        var statuses = new Dictionary<HttpStatusCode, int>();
        for (var i = 0; i < Cases; i++)
        {
            var isProtobuf = random.Next(2) == 0;
            var body = (isProtobuf ? protobuf : json).Next();
            var isCompressed = random.Next(4) == 0;
            var sent = isCompressed ? SpoiltGzip.Compress(body, random) : body;
            using var response = await SendAsync(client, sent, isProtobuf ? "application/x-protobuf" : "application/json", isCompressed);

            statuses[response.StatusCode] = statuses.GetValueOrDefault(response.StatusCode) + 1;
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"Case {i}, {Convert.ToHexString(sent)}: {response.StatusCode}");
            if (response.StatusCode == HttpStatusCode.OK)
                model.Count(isProtobuf, isCompressed ? Decompress(sent) : body);
            // Counts would pile up, as nobody flushes while the clock stands still.
            if (i % 1000 == 0)
                await host.FlushAsync();
        }

        await host.FlushAsync();
        Assert.InRange(statuses[HttpStatusCode.OK], Cases / 20, Cases / 2);
        Assert.True(model.Spans > 1000);
        Assert.Equal(model.Spans, await KeptAsync(client));
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, byte[] body, string mediaType, bool isCompressed)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(mediaType);
        if (isCompressed)
            content.Headers.ContentEncoding.Add("gzip");
        return await client.PostAsync("/v1/traces", content);
    }

    // What was taken can be decompressed.
    private static byte[] Decompress(byte[] compressed)
    {
        // Nothing at all is an empty request, compressed or not.
        if (compressed.Length == 0)
            return [];
        using var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress);
        using var body = new MemoryStream();
        gzip.CopyTo(body);
        return body.ToArray();
    }

    private static async Task<double> KeptAsync(HttpClient client)
    {
        double kept = 0;
        string? next = null;
        do
        {
            var page = await client.GetJsonAsync($"/api/organizations/default/volumes?window=2d&limit=1000&cursor={next}");
            kept += page.GetProperty("items").EnumerateArray().Sum(item => item.GetProperty("kept").GetDouble());
            next = page.GetProperty("next").GetString();
        }
        while (next is not null);
        return kept;
    }

    /// <summary>What should be counted of what was taken: each span once, of the last two days.</summary>
    private sealed class Model(DateTimeOffset now)
    {
        private readonly HashSet<SpanIdentity> _known = [];

        public long Spans { get; private set; }

        public void Count(bool isProtobuf, byte[] body)
        {
            foreach (var span in isProtobuf ? FoundSpans.InProtobuf(body) : FoundSpans.InJson(body))
            {
                var start = span.Start == 0 ? now.ToUnixTimeMilliseconds() : (long)(span.Start / 1_000_000);
                if (start < now.AddDays(-2).ToUnixTimeMilliseconds() || start > now.AddMinutes(5).ToUnixTimeMilliseconds())
                    continue;
                if (span.Identity == default || _known.Add(span.Identity))
                    Spans++;
            }
        }
    }
}
