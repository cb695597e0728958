using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.Api;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>Export and import. The clock stands at 2026-11-22T10:00:00Z.</summary>
public class SettingsDocumentsTests
{
    private const string Export = "/api/export";
    private const string Import = "/api/import";
    private const string Id = "01a204df-f73e-7a05-b34d-e3aacb60722e";
    private const string Rule = $$"""{"id":"{{Id}}","condition":{"op":"eq","name":"event.transaction","value":["GET /"]},"samples":5,"start":"2026-11-22T09:00:00Z","end":"2026-11-22T12:00:00Z","description":"d"}""";

    private const string Full =
        $$$"""
        {"version":1,"organizations":[
          {"organization":"acme",
           "settings":{"targetSampleRate":0.25,"biases":{"replays":false},"pins":[{"project":"p","always":true}]},
           "projects":[{"project":"checkout","settings":{"intensity":0.5}}],
           "customRules":[{{{Rule}}}]},
          {"organization":"a/b \u00fc","settings":{"tiers":[{"monthlyVolume":10,"rate":1}],"mode":"project"}}]}
        """;

    [Fact]
    public async Task Export_Nothing_IsEmpty()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("seen", ("p", 1));

        Assert.Equal("""{"version":1,"organizations":[]}""", await client.GetStringAsync(Export));
    }

    [Fact]
    public async Task Import_OfAnExport_ChangesNothing()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var first = await ImportAsync(client, Full);
        using var made = await client.PostAsync("/api/organizations/acme/custom-rules", Bodies.Of("""{"condition":{"op":"and","inner":[]},"samples":1,"end":"2026-11-23T10:00:00Z"}"""));
        var exported = await client.GetStringAsync(Export);
        var again = await ImportAsync(client, exported);

        Assert.Equal(
            [("added", "a/b ü", null, false), ("added", "acme", null, false), ("added", "acme", "checkout", false), ("added", "acme", null, true)],
            Changes(first).OrderBy(change => change.Item2, StringComparer.Ordinal));
        Assert.False(first.GetProperty("dryRun").GetBoolean());
        Assert.Empty(Changes(again));
        Assert.Equal(exported, await client.GetStringAsync(Export));
    }

    // As deep as conditions may be is deeper than 32, of which readers of JSON often have enough.
    [Fact]
    public async Task Import_ConditionsAsDeepAsTheyMayBe_AreTakenAndDeeperBodiesAreNot()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var condition = """{"op":"eq","name":"event.transaction","value":["GET /"]}""";
        for (var depth = 1; depth < RuleConditionJsonConverter.MaxDepth; depth++)
            condition = $$"""{"op":"and","inner":[{{condition}}]}""";
        await ImportAsync(client, Full.Replace("""{"op":"eq","name":"event.transaction","value":["GET /"]}""", condition, StringComparison.Ordinal));
        using var deeper = await client.PutAsync("/api/organizations/acme", Bodies.Of($$"""{"tiers":{{new string('[', ApiBuilder.MaxJsonDepth)}}"""));

        await HttpAssert.IsProblemAsync(deeper, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Import_OfAnExportIntoAnotherService_MakesThemAlike()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await ImportAsync(client, Full);
        var exported = await client.GetStringAsync(Export);
        await using var other = new ApiHost();
        using var elsewhere = other.CreateClient();
        await ImportAsync(elsewhere, exported);

        Assert.Equal(exported, await elsewhere.GetStringAsync(Export));
        Assert.Equal(
            (await client.GetJsonAsync("/api/organizations/acme")).GetRawText(), (await elsewhere.GetJsonAsync("/api/organizations/acme")).GetRawText());
    }

    [Fact]
    public async Task Import_DryRun_SaysWhatWouldChangeAndChangesNothing()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await ImportAsync(client, Full);
        var before = await client.GetStringAsync(Export);
        var other = """{"version":1,"organizations":[{"organization":"acme","settings":{"targetSampleRate":0.5},"projects":[{"project":"new","settings":{"intensity":1}}]}]}""";
        var dry = await ImportAsync(client, other, "?dryRun=true");
        var unchanged = await client.GetStringAsync(Export);
        var real = await ImportAsync(client, other);

        Assert.True(dry.GetProperty("dryRun").GetBoolean());
        Assert.Equal(before, unchanged);
        Assert.Equal(
            [("added", "acme", "new", false), ("changed", "acme", null, false), ("removed", "a/b ü", null, false), ("removed", "acme", null, true), ("removed", "acme", "checkout", false)],
            Changes(dry).Order());
        Assert.Equal(Changes(dry), Changes(real));
        Assert.Equal(["acme"], (await client.GetJsonAsync(Export)).GetProperty("organizations").EnumerateArray().Select(item => item.GetProperty("organization").GetString()));
    }

    [Fact]
    public async Task Import_Removal_KeepsVolumesAndRates()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("checkout", 10));
        await ImportAsync(client, Full);
        using var run = await client.RunTaskAsync("rebalance_orgs");
        await ImportAsync(client, """{"version":1,"organizations":[]}""");
        var rates = await client.GetJsonAsync("/api/organizations/acme/rates");
        var organizations = await client.GetJsonAsync("/api/organizations");

        Assert.Equal(1, rates.GetProperty("version").GetInt64());
        Assert.Equal("checkout", rates.GetProperty("projects")[0].GetProperty("project").GetString());
        var left = Assert.Single(organizations.GetProperty("items").EnumerateArray());
        Assert.Equal(("acme", 10, false), (left.GetProperty("organization").GetString(), left.GetProperty("total").GetDouble(), left.GetProperty("stored").GetBoolean()));
        Assert.Empty((await client.GetJsonAsync("/api/organizations/acme/custom-rules")).GetProperty("items").EnumerateArray());
    }

    [Theory]
    [InlineData("""{"version":2,"organizations":[]}""", "version must be 1, but is 2")]
    [InlineData("""{"organizations":[]}""", "version must be 1, but is 0")]
    [InlineData("""{"version":1}""", "organizations is missing")]
    [InlineData("""{"version":1,"organizations":null}""", "organizations")]
    [InlineData("""{"version":1,"organizations":[],"extra":1}""", "'extra' is not a known member")]
    [InlineData("""{"version":1,"organizations":[O,null]}""", "organizations[1] must be an object")]
    [InlineData("""{"version":1,"organizations":[O,{"settings":{}}]}""", "organizations[1].organization must not be empty")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":".."}]}""", "organizations[1].organization must not be")]
    [InlineData("""{"version":1,"organizations":[O,O]}""", "organizations[1].organization 'o' comes twice")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","settings":{"targetSampleRates":1}}]}""", "'targetSampleRates' is not a known member", "organizations[1].settings")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","settings":{"mode":"all"}}]}""", "organizations[1].settings.mode", "organization, project")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","settings":{"tiers":[{"monthlyVolume":1,"rate":1},{"monthlyVolume":2,"rate":1},{"monthlyVolume":2,"rate":1}]}}]}""", "organizations[1].settings.tiers[2].monthlyVolume must be more than")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","settings":{"pins":[{"project":"p"}]}}]}""", "organizations[1].settings.pins[0] must have either")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","projects":[{"project":"p"}]}]}""", "organizations[1].projects[0].settings is missing")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","projects":[{"settings":{}}]}]}""", "organizations[1].projects[0].project must not be empty")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","projects":[{"project":"p","settings":{"intensity":2}}]}]}""", "organizations[1].projects[0].settings.intensity must be from 0 to 1")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","projects":[{"project":"p","settings":{}},{"project":"p","settings":{}}]}]}""", "organizations[1].projects[1]", "comes once")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","projects":[null]}]}""", "organizations[1].projects[0]")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","customRules":[null]}]}""", "organizations[1].customRules[0]")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","customRules":[{"samples":1,"start":"2026-11-22T09:00:00Z","end":"2026-11-22T12:00:00Z"}]}]}""", "organizations[1].customRules[0].condition is missing")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","customRules":[{"condition":{"op":"and","inner":[]},"start":"2026-11-22T09:00:00Z","end":"2026-11-22T12:00:00Z"}]}]}""", "organizations[1].customRules[0].samples is missing")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","customRules":[{"condition":{"op":"and","inner":[]},"samples":1,"end":"2026-11-22T12:00:00Z"}]}]}""", "organizations[1].customRules[0].start is missing")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","customRules":[{"condition":{"op":"and","inner":[]},"samples":1,"start":"2026-11-22T12:00:00Z"}]}]}""", "organizations[1].customRules[0].end is missing")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","customRules":[{"condition":{"op":"and","inner":[]},"samples":1,"start":"2026-11-22T12:00:00Z","end":"2026-11-22T12:00:00Z"}]}]}""", "organizations[1].customRules[0].end must be after start")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","customRules":[{"condition":{"op":"and","inner":[]},"samples":1,"start":"9999-12-31T00:00:00Z","end":"9999-12-31T12:00:00Z"}]}]}""", "organizations[1].customRules[0].start must be within the next 2 days")]
    [InlineData("""{"version":1,"organizations":[O,{"organization":"x","customRules":[{"condition":{"op":"or","inner":[{"op":"x"}]},"samples":1,"start":"2026-11-22T09:00:00Z","end":"2026-11-22T12:00:00Z"}]}]}""", "organizations[1].customRules[0].condition", "inner[0].op: must be")]
    [InlineData("[]", "$")]
    [InlineData("null", "body")]
    public async Task Import_BadDocument_NamesThePlaceAndChangesNothing(string document, params string[] said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await ImportAsync(client, Full);
        var before = await client.GetStringAsync(Export);
        document = document.Replace("[O", "[" + """{"organization":"o","settings":{"targetSampleRate":0.9}}""", StringComparison.Ordinal)
            .Replace(",O]", "," + """{"organization":"o"}]""", StringComparison.Ordinal);
        using var response = await client.PutAsync(Import, Bodies.Of(document));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said);
        Assert.Equal(before, await client.GetStringAsync(Export));
    }

    [Fact]
    public async Task Import_RuleIdInTwoOrganizations_IsRefused()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PutAsync(Import, Bodies.Of(
            $$"""{"version":1,"organizations":[{"organization":"a","customRules":[{{Rule}}]},{"organization":"b","customRules":[{{Rule}}]}]}"""));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, "organizations[1].customRules[0]", "id that comes once");
        Assert.Equal("""{"version":1,"organizations":[]}""", await client.GetStringAsync(Export));
    }

    [Fact]
    public async Task Import_RuleOfAnotherOrganization_MovesIt()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await ImportAsync(client, $$"""{"version":1,"organizations":[{"organization":"b","customRules":[{{Rule}}]}]}""");
        var moved = await ImportAsync(client, $$"""{"version":1,"organizations":[{"organization":"a","customRules":[{{Rule}}]}]}""");

        Assert.Equal([("removed", "b", null, true), ("added", "a", null, true)], Changes(moved));
        Assert.Equal("a", (await client.GetJsonAsync("/api/organizations")).GetProperty("items")[0].GetProperty("organization").GetString());
    }

    [Fact]
    public async Task ExportAndImport_ExpiredRules_AreLeftOut()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await ImportAsync(client, Full);
        host.Clock.Advance(TimeSpan.FromHours(2));
        var exported = await client.GetStringAsync(Export);
        var expired = await ImportAsync(client, Full);
        var revived = await ImportAsync(client, Full.Replace("T12:00:00Z", "T20:00:00Z", StringComparison.Ordinal));

        Assert.DoesNotContain(Id, exported, StringComparison.Ordinal);
        Assert.Empty(Changes(expired));
        // The id is still that of the rule that has expired.
        Assert.Equal([("added", "acme", null, true)], Changes(revived));
        Assert.Contains(Id, await client.GetStringAsync(Export), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_RuleThatTheDocumentLetsExpire_IsRemoved()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await ImportAsync(client, Full);
        var ended = await ImportAsync(client, Full.Replace("T12:00:00Z", "T09:30:00Z", StringComparison.Ordinal));

        Assert.Equal([("removed", "acme", null, true)], Changes(ended));
        Assert.DoesNotContain(Id, await client.GetStringAsync(Export), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_OtherDescription_KeepsNumberAndWhatWasCollected()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var first = await client.PostAsync("/api/organizations/acme/custom-rules", Bodies.Of("""{"condition":{"op":"and","inner":[]},"samples":1,"end":"2026-11-22T11:00:00Z"}"""));
        var document = (await client.GetStringAsync(Export)).Replace("\"customRules\":[", $"\"customRules\":[{Rule},", StringComparison.Ordinal);
        await ImportAsync(client, document);
        using var posted = await client.PostAsync("/api/volumes", Bodies.Of("""[{"organization":"acme","project":"p","transaction":"GET /","total":10,"kept":7}]"""));
        using var run = await client.RunTaskAsync("custom_rule_notifications");
        var before = await client.GetJsonAsync($"/api/organizations/acme/custom-rules/{Id}");
        var changes = await ImportAsync(client, $$"""{"version":1,"organizations":[{"organization":"acme","customRules":[{{Rule.Replace("\"d\"", "\"other\"", StringComparison.Ordinal)}}]}]}""");
        var after = await client.GetJsonAsync($"/api/organizations/acme/custom-rules/{Id}");

        Assert.Contains(("changed", "acme", null, true), Changes(changes));
        Assert.Equal("other", after.GetProperty("description").GetString());
        Assert.Equal(7, after.GetProperty("collected").GetDouble());
        Assert.NotEqual(JsonValueKind.Null, after.GetProperty("announcedAt").ValueKind);
        foreach (var member in new[] { "ruleId", "collected", "announcedAt", "createdAt" })
            Assert.Equal(before.GetProperty(member).ToString(), after.GetProperty(member).ToString());
    }

    private static async Task<JsonElement> ImportAsync(HttpClient client, string document, string query = "")
    {
        using var response = await client.PutAsync(Import + query, Bodies.Of(document));
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.ReadJsonAsync();
    }

    private static List<(string, string, string?, bool)> Changes(JsonElement answer) =>
        [
            .. answer.GetProperty("changes").EnumerateArray().Select(change => (
                change.GetProperty("change").GetString()!, change.GetProperty("organization").GetString()!, change.GetProperty("project").GetString(),
                change.GetProperty("customRule").ValueKind != JsonValueKind.Null)),
        ];
}
