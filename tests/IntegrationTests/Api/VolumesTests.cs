using System.Buffers.Text;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Api;

public class VolumesTests
{
    // The clock of ApiHost starts at 2026-11-22T10:00:00Z.
    private const string Project = "/api/organizations/acme/volumes";
    private const string Transaction = "/api/organizations/acme/volumes?by=transaction";

    [Fact]
    public async Task Post_JsonArray_IsCountedPerTransaction()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostAsync("/api/volumes", Bodies.Of(
            """
            [
              {"organization":"acme","project":"checkout","transaction":"GET /cart","timestamp":"2026-11-22T09:59:00Z","total":10.5,"kept":2},
              {"organization":"acme","project":"checkout","transaction":"POST /order","timestamp":"2026-11-22T10:59:30+01:00","total":3,"kept":3}
            ]
            """));
        var volumes = await client.GetJsonAsync(Transaction);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, (await response.ReadJsonAsync()).GetProperty("taken").GetInt64());
        Assert.False(response.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal([("checkout", "GET /cart", 10.5, 2), ("checkout", "POST /order", 3, 3)], Items(volumes));
        Assert.All(volumes.GetProperty("items").EnumerateArray(), item => Assert.True(item.GetProperty("exact").GetBoolean()));
        Assert.Equal(("acme", "2026-11-22T09:01:00.000Z", "2026-11-22T10:01:00.000Z"), Window(volumes));
    }

    [Fact]
    public async Task Post_LinesWithBlankOnesAndCrLfAndNoEnd_AreCounted()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostAsync(
            "/api/volumes",
            Bodies.Of(
                "\r\n{\"organization\":\"acme\",\"project\":\"a\",\"transaction\":\"t\",\"total\":1}\r\n"
                + "\n  \t\n"
                + " {\"organization\":\"acme\",\"project\":\"b\",\"transaction\":\"t\",\"total\":2} \n"
                + "{\"organization\":\"acme\",\"project\":\"c\",\"transaction\":\"t\",\"total\":3}",
                "application/x-ndjson; charset=utf-8"));

        Assert.Equal(3, (await response.ReadJsonAsync()).GetProperty("taken").GetInt64());
        Assert.Equal([("c", null, 3, 0), ("b", null, 2, 0), ("a", null, 1, 0)], Items(await client.GetJsonAsync(Project)));
    }

    [Theory]
    [InlineData("[]", Bodies.Json)]
    [InlineData(" [ ] \n", Bodies.Json)]
    [InlineData("", Bodies.Lines)]
    [InlineData("\r\n\n", Bodies.Lines)]
    public async Task Post_NoItems_TakesNone(string body, string mediaType)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostAsync("/api/volumes", Bodies.Of(body, mediaType));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(0, (await response.ReadJsonAsync()).GetProperty("taken").GetInt64());
        await HttpAssert.NothingWasCountedAsync(client, "default");
    }

    [Theory]
    [InlineData(Bodies.Json, 1)]
    [InlineData(Bodies.Json, 2)]
    [InlineData(Bodies.Json, 3)]
    [InlineData(Bodies.Json, 61)]
    [InlineData(Bodies.Lines, 1)]
    [InlineData(Bodies.Lines, 2)]
    [InlineData(Bodies.Lines, 3)]
    [InlineData(Bodies.Lines, 61)]
    public async Task Post_BodyArrivesInPieces_IsCountedAsAWhole(string mediaType, int bytesAtATime)
    {
        await using var host = new ApiHost(builder => builder.UseDrippingBodies(bytesAtATime));
        using var client = host.CreateClient();
        string[] names = ["ü", "日本", "🎉 \\u00fc \\ud83c\\udf89 \\\" \\\\", "plain", "e\u0301"];
        var items = names.Select((name, i) =>
            $$"""{"organization":"acme","project":"{{name}}","transaction":"GET /{{name}}","timestamp":"2026-11-22T09:59:59.5Z","total":{{100 - i}}.25e0,"kept":1}""");
        var body = mediaType == Bodies.Lines ? string.Join("\r\n", items) : $"[\n  {string.Join(" ,\n", items)}\n]\n";
        using var response = await client.PostAsync("/api/volumes", Bodies.Chunked(body, mediaType, chunkSize: bytesAtATime));

        Assert.Equal(5, (await response.ReadJsonAsync()).GetProperty("taken").GetInt64());
        Assert.Equal(
            [
                ("ü", "GET /ü", 100.25, 1), ("日本", "GET /日本", 99.25, 1), ("🎉 ü 🎉 \" \\", "GET /🎉 ü 🎉 \" \\", 98.25, 1),
                ("plain", "GET /plain", 97.25, 1), ("e\u0301", "GET /e\u0301", 96.25, 1),
            ],
            Items(await client.GetJsonAsync(Transaction)));
    }

    [Fact]
    public async Task Post_ManyItems_AreCountedWhileTheyArrive()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var items = Enumerable.Range(0, 5000).Select(i => $$"""{"organization":"acme","project":"p{{i % 10}}","transaction":"t{{i % 100}}","total":1}""");
        using var response = await client.PostAsync("/api/volumes", Bodies.Chunked($"[{string.Join(',', items)}]", chunkSize: 1000));
        var volumes = await client.GetJsonAsync($"{Transaction}&limit=1000");

        Assert.Equal(5000, (await response.ReadJsonAsync()).GetProperty("taken").GetInt64());
        Assert.Equal(100, volumes.GetProperty("items").GetArrayLength());
        Assert.All(Items(volumes), item => Assert.Equal(50, item.Total));
    }

    [Fact]
    public async Task Post_MembersLeftOut_GetTheirDefaults()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        host.Clock.Advance(TimeSpan.FromSeconds(59));
        using var response = await client.PostAsync("/api/volumes", Bodies.Of("""[{"project":"p","transaction":"t","total":7}]"""));
        var now = await client.GetJsonAsync("/api/organizations/default/volumes?window=1m&by=transaction");
        host.Clock.Advance(TimeSpan.FromSeconds(1));
        var next = await client.GetJsonAsync("/api/organizations/default/volumes?window=1m&by=transaction");

        Assert.Equal([("p", "t", 7, 0)], Items(now));
        Assert.Empty(Items(next));
    }

    [Fact]
    public async Task Post_SameKeyAgain_AddsUp()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var items = new[]
        {
            new { organization = "acme", project = "p", transaction = "t", timestamp = "2026-11-22T09:58:00Z", total = 1.5, kept = 1.0 },
            new { organization = "acme", project = "p", transaction = "t", timestamp = "2026-11-22T09:58:59.999Z", total = 2.25, kept = 0.5 },
            new { organization = "acme", project = "p", transaction = "t", timestamp = "2026-11-22T09:59:00Z", total = 100.0, kept = 0.0 },
            new { organization = "acme", project = "p", transaction = "T", timestamp = "2026-11-22T09:58:00Z", total = 1000.0, kept = 0.0 },
        };
        using var first = await client.PostAsJsonAsync("/api/volumes", items);
        using var second = await client.PostAsJsonAsync("/api/volumes", items);
        // 10:01 for a window of three minutes is 09:59 to 10:01.
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        var fourMinutes = await client.GetJsonAsync($"{Transaction}&window=4m");
        var threeMinutes = await client.GetJsonAsync($"{Transaction}&window=3m");
        var byProject = await client.GetJsonAsync(Project);

        Assert.Equal([("p", "T", 2000, 0), ("p", "t", 207.5, 3)], Items(fourMinutes));
        Assert.Equal([("p", "t", 200, 0)], Items(threeMinutes));
        Assert.Equal([("p", null, 2207.5, 3)], Items(byProject));
    }

    [Theory]
    [InlineData("2026-11-20T10:00:00Z", true)]
    [InlineData("2026-11-20T09:59:59Z", false)]
    [InlineData("2026-11-22T10:05:00Z", true)]
    [InlineData("2026-11-22T10:05:01Z", false)]
    public async Task Post_TimestampAtTheLimit_IsTakenUpToIt(string timestamp, bool isTaken)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostAsJsonAsync("/api/volumes", new[] { new { project = "p", transaction = "t", timestamp, total = 1 } });

        Assert.Equal(isTaken ? HttpStatusCode.OK : HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&by=transaction")]
    public async Task Get_NothingCounted_IsAnEmptyList(string by)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var volumes = await client.GetJsonAsync($"{Project}?window=5m{by}");

        Assert.Empty(Items(volumes));
        Assert.Equal(JsonValueKind.Null, volumes.GetProperty("next").ValueKind);
        Assert.Equal(("acme", "2026-11-22T09:56:00.000Z", "2026-11-22T10:01:00.000Z"), Window(volumes));
    }

    [Theory]
    [InlineData("1m", 1)]
    [InlineData("5m", 5)]
    [InlineData("1h", 60)]
    [InlineData("60m", 60)]
    [InlineData("1d", 1440)]
    [InlineData("48h", 2880)]
    [InlineData("2d", 2880)]
    public async Task Get_Window_IsThatManyMinutesWithTheRunningOne(string window, int minutes)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var runningMinute = host.Clock.GetUtcNow();
        var first = runningMinute.AddMinutes(1 - minutes);
        using var posted = await client.PostAsJsonAsync("/api/volumes", new[]
        {
            new { organization = "acme", project = "before", transaction = "t", timestamp = first.AddMinutes(-1), total = 1 },
            new { organization = "acme", project = "first", transaction = "t", timestamp = first, total = 2 },
            new { organization = "acme", project = "running", transaction = "t", timestamp = runningMinute, total = 3 },
            new { organization = "acme", project = "next", transaction = "t", timestamp = runningMinute.AddMinutes(1), total = 4 },
        });
        posted.EnsureSuccessStatusCode();
        host.Clock.Advance(TimeSpan.FromSeconds(59.999));
        var atItsEnd = await client.GetJsonAsync($"{Project}?window={window}");
        host.Clock.Advance(TimeSpan.FromSeconds(0.001));
        var aMinuteLater = await client.GetJsonAsync($"{Project}?window={window}");

        string[] one = minutes == 1 ? ["running"] : ["running", "first"];
        string[] two = minutes == 1 ? ["next"] : ["next", "running"];
        Assert.Equal(one, Items(atItsEnd).Select(item => item.Project).Where(project => minutes > 1 || project != "first"));
        Assert.Equal(two, Items(aMinuteLater).Select(item => item.Project));
        Assert.Equal(minutes, (atItsEnd.GetProperty("windowEnd").GetDateTimeOffset() - atItsEnd.GetProperty("windowStart").GetDateTimeOffset()).TotalMinutes);
        Assert.Equal(first, atItsEnd.GetProperty("windowStart").GetDateTimeOffset());
    }

    [Theory]
    [InlineData("window=0m", "window")]
    [InlineData("window=", "window")]
    [InlineData("window=1", "window")]
    [InlineData("window=h", "window")]
    [InlineData("window=1w", "window")]
    [InlineData("window=-5m", "window")]
    [InlineData("window=1.5h", "window")]
    [InlineData("window=1H", "window")]
    [InlineData("window=5m%0A", "window")]
    [InlineData("window=2881m", "window")]
    [InlineData("window=49h", "window")]
    [InlineData("window=3d", "window")]
    [InlineData("window=999999d", "window")]
    [InlineData("window=99999999999d", "window")]
    [InlineData("by=organization", "by must be project or transaction")]
    [InlineData("by=", "by must be project or transaction")]
    [InlineData("limit=0", "limit must be from 1 to 1000")]
    [InlineData("limit=-1", "limit must be from 1 to 1000")]
    [InlineData("limit=1001", "limit must be from 1 to 1000")]
    [InlineData("limit=abc", "limit")]
    [InlineData("limit=1.5", "limit")]
    [InlineData("limit=99999999999", "limit")]
    [InlineData("cursor=no", "cursor")]
    [InlineData("cursor=%FF", "cursor")]
    [InlineData("cursor=e30", "cursor")]
    [InlineData("cursor=bnVsbA", "cursor")]
    [InlineData("cursor=W10", "cursor")]
    [InlineData("cursor=IlxxIg", "cursor")]
    public async Task Get_BadQuery_SaysWhatIsWrong(string query, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.GetAsync($"{Project}?{query}");

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said);
    }

    [Fact]
    public async Task Get_CursorOfAnotherList_IsRefused()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var posted = await client.PostAsJsonAsync(
            "/api/volumes", Enumerable.Range(0, 3).Select(i => new { organization = $"o{i}", project = "p", transaction = "t", total = 1 }));
        var cursor = (await client.GetJsonAsync("/api/organizations?limit=1")).GetProperty("next").GetString();
        using var response = await client.GetAsync($"{Project}?cursor={cursor}");

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, "cursor");
    }

    // Made up by somebody who knows what is in a cursor.
    [Theory]
    [InlineData("/api/organizations", """{"Name":"a\u0000"}""")]
    [InlineData("/api/organizations/acme/projects", """{"Project":"\u0000"}""")]
    [InlineData("/api/organizations/acme/rates", """{"Project":"\u0000"}""")]
    [InlineData("/api/organizations/acme/clients", """{"Service":"\u0000"}""")]
    [InlineData("/api/organizations/acme/volumes", """{"Window":{"First":1,"Last":9223372036854775807},"Last":{"Project":"p","Transaction":"","Total":1,"Kept":0,"Exact":1}}""")]
    [InlineData("/api/organizations/acme/volumes", """{"Window":{"First":-9223372036854775808,"Last":29922360},"Last":{"Project":"p","Transaction":"","Total":1,"Kept":0,"Exact":1}}""")]
    [InlineData("/api/organizations/acme/volumes", """{"Window":{"First":29922360,"Last":29922359},"Last":{"Project":"p","Transaction":"","Total":1,"Kept":0,"Exact":1}}""")]
    [InlineData("/api/organizations/acme/volumes", """{"Window":{"First":29922359,"Last":29922360},"Last":{"Project":"\u0000","Transaction":"","Total":1,"Kept":0,"Exact":1}}""")]
    public async Task Get_CursorThatNoListGave_Is400AndNot500(string path, string json)
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 1));
        using var response = await client.GetAsync($"{path}?cursor={Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json))}");

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, "cursor is not one that this list gave");
    }

    [Fact]
    public async Task Get_Ties_AreOrderedByName()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var posted = await client.PostAsJsonAsync("/api/volumes", new[]
        {
            new { organization = "acme", project = "b", transaction = "y", total = 5 },
            new { organization = "acme", project = "b", transaction = "x", total = 5 },
            new { organization = "acme", project = "ä", transaction = "x", total = 10 },
            new { organization = "acme", project = "B", transaction = "x", total = 10 },
            new { organization = "acme", project = "a", transaction = "x", total = 0 },
            new { organization = "acme", project = "z", transaction = "x", total = 11 },
        });

        Assert.Equal(
            [("z", null, 11, 0), ("B", null, 10, 0), ("b", null, 10, 0), ("ä", null, 10, 0), ("a", null, 0, 0)], Items(await client.GetJsonAsync(Project)));
        Assert.Equal(
            [("z", "x", 11, 0), ("B", "x", 10, 0), ("ä", "x", 10, 0), ("b", "x", 5, 0), ("b", "y", 5, 0), ("a", "x", 0, 0)],
            Items(await client.GetJsonAsync(Transaction)));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(4, false)]
    [InlineData(7, false)]
    [InlineData(1000, false)]
    [InlineData(1, true)]
    [InlineData(6, true)]
    public async Task Get_PageByPage_RepeatsAndLosesNothing(int limit, bool byTransaction)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        // Fractions and ties; 24 projects or 48 transactions, so that some limits end exactly with the last page.
        var items = Enumerable.Range(0, 48).Select(i => new
        {
            organization = "acme",
            project = $"p/{i % 24} ü",
            transaction = $"t {i}",
            total = 0.1 * (i % 5),
            timestamp = host.Clock.GetUtcNow().AddMinutes(-(i % 3)),
        });
        using var posted = await client.PostAsJsonAsync("/api/volumes", items.Concat(items));
        posted.EnsureSuccessStatusCode();
        using var other = await host.WithVolumesAsync("other", ("p", 1));
        var path = $"{Project}?by={(byTransaction ? "transaction" : "project")}";
        var whole = Items(await client.GetJsonAsync($"{path}&limit=1000"));

        var paged = new List<(string Project, string? Transaction, double Total, double Kept)>();
        var pages = 0;
        string? cursor = null;
        do
        {
            var page = await client.GetJsonAsync($"{path}&limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}");
            paged.AddRange(Items(page));
            cursor = page.GetProperty("next").GetString();
            pages++;
        }
        while (cursor is not null && pages < 100);

        Assert.Equal(byTransaction ? 48 : 24, whole.Count);
        Assert.Equal(whole, paged);
        Assert.Equal((whole.Count + limit - 1) / limit, pages);
    }

    [Fact]
    public async Task Post_SameIdempotencyKey_CountsOnceWithinADay()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var first = await PostAsync(client, "3f1c", total: 5);
        using var again = await PostAsync(client, "3f1c", total: 5);
        host.Clock.Advance(TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1));
        using var late = await PostAsync(client, "3f1c", total: 5);
        var withinADay = Items(await client.GetJsonAsync($"{Project}?window=2d"));
        host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        using var nextDay = await PostAsync(client, "3f1c", total: 5);
        var afterADay = Items(await client.GetJsonAsync($"{Project}?window=2d"));

        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        foreach (var repetition in new[] { again, late })
        {
            Assert.Equal(HttpStatusCode.OK, repetition.StatusCode);
            Assert.Equal(["true"], repetition.Headers.GetValues("Idempotency-Replayed"));
            Assert.Equal(await first.Content.ReadAsStringAsync(), await repetition.Content.ReadAsStringAsync());
        }

        Assert.False(nextDay.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal([("p", null, 5, 0)], withinADay);
        Assert.Equal([("p", null, 10, 0)], afterADay);
    }

    [Fact]
    public async Task Post_OtherIdempotencyKeyOrNone_CountsAgain()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var first = await PostAsync(client, "k", total: 1);
        using var second = await PostAsync(client, "K", total: 1);
        using var third = await PostAsync(client, key: null, total: 1);
        using var fourth = await PostAsync(client, key: null, total: 1);

        Assert.Equal([("p", null, 4, 0)], Items(await client.GetJsonAsync(Project)));
    }

    [Fact]
    public async Task Post_RejectedRequest_DoesNotUseItsIdempotencyKeyUp()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var rejected = await PostAsync(client, "k", total: -1);
        using var corrected = await PostAsync(client, "k", total: 1);

        Assert.Equal(HttpStatusCode.BadRequest, rejected.StatusCode);
        Assert.Equal(HttpStatusCode.OK, corrected.StatusCode);
        Assert.False(corrected.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal([("p", null, 1, 0)], Items(await client.GetJsonAsync(Project)));
    }

    [Fact]
    public async Task Post_SameIdempotencyKeyAtTheSameTime_CountsOnce()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var responses = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(client, "k", total: 3)));

        Assert.All(responses, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(7, responses.Count(response => response.Headers.Contains("Idempotency-Replayed")));
        Assert.Equal([("p", null, 3, 0)], Items(await client.GetJsonAsync(Project)));
        foreach (var response in responses)
            response.Dispose();
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("ü")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890")]
    public async Task Post_BadIdempotencyKey_IsRefused(string key)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await PostAsync(client, key, total: 1);

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, "Idempotency-Key");
        await HttpAssert.NothingWasCountedAsync(client, "acme");
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, string? key, double total)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/volumes");
        request.Content = JsonContent.Create(new[] { new { organization = "acme", project = "p", transaction = "t", total } });
        if (key is not null)
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await client.SendAsync(request);
    }

    private static (string? Organization, string? Start, string? End) Window(JsonElement volumes) =>
        (volumes.GetProperty("organization").GetString(), volumes.GetProperty("windowStart").GetString(), volumes.GetProperty("windowEnd").GetString());

    private static List<(string Project, string? Transaction, double Total, double Kept)> Items(JsonElement volumes) =>
        [
            .. volumes.GetProperty("items").EnumerateArray().Select(item => (
                item.GetProperty("project").GetString()!, item.GetProperty("transaction").GetString(), item.GetProperty("total").GetDouble(), item.GetProperty("kept").GetDouble())),
        ];
}
