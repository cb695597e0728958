using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.IntegrationTests.SamplingTasks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>
/// Texts that mean something to somebody: to a database, a browser, a terminal, a log. Wherever one can be given, it is either refused, and changes nothing,
/// or it comes back as it went in, is not taken for any other, and does nothing.
/// </summary>
public class InjectionTests
{
    // Some that are names, and some that are none. The latter are as they stand in JSON, since not all of them are text.
    private static readonly Dictionary<string, (string[] Taken, string[] Refused)> Kinds = new(StringComparer.Ordinal)
    {
        ["sql"] = (
            [
                "'", "''", "'; DROP TABLE volumes; --", "a'); DELETE FROM organizations; --", "' OR '1'='1", "\"; DROP TABLE runs; --", "\\'; SELECT 1; --", "1 UNION SELECT 1", "$$; DROP TABLE runs; $$",
                "%", "_", "%%", "a%", "a_", "ab", "@name", ":name", "$1", "?", "/* a */", "-- a", "`a`", "[a]", "E'\\x41'", "\\", "\\\\", "COPY\t".TrimEnd(), "\\N", "NULL", "null", "{a,b}", "(1,2)",
            ],
            ["a\\u0000b", "\\u0000", "'; DROP TABLE volumes; --\\u0000"]),
        ["html"] = (
            ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "javascript:alert(1)", "<!--", "]]>", "<![CDATA[", "&lt;script&gt;", "&#60;", "<?xml version=\"1.0\"?>", "<!ENTITY a SYSTEM \"file:///etc/passwd\">", "{{7*7}}", "=1+1", "@SUM(A1)"],
            ["<script>\\n</script>"]),
        ["header"] = (
            ["Set-Cookie: a=b", "a: b", "%0d%0aX-Injected: 1", "%0D%0A", "a; b=c", "a, b", "\"a\"", "=?utf-8?B?YQ==?="],
            ["a\\r\\nX-Injected: 1", "a\\nX-Injected: 1", "\\r", "a\\r\\n\\r\\n<html>", "\\u0085"]),
        ["path"] = (
            ["../../etc/passwd", "..\\..\\windows", "/etc/passwd", "a/../b", "a/b", "a%2Fb", "a%252Fb", "%2e%2e", "%2e%2e%2f", "...", "C:\\", "file:///etc/passwd", "\\\\host\\share", "~", "/", "//", "a;b=c", "a?b=c", "a#b", "CON", "a:b", " ", " a", "a "],
            [".", "..", "", "a\\u0000.txt"]),
        ["template"] = (
            [
                "{0}", "{0:D}", "{Organization}", "{@Organization}", "{", "}", "{{", "{{}}", "{0", "%s%s%n", "%n", "%1$s", "${jndi:ldap://127.0.0.1/a}", "#{1+1}", "<%= 1 %>", "$(id)", "`id`", "; id", "| id", "&& id", "${HOME}", "$HOME",
                "*", "a*", "a?c", "?", "[a-z]", "^a$", ".*", "(a+)+$",
            ],
            ["\\u001b[31mred", "\\u001b]0;title\\u0007", "a\\n2026-11-22 fail: forged line", "\\u0008\\u0008", "\\u007f", "\\u009b31m"]),
        ["unicode"] = (
            [
                "é", "e\u0301", "Å", "A\u030A", "\u212B", "ﬁ", "fi", "ß", "ss", "İ", "i\u0307", "I", "ı", "i", "K", "\u212A", "\u202Egpj.exe", "a\u200Bb", "ab", "a\u200Db", "a\u00ADb", "\uFEFFa", "a", "\u2028", "\u2029",
                "🎉", "👩\u200D💻", "𝕏", "\uFFFD", "\uFFFF", "\uFDD0", "\U0010FFFF", "日本", "a\u00A0b", "a b", "\u3000", "Ω", "\u2126", "\u0430", "А", "A", string.Concat(Enumerable.Repeat("\u0301", 200)),
            ],
            ["\\ud800", "\\udc00", "a\\ud83c", "\\udf89\\ud83c", "\\ud800\\u0041"]),
        ["json"] = (
            ["\"", "\\\"", "\\u0000", "\\ud800", "\",\"total\":1e9,\"x\":\"", "{\"a\":1}", "[]", "null", "true", "1e999", "NaN", "__proto__", "constructor", "$type", "$ref", "//", "/*", "'", "\uFEFF{}"],
            ["\\t", "\\b\\f"]),
    };

    public static TheoryData<string> Names => [.. Kinds.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Names_OfEveryThing_ComeBackAsTheyWentInAndAreNoOthers(string kind)
    {
        using var logs = new RecordedLogs();
        await using var host = new ApiHost(builder => builder.ConfigureLogging(logging => logging.AddProvider(logs))) { PoolsConnections = true };
        using var client = host.Listen();
        var texts = Kinds[kind].Taken;
        for (var i = 0; i < texts.Length; i++)
        {
            using var posted = await client.PostAsJsonAsync("/api/volumes", new[] { Item(texts[i], i + 1) });
            await client.PutAsync(Organization(texts[i]), new { targetSampleRate = Rate(i) });
            await client.PutAsync(Project(texts[i]), new { minimumSampleRate = Rate(i) });
            Assert.True(posted.StatusCode == HttpStatusCode.OK, $"'{texts[i]}': {await posted.Content.ReadAsStringAsync()}");
        }

        Assert.Equal(texts.Order(StringComparer.Ordinal), await NamesAsync(client, "/api/organizations", "organization"));
        for (var i = 0; i < texts.Length; i++)
        {
            var text = texts[i];
            await client.RunAsync("rebalance_orgs", text);
            var counted = Assert.Single((await client.GetJsonAsync($"{Organization(text)}/volumes?by=transaction")).GetProperty("items").EnumerateArray());
            var settings = await client.GetJsonAsync(Organization(text));
            var project = await client.GetJsonAsync(Project(text));
            var rates = await client.GetJsonAsync($"{Project(text)}/rates");
            var strategies = await client.GetJsonAsync($"/api/strategies.json?organization={Uri.EscapeDataString(text)}");
            var run = Assert.Single((await client.GetJsonAsync($"/api/runs?organization={Uri.EscapeDataString(text)}")).GetProperty("items").EnumerateArray());

            Assert.Equal((text, text, i + 1), (counted.Text("project"), counted.Text("transaction"), counted.Number("total")));
            Assert.Equal((text, Rate(i)), (settings.Text("organization"), settings.Number("targetSampleRate")));
            Assert.Equal((text, text, Rate(i)), (project.Text("organization"), project.Text("project"), project.Number("minimumSampleRate")));
            Assert.Equal((text, text), (rates.Text("organization"), rates.Text("project")));
            Assert.Equal(text, Assert.Single(rates.Transactions().Keys));
            Assert.Equal(text, Assert.Single(strategies.GetProperty("service_strategies").EnumerateArray()).Text("service"));
            Assert.Equal(text, run.Text("organization"));
            Assert.Equal([text], await NamesAsync(client, $"{Organization(text)}/projects", "project"));
        }

        var releases = host.Database.Query(
            "SELECT o.name, r.release, r.environment FROM releases r JOIN projects p ON p.id = r.project_id JOIN organizations o ON o.id = p.organization_id",
            reader => (reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        var exported = (await client.GetJsonAsync("/api/export")).GetProperty("organizations").EnumerateArray().Select(organization => organization.Text("organization")!);
        Assert.Equal(texts.Order(StringComparer.Ordinal).Select(text => (text, text, text)), releases.OrderBy(release => release.Item1, StringComparer.Ordinal));
        Assert.Equal(texts.Order(StringComparer.Ordinal), exported.Order(StringComparer.Ordinal));
        AssertOneLineEach(logs);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Names_ThatAreNone_AreRefusedAndChangeNothing(string kind)
    {
        using var logs = new RecordedLogs();
        await using var host = new ApiHost(builder => builder.ConfigureLogging(logging => logging.AddProvider(logs))) { PoolsConnections = true };
        using var client = host.Listen();
        foreach (var text in Kinds[kind].Refused)
        {
            foreach (var member in new[] { "organization", "project", "transaction", "release", "environment" })
            {
                string[] others = ["organization", "project", "transaction"];
                var item = string.Join(',', others.Where(other => other != member).Select(other => $"\"{other}\":\"a\"").Append($"\"{member}\":\"{text}\""));
                using var posted = await client.PostAsync("/api/volumes", Bodies.Of($"[{{{item},\"total\":1}}]"));
                await HttpAssert.IsProblemAsync(posted, HttpStatusCode.BadRequest, member);
            }

            using var pinned = await client.PutAsync("/api/organizations/a", Bodies.Of($$"""{"pins":[{"project":"{{text}}","always":true}]}"""));
            using var imported = await client.PutAsync("/api/import", Bodies.Of($$$"""{"version":1,"organizations":[{"organization":"{{{text}}}","settings":{}}]}"""));
            using var run = await client.PostAsync("/api/tasks/rebalance_orgs", Bodies.Of($$"""{"organization":"{{text}}"}"""));
            await HttpAssert.IsProblemAsync(pinned, HttpStatusCode.BadRequest, "pins[0].project");
            await HttpAssert.IsProblemAsync(imported, HttpStatusCode.BadRequest, "organizations[0].organization");
            await HttpAssert.IsProblemAsync(run, HttpStatusCode.BadRequest, "organization");
        }

        Assert.Equal(0, host.Count("organizations") + host.Count("projects") + host.Count("transactions") + host.Count("volumes") + host.Count("releases") + host.Count("runs"));
        AssertOneLineEach(logs);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task CustomRules_WithSuchTexts_HoldForThemAndForNoOthers(string kind)
    {
        await using var host = new ApiHost { PoolsConnections = true };
        using var client = host.Listen();
        var (taken, refused) = Kinds[kind];
        var ids = new List<string>();
        foreach (var text in taken)
        {
            using var created = await client.PostAsJsonAsync("/api/organizations/acme/custom-rules", new
            {
                project = text,
                description = text,
                condition = new { op = "eq", name = "event.transaction", value = new[] { text } },
                samples = 1,
                end = host.Clock.GetUtcNow().AddHours(1),
            });
            Assert.True(created.StatusCode == HttpStatusCode.Created, $"'{text}': {await created.Content.ReadAsStringAsync()}");
            ids.Add((await created.ReadJsonAsync()).Text("id")!);
        }

        // What may not be in a name may be in a description, if it can be stored.
        foreach (var text in refused)
        {
            using var created = await client.PostAsync("/api/organizations/other/custom-rules", Bodies.Of(
                $$"""{"description":"{{text}}","condition":{"op":"eq","name":"event.transaction","value":["{{text}}"]},"samples":1,"end":"2026-11-22T11:00:00Z"}"""));
            if (created.StatusCode == HttpStatusCode.Created)
                Assert.Equal(JsonSerializer.Deserialize<string>($"\"{text}\""), (await client.GetJsonAsync(created.Headers.Location!.OriginalString)).Text("description"));
            else
                await HttpAssert.IsProblemAsync(created, HttpStatusCode.BadRequest, "description");
        }

        for (var i = 0; i < taken.Length; i++)
        {
            var rule = await client.GetJsonAsync($"/api/organizations/acme/custom-rules/{ids[i]}");
            Assert.Equal((taken[i], taken[i]), (rule.Text("project"), rule.Text("description")));
            Assert.Equal(taken[i], rule.GetProperty("condition").GetProperty("value")[0].GetString());
            Assert.Contains(rule.GetProperty("ruleId").GetInt32(), await AppliedAsync(client, taken[i], taken[i]));
            var other = taken[(i + 1) % taken.Length];
            Assert.DoesNotContain(rule.GetProperty("ruleId").GetInt32(), await AppliedAsync(client, taken[i], other));
            Assert.DoesNotContain(rule.GetProperty("ruleId").GetInt32(), await AppliedAsync(client, other, taken[i]));
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task KeysIdsAndCursors_OfSuchTexts_AreTakenAsTheyAreOrRefused(string kind)
    {
        using var logs = new RecordedLogs();
        await using var host = new ApiHost(builder => builder.ConfigureLogging(logging => logging.AddProvider(logs))) { PoolsConnections = true };
        using var client = host.CreateClient();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var text in Kinds[kind].Taken.Concat(Kinds[kind].Refused))
        {
            var encoded = Uri.EscapeDataString(text);
            using var task = await client.PostAsync($"/api/tasks/{encoded}", Bodies.Of("{}"));
            using var run = await client.GetAsync($"/api/runs/{encoded}");
            using var runs = await client.GetAsync($"/api/runs?task={encoded}");
            using var page = await client.GetAsync($"/api/organizations?cursor={encoded}");
            Assert.True(task.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed, $"Task '{text}': {task.StatusCode}");
            Assert.True(run.StatusCode is HttpStatusCode.NotFound || text is "" or "." or ".." or "/" or "//" or "a/../b", $"Run '{text}': {run.StatusCode}");
            Assert.Equal(HttpStatusCode.OK, runs.StatusCode);
            Assert.True(page.StatusCode == HttpStatusCode.BadRequest || text.Length == 0, $"Cursor '{text}': {page.StatusCode}");

            using var first = await PostAsync(client, text);
            using var second = await PostAsync(client, text);
            // Nothing at all is no header.
            if (string.IsNullOrWhiteSpace(text))
                continue;
            if (text.Any(character => character is < '!' or > '~'))
            {
                await HttpAssert.IsProblemAsync(first, HttpStatusCode.BadRequest, "Idempotency-Key");
                continue;
            }

            Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
            Assert.Equal(keys.Add(text), !first.Headers.Contains("Idempotency-Replayed"));
            Assert.True(second.Headers.Contains("Idempotency-Replayed"));
        }

        Assert.Equal(keys.Order(StringComparer.Ordinal), host.Database.Query("SELECT key FROM idempotency_keys", reader => reader.GetString(0)).Order(StringComparer.Ordinal));
        AssertOneLineEach(logs);

        static async Task<HttpResponseMessage> PostAsync(HttpClient client, string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/volumes") { Content = Bodies.Of("""[{"project":"p","transaction":"t","total":1}]""") };
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
            return await client.SendAsync(request);
        }
    }

    private static object Item(string text, double total) =>
        new { organization = text, project = text, transaction = text, release = text, environment = text, total };

    private static double Rate(int number) => (number + 1) / 100.0;

    private static string Organization(string name) => $"/api/organizations/{Uri.EscapeDataString(name)}";

    private static string Project(string name) => $"{Organization(name)}/projects/{Uri.EscapeDataString(name)}";

    private static async Task<IEnumerable<string>> NamesAsync(HttpClient client, string path, string member)
    {
        // By pages of one, since a cursor holds such a name.
        var names = new List<string>();
        string? cursor = null;
        do
        {
            var page = await client.GetJsonAsync($"{path}?limit=1&cursor={cursor}");
            names.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.Text(member)!));
            cursor = page.Text("next");
        }
        while (cursor is not null);
        return names.Order(StringComparer.Ordinal);
    }

    private static async Task<IEnumerable<int>> AppliedAsync(HttpClient client, string project, string transaction)
    {
        using var evaluated = await client.PostAsJsonAsync($"/api/organizations/acme/projects/{Uri.EscapeDataString(project)}/rules:evaluate", new { transaction });
        return (await evaluated.ReadJsonAsync()).GetProperty("rules").EnumerateArray().Select(rule => rule.GetProperty("id").GetInt32());
    }

    // Nothing of what clients send moves a terminal's cursor or begins a line that looks like another.
    private static void AssertOneLineEach(RecordedLogs logs) =>
        Assert.DoesNotContain(logs.Lines, line => line.Message.Any(static character => char.IsControl(character)));
}
