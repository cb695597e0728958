using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Api;

public class OrganizationsTests
{
    private const string Acme = "/api/organizations/acme";

    [Fact]
    public async Task Get_Unseen_ShowsTheDefaults()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.GetAsync(Acme);
        var settings = await response.ReadJsonAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Null(response.Headers.ETag);
        Assert.Equal("acme", settings.GetProperty("organization").GetString());
        AssertSettings(settings, stored: false, "organization", target: 0.1, minimum: 0, "default");
        Assert.Equal(JsonValueKind.Null, settings.GetProperty("settingsError").ValueKind);
        Assert.Empty(await ListAsync(client));
    }

    [Fact]
    public async Task Put_New_AnswersWithTheEffectiveSettings()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var put = await client.PutAsJsonAsync(Acme, new { mode = "project", targetSampleRate = 0.25, minimumSampleRate = 0.01 });
        using var get = await client.GetAsync(Acme);

        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        AssertSettings(await put.ReadJsonAsync(), stored: true, "project", target: 0.25, minimum: 0.01, "setting");
        Assert.NotNull(put.Headers.ETag);
        Assert.False(put.Headers.ETag.IsWeak);
        Assert.Equal(put.Headers.ETag, get.Headers.ETag);
        Assert.Equal(await put.Content.ReadAsStringAsync(), await get.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"targetSampleRate":0.25}""")]
    [InlineData("""{"mode":"project","targetSampleRate":0,"minimumSampleRate":1}""")]
    public async Task Put_BodyOfGetUnchanged_IsAccepted(string stored)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var first = await client.PutAsync(Acme, Bodies.Of(stored));
        var before = await client.GetStringAsync(Acme);
        using var second = await client.PutAsync(Acme, Bodies.Of(before));
        var after = await client.GetJsonAsync(Acme);

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        using var expected = JsonDocument.Parse(before);
        foreach (var member in new[] { "mode", "targetSampleRate", "minimumSampleRate", "stored" })
            Assert.Equal(expected.RootElement.GetProperty(member).ToString(), after.GetProperty(member).ToString());
    }

    [Fact]
    public async Task Put_MembersLeftOut_GoBackToTheirDefaults()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var all = await client.PutAsJsonAsync(Acme, new { mode = "project", targetSampleRate = 0.25, minimumSampleRate = 0.01 });
        using var one = await client.PutAsJsonAsync(Acme, new { minimumSampleRate = 0.02 });
        var afterOne = await client.GetJsonAsync(Acme);
        using var none = await client.PutAsJsonAsync(Acme, new { });
        var afterNone = await client.GetJsonAsync(Acme);

        AssertSettings(afterOne, stored: true, "organization", target: 0.1, minimum: 0.02, "default");
        AssertSettings(afterNone, stored: true, "organization", target: 0.1, minimum: 0, "default");
        Assert.NotEqual(all.Headers.ETag, one.Headers.ETag);
        Assert.NotEqual(one.Headers.ETag, none.Headers.ETag);
    }

    [Fact]
    public async Task Put_OrganizationWithVolumes_KeepsThem()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 5));
        using var put = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.5 });

        Assert.Equal([("acme", 1, 5, 0.5, true)], await ListAsync(client));
    }

    [Fact]
    public async Task Put_IfMatch_HoldsOnlyForTheCurrentTag()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var first = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.1 });
        var tag = first.Headers.ETag!.ToString();
        using var right = await SendAsync(client, HttpMethod.Put, "If-Match", tag, 0.2);
        using var stale = await SendAsync(client, HttpMethod.Put, "If-Match", tag, 0.3);
        using var oneOfSeveral = await SendAsync(client, HttpMethod.Put, "If-Match", $"{tag}, {right.Headers.ETag}", 0.4);
        using var weak = await SendAsync(client, HttpMethod.Put, "If-Match", $"W/{oneOfSeveral.Headers.ETag}", 0.5);
        using var any = await SendAsync(client, HttpMethod.Put, "If-Match", "*", 0.6);

        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        await HttpAssert.IsProblemAsync(stale, HttpStatusCode.PreconditionFailed, "ETag");
        Assert.Equal(HttpStatusCode.OK, oneOfSeveral.StatusCode);
        await HttpAssert.IsProblemAsync(weak, HttpStatusCode.PreconditionFailed, "ETag");
        Assert.Equal(HttpStatusCode.OK, any.StatusCode);
        AssertSettings(await client.GetJsonAsync(Acme), stored: true, "organization", target: 0.6, minimum: 0, "setting");
    }

    [Theory]
    [InlineData("*")]
    [InlineData("\"3a9557812feadd15\"")]
    public async Task Put_IfMatchOnUnseen_Is412AndStoresNothing(string tag)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await SendAsync(client, HttpMethod.Put, "If-Match", tag, 0.2);

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.PreconditionFailed, "If-Match");
        Assert.Empty(await ListAsync(client));
    }

    [Fact]
    public async Task Put_IfNoneMatchAny_CreatesButDoesNotReplace()
    {
        await using var host = new ApiHost();
        // Seen, but without settings: there is nothing to match.
        using var client = await host.WithVolumesAsync("acme", ("p", 5));
        using var created = await SendAsync(client, HttpMethod.Put, "If-None-Match", "*", 0.2);
        using var again = await SendAsync(client, HttpMethod.Put, "If-None-Match", "*", 0.3);
        using var weak = await SendAsync(client, HttpMethod.Put, "If-None-Match", $"W/{created.Headers.ETag}", 0.4);

        Assert.Equal(HttpStatusCode.OK, created.StatusCode);
        await HttpAssert.IsProblemAsync(again, HttpStatusCode.PreconditionFailed, "If-None-Match");
        await HttpAssert.IsProblemAsync(weak, HttpStatusCode.PreconditionFailed, "If-None-Match");
        AssertSettings(await client.GetJsonAsync(Acme), stored: true, "organization", target: 0.2, minimum: 0, "setting");
    }

    [Theory]
    [InlineData("If-Match", "3a9557812feadd15")]
    [InlineData("If-Match", "\"unfinished")]
    [InlineData("If-None-Match", "any")]
    public async Task Put_PreconditionThatIsNoTag_IsNotTakenForNone(string header, string tag)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var first = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.1 });
        using var put = await SendAsync(client, HttpMethod.Put, header, tag, 0.2);
        using var delete = await SendAsync(client, HttpMethod.Delete, header, tag, rate: null);

        await HttpAssert.IsProblemAsync(put, HttpStatusCode.BadRequest, header, "quotes");
        await HttpAssert.IsProblemAsync(delete, HttpStatusCode.BadRequest, header, "quotes");
        AssertSettings(await client.GetJsonAsync(Acme), stored: true, "organization", target: 0.1, minimum: 0, "setting");
    }

    [Fact]
    public async Task Put_SameIfMatchAtTheSameTime_OneWins()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var first = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.1 });
        var tag = first.Headers.ETag!.ToString();
        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => SendAsync(client, HttpMethod.Put, "If-Match", tag, 0.2 + (i * 0.01))));

        Assert.Equal(1, responses.Count(response => response.StatusCode == HttpStatusCode.OK));
        Assert.Equal(7, responses.Count(response => response.StatusCode == HttpStatusCode.PreconditionFailed));
        foreach (var response in responses)
            response.Dispose();
    }

    [Theory]
    [InlineData("""{"targetSampleRate":-0.1}""", "targetSampleRate must be from 0 to 1")]
    [InlineData("""{"targetSampleRate":1.0000001}""", "targetSampleRate must be from 0 to 1")]
    [InlineData("""{"targetSampleRate":1e999}""", "targetSampleRate")]
    [InlineData("""{"minimumSampleRate":2}""", "minimumSampleRate must be from 0 to 1")]
    [InlineData("""{"minimumSampleRate":-1e-9}""", "minimumSampleRate must be from 0 to 1")]
    [InlineData("""{"targetSampleRate":"0.5"}""", "targetSampleRate")]
    [InlineData("""{"targetSampleRate":NaN}""", "targetSampleRate")]
    [InlineData("""{"targetSampleRate":"NaN"}""", "targetSampleRate")]
    [InlineData("""{"targetSampleRate":[]}""", "targetSampleRate")]
    [InlineData("""{"targetSampleRat":0.5}""", "'targetSampleRat' is not a known member")]
    [InlineData("""{"targetSampleRate":0.5,"targetSampleRate":0.6}""", "targetSampleRate")]
    [InlineData("""{"mode":"both"}""", "organization, project")]
    [InlineData("""{"mode":""}""", "organization, project")]
    [InlineData("""{"mode":"1"}""", "organization, project")]
    [InlineData("""{"mode":1}""", "organization, project")]
    [InlineData("""{"mode":7}""", "organization, project")]
    [InlineData("""{"mode":null}""", "organization, project")]
    [InlineData("""{"mode":{}}""", "organization, project")]
    [InlineData("""{"organization":"other"}""", "organization is 'other'")]
    [InlineData("""{"organization":"\ud800"}""", "organization")]
    [InlineData("""{"target":{"rate":0.1,"source":"nowhere"}}""", "target")]
    [InlineData("[]", "$")]
    [InlineData("\"x\"", "$")]
    [InlineData("null", "body")]
    [InlineData("", "body")]
    [InlineData("{", "body")]
    [InlineData("{} {}", "body")]
    [InlineData("nonsense", "body")]
    public async Task Put_BadBody_SaysWhatIsWrongAndChangesNothing(string body, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var unseen = await client.PutAsync("/api/organizations/unseen", Bodies.Of(body.Replace("other", "acme", StringComparison.Ordinal)));
        using var first = await client.PutAsJsonAsync(Acme, new { mode = "project", targetSampleRate = 0.25 });
        using var response = await client.PutAsync(Acme, Bodies.Of(body));
        using var after = await client.GetAsync(Acme);

        Assert.Equal(HttpStatusCode.BadRequest, unseen.StatusCode);
        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said);
        Assert.Equal(first.Headers.ETag, after.Headers.ETag);
        AssertSettings(await after.ReadJsonAsync(), stored: true, "project", target: 0.25, minimum: 0, "setting");
        Assert.Equal(["acme"], (await ListAsync(client)).Select(item => item.Organization));
    }

    [Fact]
    public async Task Delete_Settings_KeepsTheData()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 10));
        using var put = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.5 });
        using var run = await client.RunTaskAsync("boost_low_volume_projects");
        using var deleted = await client.DeleteAsync(Acme);
        using var settings = await client.GetAsync(Acme);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Null(settings.Headers.ETag);
        AssertSettings(await settings.ReadJsonAsync(), stored: false, "organization", target: 0.1, minimum: 0, "default");
        Assert.Equal([("acme", 1, 10, 0.1, false)], await ListAsync(client));
        Assert.Equal(1, (await client.GetJsonAsync($"{Acme}/volumes")).GetProperty("items").GetArrayLength());
        Assert.Equal(1, (await client.GetJsonAsync($"{Acme}/rates")).GetProperty("version").GetInt64());
    }

    [Fact]
    public async Task Delete_WithData_DropsVolumesAndRatesOfThatOrganizationOnly()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 10));
        using var other = await host.WithVolumesAsync("other", ("p", 20));
        using var put = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.5 });
        using var run = await client.RunTaskAsync("boost_low_volume_projects");
        using var deleted = await client.DeleteAsync($"{Acme}?data=true");

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal([("other", 1, 20, 0.1, false)], await ListAsync(client));
        Assert.Empty((await client.GetJsonAsync($"{Acme}/volumes?window=2d")).GetProperty("items").EnumerateArray());
        var rates = await client.GetJsonAsync($"{Acme}/rates");
        Assert.Equal(0, rates.GetProperty("version").GetInt64());
        Assert.Empty(rates.GetProperty("projects").EnumerateArray());
        Assert.Equal(1, (await client.GetJsonAsync("/api/organizations/other/rates")).GetProperty("version").GetInt64());

        // It can come back.
        using var again = await host.WithVolumesAsync("acme", ("p", 1));
        Assert.Equal([("acme", 1, 1, 0.1, false), ("other", 1, 20, 0.1, false)], await ListAsync(client));
    }

    [Theory]
    [InlineData("")]
    [InlineData("?data=true")]
    [InlineData("?data=false")]
    public async Task Delete_Unseen_Is204(string query)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.DeleteAsync(Acme + query);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal("", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Delete_ConfiguredOnly_LeavesTheList()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var put = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.5 });
        using var deleted = await client.DeleteAsync(Acme);

        Assert.Empty(await ListAsync(client));
    }

    [Fact]
    public async Task Delete_StaleIfMatch_Is412AndDeletesNothing()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 10));
        using var put = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.5 });
        using var stale = await SendAsync(client, HttpMethod.Delete, "If-Match", "\"0000000000000000\"", rate: null, "?data=true");
        var kept = await ListAsync(client);
        using var current = await SendAsync(client, HttpMethod.Delete, "If-Match", put.Headers.ETag!.ToString(), rate: null, "?data=true");

        await HttpAssert.IsProblemAsync(stale, HttpStatusCode.PreconditionFailed, "If-Match");
        Assert.Equal([("acme", 1, 10, 0.5, true)], kept);
        Assert.Equal(HttpStatusCode.NoContent, current.StatusCode);
        Assert.Empty(await ListAsync(client));
    }

    [Theory]
    [InlineData("maybe")]
    [InlineData("1")]
    public async Task Delete_BadQuery_Is400AndDeletesNothing(string data)
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 10));
        using var response = await client.DeleteAsync($"{Acme}?data={data}");

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, "data", data);
        Assert.Single(await ListAsync(client));
    }

    [Fact]
    public async Task List_SeenAndConfigured_ShowsVolumeAndTargetByName()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("seen", ("a", 10), ("b", 5));
        using var put = await client.PutAsJsonAsync("/api/organizations/configured", new { targetSampleRate = 0.25 });
        using var old = await client.PostAsJsonAsync("/api/volumes", new[]
        {
            new { organization = "old", project = "p", transaction = "t", timestamp = host.Clock.GetUtcNow().AddMinutes(-60), total = 7 },
            new { organization = "edge", project = "p", transaction = "t", timestamp = host.Clock.GetUtcNow().AddMinutes(-59), total = 8 },
        });

        Assert.Equal(
            [("configured", 0, 0, 0.25, true), ("edge", 1, 8, 0.1, false), ("old", 1, 0, 0.1, false), ("seen", 2, 15, 0.1, false)], await ListAsync(client));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(12)]
    [InlineData(1000)]
    public async Task List_PageByPage_RepeatsAndLosesNothing(int limit)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        string[] names = ["B", "a", "a/b", "a b", "b", "ä", "ü", "日本", "%", "+", "🎉", "\uffee"];
        using var posted = await client.PostAsJsonAsync("/api/volumes", names.Select(organization => new { organization, project = "p", transaction = "t", total = 1 }));
        var found = new List<string>();
        string? cursor = null;
        var pages = 0;
        do
        {
            var page = await client.GetJsonAsync($"/api/organizations?limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}");
            found.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("organization").GetString()!));
            cursor = page.GetProperty("next").GetString();
            pages++;
        }
        while (cursor is not null && pages < 100);

        Assert.Equal(names.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        Assert.Equal((names.Length + limit - 1) / limit, pages);
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=1001", "limit")]
    [InlineData("limit=abc", "limit")]
    [InlineData("cursor=abc", "cursor")]
    [InlineData("cursor=e30", "cursor")]
    public async Task List_BadQuery_SaysWhatIsWrong(string query, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.GetAsync($"/api/organizations?{query}");

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said);
    }

    [Fact]
    public async Task Get_StoredSettingsCannotBeRead_SaysSoAndPutRepairsThem()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 10));
        host.Sql("UPDATE organizations SET settings = '{not json'");
        var broken = await client.GetJsonAsync(Acme);
        using var put = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.5 });

        AssertSettings(broken, stored: false, "organization", target: 0.1, minimum: 0, "default");
        Assert.Contains("Put them again", broken.GetProperty("settingsError").GetString(), StringComparison.Ordinal);
        AssertSettings(await put.ReadJsonAsync(), stored: true, "organization", target: 0.5, minimum: 0, "setting");
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string header, string tag, double? rate, string query = "")
    {
        using var request = new HttpRequestMessage(method, Acme + query);
        if (rate is not null)
            request.Content = JsonContent.Create(new { targetSampleRate = rate });
        request.Headers.TryAddWithoutValidation(header, tag);
        return await client.SendAsync(request);
    }

    private static void AssertSettings(JsonElement settings, bool stored, string mode, double target, double minimum, string source)
    {
        Assert.Equal(stored, settings.GetProperty("stored").GetBoolean());
        Assert.Equal(mode, settings.GetProperty("mode").GetString());
        Assert.Equal(target, settings.GetProperty("targetSampleRate").GetDouble());
        Assert.Equal(minimum, settings.GetProperty("minimumSampleRate").GetDouble());
        Assert.Equal(target, settings.GetProperty("target").GetProperty("rate").GetDouble());
        Assert.Equal(source, settings.GetProperty("target").GetProperty("source").GetString());
    }

    private static async Task<List<(string Organization, long Projects, double Total, double Target, bool Stored)>> ListAsync(HttpClient client) =>
        [
            .. (await client.GetJsonAsync("/api/organizations")).GetProperty("items").EnumerateArray().Select(item => (
                item.GetProperty("organization").GetString()!, item.GetProperty("projects").GetInt64(), item.GetProperty("total").GetDouble(),
                item.GetProperty("target").GetProperty("rate").GetDouble(), item.GetProperty("stored").GetBoolean())),
        ];
}
