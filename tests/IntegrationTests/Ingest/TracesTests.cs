using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Clients;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.Ingest;

/// <summary>What becomes of root spans that are posted, as far as it shows in volumes. The bodies are made by hand.</summary>
public class TracesTests
{
    [Theory]
    [InlineData(null, null, 1)]
    [InlineData("ot=th:8", null, 2)]
    [InlineData("vendor=1,ot=rv:abcdef01234567;th:c", null, 4)]
    [InlineData("ot=th:0", null, 1)]
    [InlineData("ot=th:xyz", null, 1)]
    [InlineData(null, """{"key":"sampler.type","value":{"stringValue":"probabilistic"}},{"key":"sampler.param","value":{"doubleValue":0.125}}""", 8)]
    [InlineData(null, """{"key":"jaeger.sampler.type","value":{"stringValue":"probabilistic"}},{"key":"jaeger.sampler.param","value":{"stringValue":"0.5"}}""", 2)]
    [InlineData(null, """{"key":"sampler.type","value":{"stringValue":"const"}},{"key":"sampler.param","value":{"boolValue":true}}""", 1)]
    [InlineData(null, """{"key":"SampleRate","value":{"intValue":"10"}}""", 10)]
    [InlineData("ot=th:8", """{"key":"SampleRate","value":{"intValue":"10"}}""", 2)]
    public async Task Post_SpanSaysHowProbableItWas_StandsForSoMany(string? traceState, string? attributes, double total)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();

