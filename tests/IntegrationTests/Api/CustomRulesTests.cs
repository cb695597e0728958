using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>The clock of these tests stands at 2026-11-22T10:00:00Z.</summary>
public class CustomRulesTests
{
    private const string Rules = "/api/organizations/acme/custom-rules";

    [Fact]
    public async Task Create_Good_HasALocationAndShowsThere()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var created = await CreateAsync(client, samples: 50, project: "checkout", description: "why");
        var rule = await created.ReadJsonAsync();
        var found = await client.GetJsonAsync(created.Headers.Location!.OriginalString);

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        Assert.Equal($"{Rules}/{rule.GetProperty("id").GetString()}", created.Headers.Location.OriginalString);
        Assert.Equal(rule.GetRawText(), found.GetRawText());
        Assert.Equal((3000, 50, "checkout", "why"), (rule.GetProperty("ruleId").GetInt32(), rule.GetProperty("samples").GetInt64(), rule.GetProperty("project").GetString(), rule.GetProperty("description").GetString()));
        Assert.Equal("2026-11-22T10:00:00.000Z", rule.GetProperty("start").GetString());
        Assert.Equal("2026-11-23T10:00:00.000Z", rule.GetProperty("end").GetString());
        Assert.True(rule.GetProperty("active").GetBoolean());
        Assert.Equal("""{"op":"eq","name":"event.transaction","value":["GET /"]}""", rule.GetProperty("condition").GetRawText());
    }

    [Theory]
    [InlineData("""{"samples":1,"end":"2026-11-22T11:00:00Z"}""", "condition is missing")]
    [InlineData("""{"condition":C,"end":"2026-11-22T11:00:00Z"}""", "samples is missing")]
    [InlineData("""{"condition":C,"samples":0,"end":"2026-11-22T11:00:00Z"}""", "samples must be from 1")]
    [InlineData("""{"condition":C,"samples":1000000001,"end":"2026-11-22T11:00:00Z"}""", "samples must be from 1")]
    [InlineData("""{"condition":C,"samples":1.5,"end":"2026-11-22T11:00:00Z"}""", "samples")]
    [InlineData("""{"condition":C,"samples":1}""", "end is missing")]
    [InlineData("""{"condition":C,"samples":1,"end":null}""", "end is missing")]
    [InlineData("""{"condition":C,"samples":1,"start":"2026-11-22T12:00:00Z","end":"2026-11-22T11:00:00Z"}""", "end must be after start")]
    [InlineData("""{"condition":C,"samples":1,"end":"2026-11-22T10:00:00Z"}""", "end must be after start")]
    [InlineData("""{"condition":C,"samples":1,"start":"2026-11-22T08:00:00Z","end":"2026-11-22T09:00:00Z"}""", "end must be in the future")]
    [InlineData("""{"condition":C,"samples":1,"end":"2026-11-24T10:00:01Z"}""", "end must be at most 2 days")]
    [InlineData("""{"condition":C,"samples":1,"start":"2026-11-24T10:00:01Z","end":"2026-11-24T11:00:00Z"}""", "start must be within the next 2 days")]
    [InlineData("""{"condition":C,"samples":1,"start":"9999-12-31T23:59:58Z","end":"9999-12-31T23:59:59Z"}""", "start must be within the next 2 days")]
    [InlineData("""{"condition":C,"samples":1,"end":"2026-11-22T11:00:00"}""", "$.end")]
    [InlineData("""{"condition":C,"samples":1,"end":"tomorrow"}""", "$.end")]
    [InlineData("""{"condition":C,"samples":1,"end":"2026-11-22T11:00:00Z","project":".."}""", "project must not be")]
    [InlineData("""{"condition":C,"samples":1,"end":"2026-11-22T11:00:00Z","description":"a\u0000b"}""", "description must not have the character U+0000")]
    [InlineData("""{"condition":C,"samples":1,"end":"2026-11-22T11:00:00Z","id":"x"}""", "'id' is not a known member")]
    [InlineData("""{"condition":null,"samples":1,"end":"2026-11-22T11:00:00Z"}""", "must be an object")]
    [InlineData("""{"condition":[],"samples":1,"end":"2026-11-22T11:00:00Z"}""", "$.condition", "must be an object")]
    [InlineData("""{"condition":{"op":"xor"},"samples":1,"end":"2026-11-22T11:00:00Z"}""", "$.condition", "op: must be 'and', 'or', 'not', 'eq' or 'glob'")]
    [InlineData("""{"condition":{"op":"and","inner":[C,{"op":"or","inner":[{"op":"glob","name":"event.x","value":[]}]}]},"samples":1,"end":"2026-11-22T11:00:00Z"}""", "$.condition", "inner[1].inner[0].value: must be an array of at least one pattern")]
    [InlineData("""{"condition":{"op":"not","inner":{"op":"eq","name":"release","value":["1"]}},"samples":1,"end":"2026-11-22T11:00:00Z"}""", "$.condition", "inner.name: must be 'event.' or 'trace.'")]
    [InlineData("""{"condition":{"op":"eq","name":"event.x","value":["1"],"ignoreCase":true},"samples":1,"end":"2026-11-22T11:00:00Z"}""", "$.condition", "unknown member 'ignoreCase'")]
    public async Task Create_Bad_SaysWhatIsWrongAndMakesNothing(string body, params string[] said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostAsync(
            Rules, Bodies.Of(body.Replace(":C", ":" + Condition, StringComparison.Ordinal).Replace("[C", "[" + Condition, StringComparison.Ordinal)));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said);
        Assert.Empty((await client.GetJsonAsync(Rules)).GetProperty("items").EnumerateArray());
        Assert.Empty((await client.GetJsonAsync("/api/organizations")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Create_LongDescription_Is400()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var longest = await CreateAsync(client, description: new('x', 500));
        using var tooLong = await CreateAsync(client, description: new('x', 501));

        Assert.Equal(HttpStatusCode.Created, longest.StatusCode);
        await HttpAssert.IsProblemAsync(tooLong, HttpStatusCode.BadRequest, "description must not be longer than 500");
    }

    [Fact]
    public async Task Create_Numbers_AreReusedWhenARuleIsDeletedOrHasExpired()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var first = await CreateAsync(client, end: "2026-11-22T11:00:00Z");
        using var second = await CreateAsync(client);
        using var third = await CreateAsync(client);
        using var deleted = await client.DeleteAsync(second.Headers.Location);
        using var fourth = await CreateAsync(client);
        host.Clock.Advance(TimeSpan.FromHours(1));
        using var fifth = await CreateAsync(client);
        using var other = await client.PostAsync(Rules.Replace("acme", "other", StringComparison.Ordinal), Body());

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        var ids = await Task.WhenAll(new[] { first, second, third, fourth, fifth, other }.Select(RuleIdAsync));
        Assert.Equal([3000, 3001, 3002, 3001, 3000, 3000], ids);
    }

    [Fact]
    public async Task Create_TwoThousandAreActive_Is400UntilOneIsGone()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var one = await CreateAsync(client);
        host.Sql(
            """
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1999)
            INSERT INTO custom_rules (id, organization_id, number, condition, samples, starts_at, ends_at, created_at)
            SELECT '00000000-0000-0000-0000-' || SUBSTR(CAST(1000000000000 + i AS TEXT), 2), organization_id, i, condition, samples, starts_at, ends_at, created_at FROM n, custom_rules
            """);
        using var tooMany = await CreateAsync(client);
        using var elsewhere = await client.PostAsync(Rules.Replace("acme", "other", StringComparison.Ordinal), Body());
        using var deleted = await client.DeleteAsync($"{Rules}/00000000-0000-0000-0000-000000000777");
        using var last = await CreateAsync(client);

        await HttpAssert.IsProblemAsync(tooMany, HttpStatusCode.BadRequest, "2000 active custom rules", "'acme'");
        Assert.Equal(HttpStatusCode.Created, elsewhere.StatusCode);
        Assert.Equal(3777, await RuleIdAsync(last));
    }

    [Fact]
    public async Task List_Pages_AreInOrderAndShowExpiredOnes()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var first = await CreateAsync(client, end: "2026-11-22T11:00:00Z", description: "1");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        using var second = await CreateAsync(client, description: "2");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        using var third = await CreateAsync(client, description: "3");
        host.Clock.Advance(TimeSpan.FromHours(1));
        var page = await client.GetJsonAsync($"{Rules}?limit=2");
        var rest = await client.GetJsonAsync($"{Rules}?limit=2&cursor={page.GetProperty("next").GetString()}");

        Assert.Equal([("1", false), ("2", true)], Items(page));
        Assert.Equal([("3", true)], Items(rest));
        Assert.Equal(JsonValueKind.Null, rest.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task List_SomeCannotBeRead_ShowsTheOthersOnFullPages()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        for (var i = 0; i < 4; i++)
        {
            using var created = await CreateAsync(client, description: $"{i}");
            host.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        host.Sql("UPDATE custom_rules SET condition = '{}' WHERE description IN ('0', '1')");
        var page = await client.GetJsonAsync($"{Rules}?limit=1");
        var rest = await client.GetJsonAsync($"{Rules}?limit=1&cursor={page.GetProperty("next").GetString()}");

        Assert.Equal([("2", true)], Items(page));
        Assert.Equal([("3", true)], Items(rest));
    }

    [Fact]
    public async Task Extend_Active_GetsALaterEndAndMoreSamples()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var created = await CreateAsync(client, samples: 5, description: "kept");
        host.Clock.Advance(TimeSpan.FromHours(20));
        using var end = await PatchAsync(client, created.Headers.Location, """{"end":"2026-11-24T06:00:00Z"}""");
        using var samples = await PatchAsync(client, created.Headers.Location, """{"samples":9}""");
        using var nothing = await PatchAsync(client, created.Headers.Location, "{}");
        var rule = await nothing.ReadJsonAsync();

        Assert.Equal(HttpStatusCode.OK, end.StatusCode);
        Assert.Equal(("2026-11-24T06:00:00.000Z", 9, "kept"), (rule.GetProperty("end").GetString(), rule.GetProperty("samples").GetInt64(), rule.GetProperty("description").GetString()));
        Assert.Equal(rule.GetRawText(), (await client.GetJsonAsync(created.Headers.Location!.OriginalString)).GetRawText());
    }

    [Theory]
    [InlineData("""{"samples":0}""", "samples must be from 1")]
    [InlineData("""{"end":"2026-11-22T09:00:00Z"}""", "end must be after start")]
    [InlineData("""{"end":"2026-11-22T10:30:00Z"}""", "end must be in the future", "delete it")]
    [InlineData("""{"end":"2026-11-24T11:00:01Z"}""", "end must be at most 2 days")]
    [InlineData("""{"end":"2026-11-23T11:00:00"}""", "$.end")]
    [InlineData("""{"condition":{"op":"and","inner":[]}}""", "'condition' is not a known member")]
    public async Task Extend_Bad_SaysWhatIsWrongAndChangesNothing(string body, params string[] said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var created = await CreateAsync(client);
        host.Clock.Advance(TimeSpan.FromHours(1));
        using var response = await PatchAsync(client, created.Headers.Location, body);

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said);
        Assert.Equal((await created.ReadJsonAsync()).GetRawText(), (await client.GetJsonAsync(created.Headers.Location!.OriginalString)).GetRawText());
    }

    [Fact]
    public async Task Extend_Expired_Is409()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var created = await CreateAsync(client, end: "2026-11-22T11:00:00Z");
        host.Clock.Advance(TimeSpan.FromHours(1));
        using var response = await PatchAsync(client, created.Headers.Location, """{"end":"2026-11-22T12:00:00Z"}""");

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.Conflict, "expired", "make a new one");
    }

    [Fact]
    public async Task Any_UnknownOrOfAnotherOrganization_Is404()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var created = await CreateAsync(client);
        var elsewhere = created.Headers.Location!.OriginalString.Replace("acme", "other", StringComparison.Ordinal);
        using var get = await client.GetAsync(elsewhere);
        using var patch = await PatchAsync(client, new(elsewhere, UriKind.Relative), """{"samples":9}""");
        using var delete = await client.DeleteAsync(elsewhere);
        using var noId = await client.GetAsync($"{Rules}/nonsense");
        using var deleted = await client.DeleteAsync(created.Headers.Location);
        using var again = await client.DeleteAsync(created.Headers.Location);

        await HttpAssert.IsProblemAsync(get, HttpStatusCode.NotFound, "has no custom rule", "'other'");
        await HttpAssert.IsProblemAsync(patch, HttpStatusCode.NotFound, "has no custom rule");
        await HttpAssert.IsProblemAsync(delete, HttpStatusCode.NotFound, "has no custom rule");
        await HttpAssert.IsProblemAsync(noId, HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await HttpAssert.IsProblemAsync(again, HttpStatusCode.NotFound, "has no custom rule");
        Assert.Empty((await client.GetJsonAsync("/api/organizations")).GetProperty("items").EnumerateArray());
    }

    private const string Condition = """{"op":"eq","name":"event.transaction","value":["GET /"]}""";

    private static JsonContent Body(long samples = 1, string end = "2026-11-23T10:00:00Z", string? project = null, string? description = null)
    {
        using var condition = JsonDocument.Parse(Condition);
        return JsonContent.Create(new { condition = condition.RootElement.Clone(), samples, end, project, description });
    }

    private static Task<HttpResponseMessage> CreateAsync(
        HttpClient client, long samples = 1, string end = "2026-11-23T10:00:00Z", string? project = null, string? description = null) =>
        client.PostAsync(Rules, Body(samples, end, project, description));

    private static Task<HttpResponseMessage> PatchAsync(HttpClient client, Uri? rule, string body) => client.PatchAsync(rule, Bodies.Of(body));

    private static async Task<int> RuleIdAsync(HttpResponseMessage response) => (await response.ReadJsonAsync()).GetProperty("ruleId").GetInt32();

    private static List<(string, bool)> Items(JsonElement page) =>
        [.. page.GetProperty("items").EnumerateArray().Select(item => (item.GetProperty("description").GetString()!, item.GetProperty("active").GetBoolean()))];
}
