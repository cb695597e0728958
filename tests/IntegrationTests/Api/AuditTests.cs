using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.IntegrationTests.SamplingTasks;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>Who changed what, and that nothing changes without an entry.</summary>
public class AuditTests
{
    private const string Acme = "/api/organizations/acme";
    private const string Rule = """{"condition":{"op":"eq","name":"event.transaction","value":["GET /"]},"samples":10,"end":"2026-11-22T12:00:00Z"}""";

    [Fact]
    public async Task Put_SettingsOfAnOrganization_SaysFromWhatToWhat()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PutAsync(Acme, new { targetSampleRate = 0.2 });
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await client.PutAsync(Acme, new { targetSampleRate = 0.3 });
        var entries = await EntriesAsync(client);

        Assert.Equal(["settings_put", "settings_put"], Actions(entries));
        Assert.All(entries, entry => Assert.Equal(("anonymous", "acme"), (entry.Text("actor"), entry.Text("organization"))));
        Assert.Equal(("2026-11-22T10:01:00.000Z", "2026-11-22T10:00:00.000Z"), (entries[0].Text("at"), entries[1].Text("at")));
        Assert.Equal("""{"mode":"organization","targetSampleRate":0.2}""", entries[0].GetProperty("before").GetRawText());
        Assert.Equal("""{"mode":"organization","targetSampleRate":0.3}""", entries[0].GetProperty("after").GetRawText());
        Assert.Equal(JsonValueKind.Null, entries[1].GetProperty("before").ValueKind);
        Assert.All(entries, entry => Assert.Equal(JsonValueKind.Null, entry.GetProperty("project").ValueKind));
    }

    [Theory]
    [InlineData(Acme, """{"targetSampleRate":0.2,"pins":[{"project":"p","always":true}],"biases":{"replays":false}}""")]
    [InlineData($"{Acme}/projects/p", """{"targetSampleRate":0.2}""")]
    public async Task Put_WhatIsStored_WritesNoEntry(string path, string settings)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        for (var i = 0; i < 2; i++)
        {
            using var put = await client.PutAsync(path, Bodies.Of(settings));
            Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        }

        Assert.Equal(["settings_put"], Actions(await EntriesAsync(client)));
    }

    [Fact]
    public async Task Put_Refused_WritesNoEntry()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var bad = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 2 });
        using var request = new HttpRequestMessage(HttpMethod.Put, Acme) { Content = JsonContent.Create(new { targetSampleRate = 0.2 }) };
        request.Headers.TryAddWithoutValidation("If-Match", "*");
        using var stale = await client.SendAsync(request);

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.PreconditionFailed), (bad.StatusCode, stale.StatusCode));
        Assert.Empty(await EntriesAsync(client));
    }

    [Theory]
    [InlineData("PUT", Acme, """{"targetSampleRate":0.9}""")]
    [InlineData("PUT", $"{Acme}/projects/p", """{"targetSampleRate":0.9}""")]
    [InlineData("DELETE", Acme, null)]
    [InlineData("DELETE", $"{Acme}?data=true", null)]
    [InlineData("DELETE", $"{Acme}/projects/p", null)]
    [InlineData("POST", $"{Acme}/custom-rules", Rule)]
    [InlineData("PUT", "/api/import", """{"version":1,"organizations":[]}""")]
    public async Task Change_EntryCannotBeWritten_DoesNotHappen(string method, string path, string? body)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PutAsync(Acme, new { targetSampleRate = 0.2 });
        await client.PutAsync($"{Acme}/projects/p", new { targetSampleRate = 0.4 });
        var before = await client.GetStringAsync("/api/export");
        host.Database.RefuseInserts("audit", "refused");
        using var request = new HttpRequestMessage(HttpMethod.Parse(method), path) { Content = body is null ? null : Bodies.Of(body) };
        using var response = await client.SendAsync(request);
        host.Database.AcceptInserts("audit");

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(before, await client.GetStringAsync("/api/export"));
    }

    [Fact]
    public async Task Put_SettingsThatCannotBeRead_ShowsThemAllTheSame()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PutAsync(Acme, new { targetSampleRate = 0.2 });
        host.Sql("UPDATE organizations SET settings = 'nonsense'");
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await client.PutAsync(Acme, new { targetSampleRate = 0.2 });

        Assert.Equal("""{"unreadable":"nonsense"}""", (await EntriesAsync(client))[0].GetProperty("before").GetRawText());
    }

    [Fact]
    public async Task Delete_Settings_IsAnEntryOnlyWhereThereWereAny()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PutAsync($"{Acme}/projects/p", new { intensity = 1 });
        foreach (var path in new[] { $"{Acme}/projects/p", $"{Acme}/projects/p", Acme, $"{Acme}?data=true", $"{Acme}/projects/q?data=true" })
        {
            host.Clock.Advance(TimeSpan.FromMinutes(1));
            using var deleted = await client.DeleteAsync(path);
            Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        }

        var entries = await EntriesAsync(client);
        Assert.Equal(["settings_deleted", "settings_put"], Actions(entries));
        Assert.Equal(("p", """{"intensity":1}"""), (entries[0].Text("project"), entries[0].GetProperty("before").GetRawText()));
        Assert.Equal(JsonValueKind.Null, entries[0].GetProperty("after").ValueKind);
    }

    // What went with it can be imported again.
    [Fact]
    public async Task Delete_WithData_SaysAllThatWentAndOutlivesIt()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("seen", 10));
        await client.PutAsync(Acme, new { targetSampleRate = 0.2 });
        await client.PutAsync($"{Acme}/projects/p", new { targetSampleRate = 0.4 });
        using var rule = await client.PostAsync($"{Acme}/custom-rules", Bodies.Of(Rule));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        using var project = await client.DeleteAsync($"{Acme}/projects/seen?data=true");
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var exported = (await client.GetJsonAsync("/api/export")).GetProperty("organizations")[0];
        using var deleted = await client.DeleteAsync($"{Acme}?data=true");
        var entries = await EntriesAsync(client, $"{Acme}/audit");
        var before = entries[0].GetProperty("before");

        Assert.Equal(["data_deleted", "data_deleted"], Actions(entries).Take(2));
        Assert.Equal(("seen", JsonValueKind.Null), (entries[1].Text("project"), entries[1].GetProperty("before").ValueKind));
        Assert.Equal(5, entries.Count);
        using var imported = await client.PutAsync("/api/import", Bodies.Of($$"""{"version":1,"organizations":[{{before.GetRawText()}}]}"""));
        Assert.Equal(HttpStatusCode.OK, imported.StatusCode);
        Assert.Equal(exported.GetRawText(), (await client.GetJsonAsync("/api/export")).GetProperty("organizations")[0].GetRawText());
    }

    [Fact]
    public async Task CustomRule_MadeExtendedAndDeleted_IsAnEntryEach()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var created = await client.PostAsync($"{Acme}/custom-rules", Bodies.Of(Rule.Replace("{\"condition\"", "{\"project\":\"p\",\"condition\"", StringComparison.Ordinal)));
        var id = (await created.ReadJsonAsync()).Text("id");
        var path = $"{Acme}/custom-rules/{id}";
        foreach (var body in new[] { """{"samples":10}""", """{"samples":20}""" })
        {
            host.Clock.Advance(TimeSpan.FromMinutes(1));
            using var extended = await client.PatchAsync(path, Bodies.Of(body));
            Assert.Equal(HttpStatusCode.OK, extended.StatusCode);
        }

        host.Clock.Advance(TimeSpan.FromMinutes(1));
        using var deleted = await client.DeleteAsync(path);
        using var again = await client.DeleteAsync(path);
        var entries = await EntriesAsync(client);

        Assert.Equal(["custom_rule_deleted", "custom_rule_changed", "custom_rule_created"], Actions(entries));
        Assert.All(entries, entry => Assert.Equal((id, "p"), (entry.Text("subject"), entry.Text("project"))));
        Assert.Equal((10, 20), (entries[1].GetProperty("before").Number("samples"), entries[1].GetProperty("after").Number("samples")));
        Assert.Equal(entries[1].GetProperty("after").GetRawText(), entries[0].GetProperty("before").GetRawText());
    }

    [Fact]
    public async Task Import_AnyChange_IsAnEntryAsIfItHadBeenMadeByItself()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        await client.PutAsync(Acme, new { targetSampleRate = 0.2 });
        await client.PutAsync("/api/organizations/gone/projects/p", new { intensity = 1 });
        using var rule = await client.PostAsync("/api/organizations/gone/custom-rules", Bodies.Of(Rule));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var document = $$"""
            {"version":1,"organizations":[{"organization":"acme","settings":{"targetSampleRate":0.3},"projects":[{"project":"new","settings":{ } } ],
            "customRules":[{"start":"2026-11-22T10:00:00Z",{{Rule[1..]}}]}]}
            """;
        using var dry = await client.PutAsync("/api/import?dryRun=true", Bodies.Of(document));
        using var imported = await client.PutAsync("/api/import", Bodies.Of(document));
        var entries = await EntriesAsync(client, $"/api/audit?since={host.Clock.GetUtcNow():yyyy-MM-ddTHH:mm:ssZ}");

        Assert.Equal(HttpStatusCode.OK, imported.StatusCode);
        Assert.Equal(
            [("acme", null, "custom_rule_created"), ("acme", null, "settings_put"), ("acme", "new", "settings_put"), ("gone", null, "custom_rule_deleted"), ("gone", "p", "settings_deleted")],
            entries.Select(entry => (entry.Text("organization"), entry.Text("project"), entry.Text("action")))
                .OrderBy(entry => entry.Item1, StringComparer.Ordinal).ThenBy(entry => entry.Item2, StringComparer.Ordinal).ThenBy(entry => entry.Item3, StringComparer.Ordinal));
        Assert.Equal((await imported.ReadJsonAsync()).GetProperty("changes").GetArrayLength(), entries.Count);
    }

    [Fact]
    public async Task List_PagesAndFilters_GiveEachEntryOnceNewestFirst()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        for (var i = 1; i <= 5; i++)
        {
            await client.PutAsync(i == 3 ? "/api/organizations/other" : Acme, new { targetSampleRate = i / 10.0 });
            host.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        host.Sql("UPDATE audit SET actor = 'anna' WHERE organization = 'other'");
        var first = await client.GetJsonAsync($"{Acme}/audit?limit=3");
        var second = await client.GetJsonAsync($"{Acme}/audit?limit=3&cursor={first.Text("next")}");
        var targets = first.GetProperty("items").EnumerateArray().Concat(second.GetProperty("items").EnumerateArray())
            .Select(entry => entry.GetProperty("after").Number("targetSampleRate"));

        Assert.Equal([0.5, 0.4, 0.2, 0.1], targets);
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);
        Assert.Equal("other", Assert.Single(await EntriesAsync(client, "/api/audit?actor=anna")).Text("organization"));
        Assert.Empty(await EntriesAsync(client, $"{Acme}/audit?actor=anna"));
        Assert.Equal(3, (await EntriesAsync(client, "/api/audit?since=2026-11-22T10:02:00Z")).Count);
        Assert.Empty(await EntriesAsync(client, "/api/organizations/unknown/audit"));
    }

    [Theory]
    [InlineData("since=yesterday", "since must be an RFC 3339 date and time")]
    [InlineData("limit=0", "limit must be from 1 to 1000")]
    [InlineData("cursor=x", "cursor is not one that this list gave")]
    public async Task List_BadParameter_Is400(string query, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        foreach (var path in new[] { "/api/audit", $"{Acme}/audit" })
        {
            using var response = await client.GetAsync($"{path}?{query}");
            await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said);
        }
    }

    // What they do, runs tell.
    [Fact]
    public async Task Tasks_DoWhatTheyDo_AreNotInIt()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 1000));
        using var created = await client.PostAsync($"{Acme}/custom-rules", Bodies.Of(Rule));
        host.Clock.Advance(TimeSpan.FromHours(3));
        await client.RunAsync("rebalance_orgs");
        using var run = await client.RunTaskAsync("custom_rule_notifications");

        Assert.Equal(["custom_rule_created"], Actions(await EntriesAsync(client)));
    }

    private static async Task<List<JsonElement>> EntriesAsync(HttpClient client, string path = "/api/audit") =>
        [.. (await client.GetJsonAsync(path)).GetProperty("items").EnumerateArray()];

    private static IEnumerable<string?> Actions(IEnumerable<JsonElement> entries) => entries.Select(entry => entry.Text("action"));
}
