using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Serving.XRay;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Authentication;
using DynamicSampling.IntegrationTests.Ingest;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Serving;

/// <summary>X-Ray's centralized sampling over HTTP.</summary>
public sealed class XRaySamplingTests
{
    private const string Rules = "/o/acme/GetSamplingRules";
    private const string Targets = "/o/acme/SamplingTargets";

    [Theory]
    [InlineData(null, null)]
    [InlineData("", "application/json; charset=utf-8")]
    [InlineData("{}", "application/json")]
    [InlineData("""{"NextToken":null}""", null)]
    public async Task Rules_AsClientsAskForThem_AreTheServedRates(string? body, string? type)
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        using var content = body is null ? null : Content(body, type);

        using var response = await client.PostAsync(Rules, content);

        response.EnsureSuccessStatusCode();
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
        var rules = await ReadRulesAsync(response);
        var served = await client.GetJsonAsync("/api/organizations/acme/projects/checkout/rates");
        var cart = served.GetProperty("transactions").EnumerateArray().Single(item => item.GetProperty("transaction").GetString() == "GET /cart");
        Assert.Equal(cart.GetProperty("servedRate").GetDouble(), rules.Single(rule => rule.Path == "/cart").Rate);
        Assert.Equal(served.GetProperty("implicitServedRate").GetDouble(), rules.Single(rule => rule is { Service: "checkout", Path: "*" }).Rate);
        Assert.Equal(new("Default", "*", "*", "*", 0.1), rules[^1]);
    }

    [Fact]
    public async Task Rules_OrganizationThatNobodyKnows_AreTheDefault()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();

        using var response = await client.PostAsync("/GetSamplingRules", content: null);

        Assert.Equal([new("Default", "*", "*", "*", 0.1)], await ReadRulesAsync(response));
    }

    [Fact]
    public async Task Rules_DatabaseBroken_AreTheLastGoodOnes()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        using var good = await client.PostAsync(Rules, content: null);
        host.Services.GetRequiredService<RatesChanged>().Notify("acme");
        host.Sql("ALTER TABLE rate_versions RENAME TO gone");

        using var broken = await client.PostAsync(Rules, content: null);

        Assert.Equal(await good.Content.ReadAsStringAsync(), await broken.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Rules_InMemory_AreFoundWithoutAllocating()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        var sampling = host.Services.GetRequiredService<XRaySampling>();
        var first = await sampling.FindAsync("acme");
        Assert.Same(first, sampling.Find("acme"));

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
            _ = sampling.Find("acme");

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Targets_Documents_AreCountedAndAnsweredWithTheRates()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        var rules = await FetchRulesAsync(client);
        var (cart, others) = (rules.Single(rule => rule.Path == "/cart"), rules.Single(rule => rule is { Service: "checkout", Path: "*" }));
        host.Clock.Advance(TimeSpan.FromMinutes(30));
        var now = host.Clock.GetUtcNow().ToUnixTimeSeconds();

        var answer = await PostAsync(client, Document(cart, now, 1000, 90), Document(others, now, 40, 40), Document(rules[^1], now, 7, 1));

        Assert.Equal([cart.Name, others.Name, "Default"], answer.GetProperty("SamplingTargetDocuments").EnumerateArray().Select(target => target.GetProperty("RuleName").GetString()));
        Assert.Equal([cart.Rate, others.Rate, 0.1], answer.GetProperty("SamplingTargetDocuments").EnumerateArray().Select(target => target.GetProperty("FixedRate").GetDouble()));
        Assert.All(answer.GetProperty("SamplingTargetDocuments").EnumerateArray(), target =>
        {
            Assert.Equal(0, target.GetProperty("ReservoirQuota").GetInt32());
            Assert.Equal(10, target.GetProperty("Interval").GetInt32());
            Assert.Equal(now + 10, target.GetProperty("ReservoirQuotaTTL").GetInt64());
        });
        Assert.Equal(0, answer.GetProperty("UnprocessedStatistics").GetArrayLength());
        // The rules are as old as the first who asked for them.
        Assert.True(answer.GetProperty("LastRuleModification").GetInt64() < now - 1700);
        // Counted in the minute before, where half of it or more is from.
        Assert.Equal([("checkout", "GET /cart", 1000, 90, true), ("checkout", "__other__", 40, 40, true)], await ReadVolumesAsync(client, "5m"));
    }

    [Fact]
    public async Task Targets_WithSpansOfTheSameMinute_AreNotCountedTwice()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        var rules = await FetchRulesAsync(client);
        host.Clock.Advance(TimeSpan.FromMinutes(30) + TimeSpan.FromSeconds(20));
        var now = host.Clock.GetUtcNow();
        await client.SendTracesAsync(Traces.Roots("checkout", "GET /cart", 9, now), "/o/acme/v1/traces");
        await client.SendTracesAsync(Traces.Roots("checkout", "work", 3, now), "/o/acme/v1/traces");
        await client.SendTracesAsync(Traces.Roots("checkout", "sleep", 1, now), "/o/acme/v1/traces");
        await host.FlushAsync();

        await PostAsync(
            client,
            Document(rules.Single(rule => rule.Path == "/cart"), now.ToUnixTimeSeconds(), 100, 9),
            Document(rules.Single(rule => rule is { Service: "checkout", Path: "*" }), now.ToUnixTimeSeconds(), 40, 4));

        Assert.Equal([("checkout", "GET /cart", 100, 9, true), ("checkout", "work", 30, 3, false), ("checkout", "sleep", 10, 1, false)], await ReadVolumesAsync(client, "5m"));
    }

    [Fact]
    public async Task Targets_TheSameDocumentAgain_CountsOnce()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        var rule = (await FetchRulesAsync(client)).Single(rule => rule.Path == "/cart");
        host.Clock.Advance(TimeSpan.FromMinutes(30));
        var now = host.Clock.GetUtcNow().ToUnixTimeSeconds();
        var document = Document(rule, now, 10, 1);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(client, document, document)));
        await PostAsync(client, Document(rule, now, 10, 1, clientId: "other"), Document(rule, now + 1, 10, 1));

        Assert.Equal([("checkout", "GET /cart", 30, 3, true)], await ReadVolumesAsync(client, "5m"));
    }

    [Fact]
    public async Task Targets_ThatCouldNotBeStored_CountWhenTheyComeAgain()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        var rule = (await FetchRulesAsync(client)).Single(rule => rule.Path == "/cart");
        host.Clock.Advance(TimeSpan.FromMinutes(30));
        var document = Document(rule, host.Clock.GetUtcNow().ToUnixTimeSeconds(), 10, 1);
        host.Sql("ALTER TABLE project_hours RENAME TO gone");
        using var failed = await client.PostAsync(Targets, JsonContent.Create(Body(document)));
        Assert.True(failed.StatusCode >= HttpStatusCode.InternalServerError);
        host.Sql("ALTER TABLE gone RENAME TO project_hours");

        await PostAsync(client, document);

        Assert.Equal([("checkout", "GET /cart", 10, 1, true)], await ReadVolumesAsync(client, "5m"));
    }

    // Java says milliseconds, Python calls one member otherwise, and a trace may be counted as kept before it is counted as a request.
    [Fact]
    public async Task Targets_PeculiaritiesOfClients_AreUnderstood()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        var name = (await FetchRulesAsync(client)).Single(rule => rule.Path == "/cart").Name;
        host.Clock.Advance(TimeSpan.FromMinutes(30));
        var now = host.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var body = string.Create(CultureInfo.InvariantCulture, $$"""
            {"SamplingStatisticsDocuments":[
              {"BorrowCount":0,"ClientID":"java","RequestCount":10,"RuleName":"{{name}}","SampledCount":1,"Timestamp":{{now}}},
              {"ClientID":"python","RuleName":"{{name}}","Timestamp":{{now / 1000.0}},"RequestCount":20,"BorrowCount":0,"SampleCount":2},
              {"ClientID":"dotnet","RuleName":"{{name}}","RequestCount":3,"SampledCount":4,"BorrowCount":0,"Timestamp":{{now / 1000}}.25}],
             "SamplingBoostStatisticsDocuments":[{"RuleName":"x"}]}
            """);

        // Without a media type.
        using var response = await client.PostAsync(Targets, Content(body, type: null));
        using var nothing = await client.PostAsync(Targets, Content("{}", "application/json"));

        Assert.Equal(1, (await response.ReadJsonAsync()).GetProperty("SamplingTargetDocuments").GetArrayLength());
        Assert.Equal(0, (await nothing.ReadJsonAsync()).GetProperty("SamplingTargetDocuments").GetArrayLength());
        Assert.Equal([("checkout", "GET /cart", 33, 6, true)], await ReadVolumesAsync(client, "5m"));
    }

    [Fact]
    public async Task Targets_WhatCannotBeCounted_IsSaidAndTheRestIsCounted()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        var rules = await FetchRulesAsync(client);
        var (cart, order) = (rules.Single(rule => rule.Path == "/cart"), rules.Single(rule => rule.Path == "/order"));
        host.Clock.Advance(TimeSpan.FromMinutes(30));
        var now = host.Clock.GetUtcNow().ToUnixTimeSeconds();

        var answer = await PostAsync(client, Document(cart with { Name = "unheard" }, now, 10, 1), Document(cart, now + 301, 10, 1), Document(order, now, 10, 1));

        var unprocessed = answer.GetProperty("UnprocessedStatistics").EnumerateArray().ToList();
        Assert.Equal(["unheard", cart.Name], unprocessed.Select(item => item.GetProperty("RuleName").GetString()));
        Assert.All(unprocessed, item => Assert.Equal("400", item.GetProperty("ErrorCode").GetString()));
        Assert.Contains("clock", unprocessed[1].GetProperty("Message").GetString(), StringComparison.Ordinal);
        // Its rate it is told nevertheless.
        Assert.Equal([cart.Name, order.Name], answer.GetProperty("SamplingTargetDocuments").EnumerateArray().Select(target => target.GetProperty("RuleName").GetString()));
        Assert.Equal([("checkout", "POST /order", 10, 1, true)], await ReadVolumesAsync(client, "5m"));
    }

    [Theory]
    [InlineData("", "The body is not right")]
    [InlineData("[]", "$")]
    [InlineData("""{"SamplingStatisticsDocuments":[DOCUMENT,null]}""", "[1]: it must not be null")]
    [InlineData("""{"SamplingStatisticsDocuments":[DOCUMENT,{"ClientID":"a"}]}""", "$.SamplingStatisticsDocuments[1] (line 1): it lacks 'RuleName', 'Timestamp'.")]
    [InlineData("""{"SamplingStatisticsDocuments":[DOCUMENT,{"RuleName":"","ClientID":"a","Timestamp":1}]}""", "[1]: RuleName must have 1 to 128 characters")]
    [InlineData("""{"SamplingStatisticsDocuments":[DOCUMENT,{"RuleName":"a","ClientID":"","Timestamp":1}]}""", "[1]: ClientID must have 1 to 128 characters")]
    [InlineData("""{"SamplingStatisticsDocuments":[DOCUMENT,{"RuleName":"a","ClientID":"a","Timestamp":-1}]}""", "[1]: Timestamp must be")]
    [InlineData("""{"SamplingStatisticsDocuments":[DOCUMENT,{"RuleName":"a","ClientID":"a","Timestamp":1e300}]}""", "[1]: Timestamp must be")]
    [InlineData("""{"SamplingStatisticsDocuments":[DOCUMENT,{"RuleName":"a","ClientID":"a","Timestamp":"NaN"}]}""", "Timestamp")]
    [InlineData("""{"SamplingStatisticsDocuments":[DOCUMENT,{"RuleName":"a","ClientID":"a","Timestamp":1,"RequestCount":-1}]}""", "[1]: RequestCount must be from 0 to 1000000000000000")]
    [InlineData("""{"SamplingStatisticsDocuments":[DOCUMENT,{"RuleName":"a","ClientID":"a","Timestamp":1,"RequestCount":1.5}]}""", "RequestCount")]
    [InlineData("""{"SamplingStatisticsDocuments":[DOCUMENT,{"RuleName":"a","ClientID":"a","Timestamp":1,"RequestCount":1000000000000001}]}""", "[1]: RequestCount")]
    [InlineData("""{"SamplingStatisticsDocuments":[DOCUMENT,{"RuleName":"a","ClientID":"a","Timestamp":1,"SampledCount":-1}]}""", "[1]: SampledCount")]
    [InlineData("""{"SamplingStatisticsDocuments":[DOCUMENT,{"RuleName":"a","ClientID":"a","Timestamp":1,"BorrowCount":-1}]}""", "[1]: BorrowCount")]
    [InlineData("""{"SamplingStatisticsDocuments":[DOCUMENT,{"RuleName":"a","RuleName":"b","ClientID":"a","Timestamp":1}]}""", "given twice")]
    [InlineData("""{"SamplingStatisticsDocuments":[DOCUMENT]""", "The body is not right")]
    public async Task Targets_BadBody_Is400AndCountsNothing(string body, string expected)
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        var rule = (await FetchRulesAsync(client)).Single(rule => rule.Path == "/cart");
        host.Clock.Advance(TimeSpan.FromMinutes(30));
        var document = JsonSerializer.Serialize(Document(rule, host.Clock.GetUtcNow().ToUnixTimeSeconds(), 10, 1));

        using var response = await client.PostAsync(Targets, Content(body.Replace("DOCUMENT", document, StringComparison.Ordinal), "application/json"));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(expected, (await response.ReadJsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Empty(await ReadVolumesAsync(client, "5m"));
    }

    [Fact]
    public async Task Targets_TooManyDocumentsOrAnotherMediaType_AreRefused()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        var rule = (await FetchRulesAsync(client)).Single(rule => rule.Path == "/cart");

        using var many = await client.PostAsync(Targets, JsonContent.Create(Body([.. Enumerable.Range(0, 501).Select(i => Document(rule, i, 0, 0))])));
        using var form = await client.PostAsync(Targets, Content("{}", "text/plain"));

        Assert.Equal(HttpStatusCode.BadRequest, many.StatusCode);
        Assert.Contains("at most 500", (await many.ReadJsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, form.StatusCode);
    }

    [Fact]
    public async Task Targets_RatesHaveChanged_SaySoAndClientsCountOnUnderTheNamesThatTheyHave()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        var rules = await FetchRulesAsync(client);
        var cart = rules.Single(rule => rule.Path == "/cart");
        var before = (await PostAsync(client)).GetProperty("LastRuleModification").GetInt64();
        host.Clock.Advance(TimeSpan.FromMinutes(10));
        using var put = await client.PutAsJsonAsync("/api/organizations/acme", new { targetSampleRate = 0.5 });
        using var run = await client.RunTaskAsync("rebalance_orgs");

        var answer = await PostAsync(client, Document(cart, host.Clock.GetUtcNow().ToUnixTimeSeconds(), 10, 1));

        Assert.InRange(answer.GetProperty("LastRuleModification").GetInt64(), before + 600, before + 601);
        var changed = (await FetchRulesAsync(client)).Single(rule => rule.Path == "/cart");
        Assert.Equal(cart.Name, changed.Name);
        Assert.NotEqual(cart.Rate, changed.Rate);
        Assert.Equal(changed.Rate, answer.GetProperty("SamplingTargetDocuments")[0].GetProperty("FixedRate").GetDouble());
    }

    [Fact]
    public async Task Clients_ThatReport_CountAsPollsOfTheirService()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        var rules = await FetchRulesAsync(client);
        for (var i = 0; i < 4; i++)
        {
            // A client reports all rules, also of other services.
            await PostAsync(client, [.. rules.Select(rule => Document(rule, host.Clock.GetUtcNow().ToUnixTimeSeconds(), rule.Path == "/cart" ? 10 : 0, 0))]);
            host.Clock.Advance(TimeSpan.FromSeconds(10));
        }

        await client.SendTracesAsync(Traces.Roots("checkout", "POST /order", 1, host.Clock.GetUtcNow()), "/o/acme/v1/traces");

        var known = Assert.Single((await client.GetJsonAsync("/api/organizations/acme/clients")).GetProperty("items").EnumerateArray());
        Assert.Equal("checkout", known.GetProperty("service").GetString());
        Assert.Equal("obeying", known.GetProperty("status").GetString());
        Assert.Equal(10, known.GetProperty("pollIntervalSeconds").GetDouble());
        Assert.Equal(1, known.GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task Keys_InThePath_NeedBothScopesInAll()
    {
        await using var host = TestKeys.Host(["acme"]);
        using var client = host.CreateClient();

        Assert.Equal(HttpStatusCode.OK, await StatusAsync($"/k/{TestKeys.Of("sample", "acme")}/GetSamplingRules"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync($"/k/{TestKeys.Of("ingest", "acme")}/o/acme/SamplingTargets"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync($"/k/{TestKeys.Of("ingest", "acme")}/GetSamplingRules"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync($"/k/{TestKeys.Of("sample", "acme")}/SamplingTargets"));

        async Task<HttpStatusCode> StatusAsync(string path)
        {
            using var response = await client.PostAsync(path, Content("{}", "application/json"));
            return response.StatusCode;
        }
    }

    private static async Task<List<Rule>> FetchRulesAsync(HttpClient client)
    {
        using var response = await client.PostAsync(Rules, content: null);
        return await ReadRulesAsync(response);
    }

    private static async Task<List<Rule>> ReadRulesAsync(HttpResponseMessage response) =>
    [
        .. (await response.ReadJsonAsync()).GetProperty("SamplingRuleRecords").EnumerateArray().Select(record => record.GetProperty("SamplingRule"))
            .Select(rule => new Rule(
                rule.GetProperty("RuleName").GetString()!, rule.GetProperty("ServiceName").GetString()!, rule.GetProperty("HTTPMethod").GetString()!,
                rule.GetProperty("URLPath").GetString()!, rule.GetProperty("FixedRate").GetDouble())),
    ];

    private static async Task<JsonElement> PostAsync(HttpClient client, params object[] documents)
    {
        using var response = await client.PostAsync(Targets, JsonContent.Create(Body(documents)));
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync());
        return await response.ReadJsonAsync();
    }

    private static async Task<List<(string?, string?, double, double, bool)>> ReadVolumesAsync(HttpClient client, string window) =>
    [
        .. (await client.GetJsonAsync($"/api/organizations/acme/volumes?by=transaction&window={window}")).GetProperty("items").EnumerateArray().Select(item => (
            item.GetProperty("project").GetString(), item.GetProperty("transaction").GetString(), item.GetProperty("total").GetDouble(),
            item.GetProperty("kept").GetDouble(), item.GetProperty("exact").GetBoolean())),
    ];

    private static Dictionary<string, object> Body(params object[] documents) => new(StringComparer.Ordinal) { ["SamplingStatisticsDocuments"] = documents };

    private static Dictionary<string, object> Document(Rule rule, long timestamp, long requests, long sampled, string clientId = "0123456789abcdef01234567") => new(StringComparer.Ordinal)
    {
        ["ClientID"] = clientId,
        ["RuleName"] = rule.Name,
        ["Timestamp"] = timestamp,
        ["RequestCount"] = requests,
        ["BorrowCount"] = 0,
        ["SampledCount"] = sampled,
    };

    private static ByteArrayContent Content(string body, string? type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        if (type is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        return content;
    }

    private sealed record Rule(string Name, string Service, string Method, string Path, double Rate);
}