        using var response = await PostAsync(client, Body("checkout", Span(1, "GET /", start, traceState, attributes), Span(2, "GET /", start)));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("{}", await response.Content.ReadAsStringAsync());
        Assert.Equal([new("checkout", "GET /", total + 1, 2)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_SpansUnderSeveralRates_StandForWhatWasPolledBeforeEachStarted()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        using var first = await client.PutAsJsonAsync("/api/organizations/default", new { targetSampleRate = 0.25 });
        await client.GetJsonAsync("/sampling?service=checkout");
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        using var second = await client.PutAsJsonAsync("/api/organizations/default", new { targetSampleRate = 0.5 });
        host.Clock.Advance(TimeSpan.FromSeconds(30));
        await client.GetJsonAsync("/sampling?service=checkout");
        host.Clock.Advance(TimeSpan.FromSeconds(30));

        // They come when they have ended, in any order.
        using var response = await PostAsync(client, Body(
            "checkout",
            Span(1, "new rate", start.AddSeconds(61)),
            Span(2, "not polled yet", start.AddSeconds(45)),
            Span(3, "old rate", start.AddSeconds(1)),
            Span(4, "before the first", start.AddSeconds(-1)),
            Span(5, "says it itself", start.AddSeconds(61), "ot=th:e")));
        using var other = await PostAsync(client, Body("never-polled", Span(6, "any", start)));

        Assert.Equal(
            [
                new("checkout", "before the first", 1, 1),
                new("checkout", "new rate", 2, 1),
                new("checkout", "not polled yet", 4, 1),
                new("checkout", "old rate", 4, 1),
                new("checkout", "says it itself", 8, 1),
                new("never-polled", "any", 1, 1),
            ],
            await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_SameBodyAgain_IsCountedOnce()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();
        var body = Body("checkout", Span(1, "GET /", start), Span(2, "GET /", start), Span(2, "GET /", start));

        using var response = await PostAsync(client, body);
        await host.ReadCountedAsync(client);
        using var again = await PostAsync(client, body);
        using var more = await PostAsync(client, Body("checkout", Span(2, "GET /", start), Span(3, "GET /", start)));

        Assert.Equal("{}", await again.Content.ReadAsStringAsync());
        Assert.Equal([new("checkout", "GET /", 3, 3)], await host.ReadCountedAsync(client));
    }

    [Theory]
    [InlineData("""{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":7}""")]
    [InlineData("""{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"GET /","startTimeUnixNano":"soon"}""")]
    [InlineData("""{"traceId":"0af7651916cd43dd8448eb211c80319c","spanId":"b7ad6b7169203331","name":"GET /" """)]
    public async Task Post_BadSpanAtTheEnd_CountsNothingAndRemembersNothing(string bad)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();

        using var response = await PostAsync(client, Body("checkout", Span(1, "GET /", start), Span(2, "GET /", start), bad));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(3, (await response.ReadJsonAsync()).GetProperty("code").GetInt32());
        Assert.Empty(await host.ReadCountedAsync(client));
        using var corrected = await PostAsync(client, Body("checkout", Span(1, "GET /", start), Span(2, "GET /", start)));
        Assert.Equal([new("checkout", "GET /", 2, 2)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_SpansTooOldOrAhead_AreAPartialSuccess()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var now = host.Clock.GetUtcNow();

        using var response = await PostAsync(client, Body(
            "checkout", Span(1, "GET /", now.AddDays(-3)), Span(2, "GET /", now), Span(3, "GET /", now.AddMinutes(6)), Span(4, "GET /", now.AddMinutes(4))));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var partial = (await response.ReadJsonAsync()).GetProperty("partialSuccess");
        Assert.Equal("2", partial.GetProperty("rejectedSpans").GetString());
        Assert.Contains("2 days", partial.GetProperty("errorMessage").GetString(), StringComparison.Ordinal);
        host.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal([new("checkout", "GET /", 2, 2)], await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_TwoOrganizations_CountForThemselves()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();

        // The same spans: what one has sent is no repetition for the other.
        foreach (var path in new[] { "/o/acme/v1/traces", "/o/%C3%BC%2Fb/v1/traces", "/v1/traces", "//o//acme//v1/traces" })
        {
            using var response = await PostAsync(client, Body("checkout", Span(1, "GET /", start)), path);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        foreach (var organization in new[] { "acme", "%C3%BC%2Fb", "default" })
            Assert.Equal([new("checkout", "GET /", 1, 1)], await host.ReadCountedAsync(client, organization));
    }

    [Fact]
    public async Task Post_MoreTransactionsThanAreToldApart_AreCountedTogether()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:MaxTransactionsPerProject", "2"));
        using var client = host.CreateClient();
        var start = host.Clock.GetUtcNow();

        using var response = await PostAsync(client, Body(
            "checkout", Span(1, "a", start), Span(2, "b", start), Span(3, "c", start), Span(4, "d", start, "ot=th:8"), Span(5, "a", start)));
        using var other = await PostAsync(client, Body("billing", Span(6, "c", start)));

        Assert.Equal(
            [new("billing", "c", 1, 1), new("checkout", "__other__", 3, 2), new("checkout", "a", 2, 2), new("checkout", "b", 1, 1)],
            await host.ReadCountedAsync(client));
    }

    [Fact]
    public async Task Post_NotDurable_IsStoredByTheNextFlush()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:FlushInterval", "00:00:01"));
        using var client = host.CreateClient();

        using var response = await PostAsync(client, Body("checkout", Span(1, "GET /", host.Clock.GetUtcNow())));
        await HttpAssert.NothingWasCountedAsync(client, "default");
        host.Clock.Advance(TimeSpan.FromSeconds(1));

        await client.WaitForAsync("/api/organizations/default/volumes", page => page.GetProperty("items").GetArrayLength() == 1);
    }

    [Fact]
    public async Task Post_Durable_IsStoredWhenItIsAnswered()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Ingest:Durable", "true"));
        using var client = host.CreateClient();
        for (var i = 1; i <= 3; i++)
        {
            using var response = await PostAsync(client, Body("checkout", Span(i, "GET /", host.Clock.GetUtcNow())));

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var page = await client.GetJsonAsync("/api/organizations/default/volumes");
            Assert.Equal(i, Assert.Single(page.GetProperty("items").EnumerateArray()).GetProperty("total").GetDouble());
        }
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string body, string path = "/v1/traces") =>
        client.PostAsync(new Uri("http://localhost" + path), new StringContent(body, Encoding.UTF8, "application/json"));

    private static string Body(string service, params string[] spans) =>
        $$$"""
        {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":{{{JsonSerializer.Serialize(service)}}} }}]},
        "scopeSpans":[{"scope":{"name":"test"},"spans":[{{{string.Join(',', spans)}}}]}]}]}
        """;

    private static string Span(int id, string name, DateTimeOffset start, string? traceState = null, string? attributes = null)
    {
        var number = id.ToString("x16", CultureInfo.InvariantCulture);
        return $$"""
            {"traceId":"4bf92f3577b34da6{{number}}","spanId":"{{number}}","traceState":{{JsonSerializer.Serialize(traceState ?? "")}},
            "name":{{JsonSerializer.Serialize(name)}},"kind":2,"startTimeUnixNano":"{{start.ToUnixTimeMilliseconds()}}000000",
            "attributes":[{{attributes}}]}
            """;
    }
}
