using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Api;

public class RulesTests
{
    private const string Acme = "/api/organizations/acme";
    private const string Checkout = "/api/organizations/acme/projects/checkout";

    [Fact]
    public async Task Get_UnseenProject_IsTheTargetWithTheConstantBiases()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var put = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.5, minimumSampleRate = 0.05 });
        var document = await client.GetJsonAsync($"{Checkout}/rules");

        Assert.Equal(2, document.GetProperty("version").GetInt32());
        Assert.Equal([1002, 1005, 1001, 1006, 1000], Ids(document));
        Assert.Equal(
            """{"id":1000,"type":"trace","samplingValue":{"type":"sampleRate","value":0.5},"condition":{"op":"and","inner":[]}}""",
            document.GetProperty("rules")[4].GetRawText());
    }

    [Theory]
    [InlineData("""{"targetSampleRate":0}""", 0.0)]
    [InlineData("""{"targetSampleRate":1}""", 1.0)]
    public async Task Get_TargetIsNothingOrAll_IsOnlyTheUniformRule(string settings, double rate)
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, settings);
        var document = await client.GetJsonAsync($"{Checkout}/rules");

        Assert.Equal([1000], Ids(document));
        Assert.Equal(rate, document.GetProperty("rules")[0].GetProperty("samplingValue").GetProperty("value").GetDouble());
    }

    [Theory]
    [InlineData("""{"targetSampleRate":0.2}""")]
    [InlineData("""{"targetSampleRate":0.2,"minimumSampleRate":0.15}""")]
    [InlineData("""{"targetSampleRate":0.2,"intensity":0,"biases":{"healthChecks":false}}""")]
    [InlineData("""{"targetSampleRate":0.2,"biases":{"transactions":false}}""")]
    [InlineData("""{"targetSampleRate":0.2,"biases":{"recalibration":false}}""")]
    [InlineData("""{"targetSampleRate":0.2,"biases":{"transactions":false},"pins":[{"project":"checkout","maximumSampleRate":0.05}]}""")]
    [InlineData("""{"targetSampleRate":0.2,"pins":[{"project":"checkout","transaction":"GET /cart","always":true},{"project":"checkout","transaction":"POST /order","maximumSampleRate":0.01}]}""")]
    [InlineData("""{"targetSampleRate":0.2,"pins":[{"project":"checkout","maximumSampleRate":0.05}]}""")]
    [InlineData("""{"targetSampleRate":0.2,"minimumSampleRate":0.15,"pins":[{"project":"checkout","maximumSampleRate":0.05},{"project":"checkout","transaction":"GET /new","always":true}]}""")]
    [InlineData("""{"targetSampleRate":0.2,"pins":[{"project":"checkout","maximumSampleRate":0}]}""")]
    [InlineData("""{"targetSampleRate":0.2,"pins":[{"project":"checkout","always":true},{"project":"checkout","transaction":"GET /cart","maximumSampleRate":0.5}]}""")]
    [InlineData("""{"targetSampleRate":0.2,"mode":"project"}""")]
    [InlineData("""{"targetSampleRate":0}""")]
    [InlineData("""{"targetSampleRate":1}""")]
    public async Task Evaluate_EveryTransaction_GetsWhatTheRatesSay(string settings)
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, settings);
        var rates = await client.GetJsonAsync($"{Checkout}/rates");
        var transactions = rates.GetProperty("transactions").EnumerateArray().ToList();

        Assert.True(transactions.Count >= 4);
        foreach (var transaction in transactions)
        {
            var evaluation = await EvaluateAsync(client, new { transaction = transaction.GetProperty("transaction").GetString() });
            Assert.Equal(transaction.GetProperty("servedRate").GetDouble(), evaluation.GetProperty("rate").GetDouble(), 1e-9);
        }

        var other = await EvaluateAsync(client, new { transaction = "GET /never-seen" });
        Assert.Equal(rates.GetProperty("implicitServedRate").GetDouble(), other.GetProperty("rate").GetDouble(), 1e-9);
    }

    [Fact]
    public async Task Evaluate_AnyTrace_NamesTheRulesThatTookPart()
    {
        await using var host = new ApiHost();
        using var client = await WithTrafficAsync(host, """{"targetSampleRate":0.2,"pins":[{"project":"checkout","transaction":"POST /order","always":true}]}""");

        Assert.Equal([("pins", "sampleRate")], await BiasesAsync(client, """{"transaction":"POST /order"}"""));
        Assert.Equal([("healthChecks", "sampleRate")], await BiasesAsync(client, """{"transaction":"GET /healthz"}"""));
        Assert.Equal([("replays", "sampleRate")], await BiasesAsync(client, """{"transaction":"GET /cart","replayId":"1"}"""));
        Assert.Equal([("environments", "sampleRate")], await BiasesAsync(client, """{"transaction":"GET /cart","environment":"qa-3"}"""));
        Assert.Equal("uniform", (await BiasesAsync(client, "{}"))[^1].Item1);
        Assert.Contains(("transactions", "factor"), await BiasesAsync(client, """{"transaction":"GET /cart"}"""));
    }

    [Theory]
    [InlineData("""{"tx":"GET /"}""", "'tx' is not a known member", "event.x")]
    [InlineData("""{"Transaction":"GET /","span.op":"db"}""", "'span.op' is not a known member")]
    [InlineData("""{"event.level":["error"]}""", "'event.level' must be a string, a number")]
    [InlineData("""{"event.level":{}}""", "'event.level' must be a string, a number")]
    [InlineData("""{"event.level":"\ud800"}""", "'event.level' must be well-formed Unicode")]
    [InlineData("""{"transaction":7}""", "$.transaction")]
    [InlineData("""{"transaction":"a","transaction":"b"}""", "transaction")]
    [InlineData("[]", "$")]
    [InlineData("null", "body")]
    public async Task Evaluate_BadBody_Is400(string body, params string[] said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostAsync($"{Checkout}/rules:evaluate", Bodies.Of(body));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said);
    }

    [Fact]
    public async Task CustomRule_Active_IsInTheDocumentsOfItsProjects()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var forAll = await CreateRuleAsync(client, project: null, """{"op":"eq","name":"event.level","value":["error"]}""", "2026-11-22T11:00:00Z");
        using var forOne = await CreateRuleAsync(client, "checkout", """{"op":"glob","name":"event.transaction","value":["*cart"]}""", "2026-11-22T12:00:00Z");
        var checkout = await client.GetJsonAsync($"{Checkout}/rules");
        var search = await client.GetJsonAsync($"{Acme}/projects/search/rules");
        var error = await EvaluateAsync(client, """{"event.level":"error"}""");
        host.Clock.Advance(TimeSpan.FromHours(1));
        var later = await client.GetJsonAsync($"{Checkout}/rules");

        Assert.Equal([3000, 3001], Ids(checkout).Take(2));
        Assert.Equal([3000, 1002], Ids(search).Take(2));
        Assert.Equal((1, "customRules"), (error.GetProperty("rate").GetDouble(), Assert.Single(error.GetProperty("rules").EnumerateArray()).GetProperty("bias").GetString()));
        Assert.Equal([3001, 1002], Ids(later).Take(2));
        Assert.Equal("""{"start":"2026-11-22T10:00:00Z","end":"2026-11-22T12:00:00Z"}""", later.GetProperty("rules")[0].GetProperty("timeRange").GetRawText());
    }

    [Fact]
    public async Task CustomRule_BiasIsOff_IsLeftOut()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var put = await client.PutAsJsonAsync(Checkout, new { biases = new { customRules = false } });
        using var rule = await CreateRuleAsync(client, project: null, """{"op":"and","inner":[]}""", "2026-11-22T11:00:00Z");

        Assert.DoesNotContain(3000, Ids(await client.GetJsonAsync($"{Checkout}/rules")));
        Assert.Contains(3000, Ids(await client.GetJsonAsync($"{Acme}/projects/search/rules")));
    }

    [Fact]
    public async Task Release_LearntFromVolumes_IsBoostedUntilItIsAdopted()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var posted = await client.PostAsync("/api/volumes", Bodies.Of(
            """[{"organization":"acme","project":"checkout","transaction":"t","total":10,"release":"2.0","environment":"production"},{"organization":"acme","project":"checkout","transaction":"t","total":10,"release":"2.1"}]"""));
        var document = await client.GetJsonAsync($"{Checkout}/rules");
        var boosted = await EvaluateAsync(client, new { release = "2.0", environment = "production" });
        var elsewhere = await EvaluateAsync(client, new { release = "2.0", environment = "staging" });
        var nowhere = await EvaluateAsync(client, new { release = "2.1" });
        host.Clock.Advance(TimeSpan.FromMinutes(30));
        var halfway = await EvaluateAsync(client, new { release = "2.0", environment = "production" });
        host.Clock.Advance(TimeSpan.FromMinutes(30));
        var adopted = await client.GetJsonAsync($"{Checkout}/rules");

        Assert.Equal(HttpStatusCode.OK, posted.StatusCode);
        Assert.Equal([1500, 1501], Ids(document).Where(id => id is >= 1500 and < 1600));
        var factor = Math.Pow(1.5, 0.9);
        Assert.Equal(0.1 * factor, boosted.GetProperty("rate").GetDouble(), 1e-9);
        Assert.Equal(0.1, elsewhere.GetProperty("rate").GetDouble(), 1e-9);
        Assert.Equal(0.1 * factor, nowhere.GetProperty("rate").GetDouble(), 1e-9);
        Assert.Equal(0.1 * (1 + ((factor - 1) / 2)), halfway.GetProperty("rate").GetDouble(), 1e-9);
        Assert.DoesNotContain(Ids(adopted), id => id is >= 1500 and < 1600);
    }

    private static async Task<HttpClient> WithTrafficAsync(ApiHost host, string settings)
    {
        var client = host.CreateClient();
        using var put = await client.PutAsync(Acme, Bodies.Of(settings));
        put.EnsureSuccessStatusCode();
        using var posted = await client.PostAsync("/api/volumes", Bodies.Of(
            """
            [{"organization":"acme","project":"checkout","transaction":"GET /cart","total":9000,"kept":2500},
             {"organization":"acme","project":"checkout","transaction":"POST /order","total":800,"kept":200},
             {"organization":"acme","project":"checkout","transaction":"GET /health","total":500,"kept":10},
             {"organization":"acme","project":"checkout","transaction":"GET /rare","total":3,"kept":3},
             {"organization":"acme","project":"search","transaction":"GET /search","total":4000,"kept":900}]
            """));
        posted.EnsureSuccessStatusCode();
        using var run = await client.RunTaskAsync("rebalance_orgs");
        run.EnsureSuccessStatusCode();
        return client;
    }

    private static async Task<HttpResponseMessage> CreateRuleAsync(HttpClient client, string? project, string condition, string end)
    {
        using var parsed = JsonDocument.Parse(condition);
        var response = await client.PostAsJsonAsync($"{Acme}/custom-rules", new { project, condition = parsed.RootElement, samples = 10, end });
        response.EnsureSuccessStatusCode();
        return response;
    }

    private static async Task<JsonElement> EvaluateAsync(HttpClient client, object trace)
    {
        using var response = await client.PostAsync($"{Checkout}/rules:evaluate", Bodies.Of(trace as string ?? JsonSerializer.Serialize(trace)));
        response.EnsureSuccessStatusCode();
        return await response.ReadJsonAsync();
    }

    private static async Task<List<(string, string)>> BiasesAsync(HttpClient client, string trace) =>
        [
            .. (await EvaluateAsync(client, trace)).GetProperty("rules").EnumerateArray()
                .Select(rule => (rule.GetProperty("bias").GetString()!, rule.GetProperty("type").GetString()!)),
        ];

    private static List<int> Ids(JsonElement document) => [.. document.GetProperty("rules").EnumerateArray().Select(rule => rule.GetProperty("id").GetInt32())];
}
