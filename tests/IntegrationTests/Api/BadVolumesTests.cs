using System.Globalization;
using System.Net;
using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>What is not right is named, and rejects its request whole.</summary>
public class BadVolumesTests
{
    private const string Good = """{"organization":"acme","project":"p","transaction":"t","total":1}""";

    /// <summary>Items with one thing wrong: the item, the member at fault, and what the detail says of it.</summary>
    public static TheoryData<string, string?, string> BadItems => new()
    {
        // Not an object.
        { "1", null, "object" },
        { "null", null, "object" },
        { "\"p\"", null, "object" },
        { "[]", null, "object" },
        { "[" + Good + "]", null, "object" },
        // Members that are missing or unknown, or there twice.
        { "{}", "project", "missing" },
        { """{"project":"p","total":1}""", "transaction", "missing" },
        { """{"project":"p","transaction":"t"}""", "total", "missing" },
        { """{"project":"p","transaction":"t","total":1,"count":1}""", "count", "not a known member" },
        { """{"project":"p","transaction":"t","total":1,"Total":1}""", "Total", "not a known member" },
        { """{"project":"p","transaction":"t","total":1,"x":{"y":[1,{"z":2}]}}""", "x", "not a known member" },
        { """{"project":"p","transaction":"t","total":1,"":1}""", "", "not a known member" },
        { """{"project":"p","transaction":"t","total":1,"\ud800":1}""", null, "Unicode" },
        { """{"project":"p","project":"q","transaction":"t","total":1}""", "project", "twice" },
        { """{"project":"p","transaction":"t","total":1,"total":2}""", "total", "twice" },
        { """{"project":"p","transaction":"t","total":1,"kept":0,"kept":0}""", "kept", "twice" },
        { """{"organization":"a","project":"p","transaction":"t","total":1,"organization":"b"}""", "organization", "twice" },
        { """{"timestamp":"2026-11-22T10:00:00Z","project":"p","transaction":"t","total":1,"timestamp":"2026-11-22T10:00:00Z"}""", "timestamp", "twice" },
        // Types.
        { """{"organization":1,"project":"p","transaction":"t","total":1}""", "organization", "string" },
        { """{"organization":null,"project":"p","transaction":"t","total":1}""", "organization", "string" },
        { """{"project":["p"],"transaction":"t","total":1}""", "project", "string" },
        { """{"project":null,"transaction":"t","total":1}""", "project", "string" },
        { """{"project":"p","transaction":{},"total":1}""", "transaction", "string" },
        { """{"project":"p","transaction":true,"total":1}""", "transaction", "string" },
        { """{"project":"p","transaction":"t","total":"1"}""", "total", "number" },
        { """{"project":"p","transaction":"t","total":null}""", "total", "number" },
        { """{"project":"p","transaction":"t","total":[1]}""", "total", "number" },
        { """{"project":"p","transaction":"t","total":1,"kept":"0"}""", "kept", "number" },
        { """{"project":"p","transaction":"t","total":1,"kept":null}""", "kept", "number" },
        { """{"project":"p","transaction":"t","total":1,"kept":false}""", "kept", "number" },
        // Counts.
        { """{"project":"p","transaction":"t","total":-1}""", "total", "negative" },
        { """{"project":"p","transaction":"t","total":-1e-300}""", "total", "negative" },
        { """{"project":"p","transaction":"t","total":1e999}""", "total", "finite" },
        { """{"project":"p","transaction":"t","total":-1e999}""", "total", "finite" },
        { """{"project":"p","transaction":"t","total":1e16}""", "total", "more than" },
        { """{"project":"p","transaction":"t","total":1,"kept":-1}""", "kept", "negative" },
        { """{"project":"p","transaction":"t","total":1,"kept":1e999}""", "kept", "finite" },
        { """{"project":"p","transaction":"t","total":1,"kept":1.5}""", "kept", "more than total" },
        { """{"kept":1,"project":"p","transaction":"t","total":0}""", "kept", "more than total" },
        // Times.
        { """{"project":"p","transaction":"t","total":1,"timestamp":1795341600}""", "timestamp", "RFC 3339" },
        { """{"project":"p","transaction":"t","total":1,"timestamp":null}""", "timestamp", "RFC 3339" },
        { """{"project":"p","transaction":"t","total":1,"timestamp":""}""", "timestamp", "RFC 3339" },
        { """{"project":"p","transaction":"t","total":1,"timestamp":"yesterday"}""", "timestamp", "RFC 3339" },
        { """{"project":"p","transaction":"t","total":1,"timestamp":"\ud800"}""", "timestamp", "RFC 3339" },
        { """{"project":"p","transaction":"t","total":1,"timestamp":"2026-11-22"}""", "timestamp", "offset" },
        { """{"project":"p","transaction":"t","total":1,"timestamp":"2026-11-22T10:00:00"}""", "timestamp", "offset" },
        { """{"project":"p","transaction":"t","total":1,"timestamp":"2026-11-22T10:00:00.123"}""", "timestamp", "offset" },
        { """{"project":"p","transaction":"t","total":1,"timestamp":"2026-11-22 10:00:00Z"}""", "timestamp", "RFC 3339" },
        { """{"project":"p","transaction":"t","total":1,"timestamp":"2026-02-30T10:00:00Z"}""", "timestamp", "RFC 3339" },
        { """{"project":"p","transaction":"t","total":1,"timestamp":"2026-11-22T25:00:00Z"}""", "timestamp", "RFC 3339" },
        { """{"project":"p","transaction":"t","total":1,"timestamp":"2026-11-20T09:59:59Z"}""", "timestamp", "2 days old" },
        { """{"project":"p","transaction":"t","total":1,"timestamp":"0001-01-01T00:00:00Z"}""", "timestamp", "2 days old" },
        { """{"project":"p","transaction":"t","total":1,"timestamp":"0001-01-01T00:00:00+14:00"}""", "timestamp", "" },
        { """{"project":"p","transaction":"t","total":1,"timestamp":"2026-11-22T10:05:01Z"}""", "timestamp", "5 minutes ahead" },
        { """{"project":"p","transaction":"t","total":1,"timestamp":"9999-12-31T23:59:59Z"}""", "timestamp", "5 minutes ahead" },
        // Names.
        { """{"organization":"","project":"p","transaction":"t","total":1}""", "organization", "empty" },
        { """{"project":"","transaction":"t","total":1}""", "project", "empty" },
        { """{"project":"p","transaction":"","total":1}""", "transaction", "empty" },
        { """{"organization":".","project":"p","transaction":"t","total":1}""", "organization", "'.'" },
        { """{"project":"..","transaction":"t","total":1}""", "project", "'..'" },
        { """{"project":"p","transaction":"\u002e","total":1}""", "transaction", "'.'" },
        { """{"organization":"a\u0000b","project":"p","transaction":"t","total":1}""", "organization", "control" },
        { """{"project":"a\nb","transaction":"t","total":1}""", "project", "control" },
        { """{"project":"p","transaction":"\u0085","total":1}""", "transaction", "control" },
        { """{"organization":"\ud800","project":"p","transaction":"t","total":1}""", "organization", "Unicode" },
        { """{"project":"a\udc00b","transaction":"t","total":1}""", "project", "Unicode" },
        { """{"project":"p","transaction":"\udf89\ud83c","total":1}""", "transaction", "Unicode" },
        { $$"""{"organization":"{{Long}}","project":"p","transaction":"t","total":1}""", "organization", "200" },
        { $$"""{"project":"{{Long}}","transaction":"t","total":1}""", "project", "200" },
        { $$"""{"project":"p","transaction":"{{Long}}","total":1}""", "transaction", "200" },
    };

    /// <summary>Items that are not JSON.</summary>
    public static TheoryData<string> MalformedItems =>
    [
        "nonsense",
        "{project:\"p\"}",
        "{'project':'p','transaction':'t','total':1}",
        "{\"project\" \"p\"}",
        "{\"project\":\"p\",,\"transaction\":\"t\",\"total\":1}",
        "{\"project\":\"p\",\"transaction\":\"t\",\"total\":1,}",
        "{\"project\":\"p\",\"transaction\":\"t\",\"total\":NaN}",
        "{\"project\":\"p\",\"transaction\":\"t\",\"total\":Infinity}",
        "{\"project\":\"p\",\"transaction\":\"t\",\"total\":+1}",
        "{\"project\":\"p\",\"transaction\":\"t\",\"total\":01}",
        "{\"project\":\"p\",\"transaction\":\"t\",\"total\":0x10}",
        "{\"project\":\"p\",\"transaction\":\"t\",\"total\":1} // done",
        "{\"project\":\"p\tq\",\"transaction\":\"t\",\"total\":1}",
        "{\"project\":\"\\x41\",\"transaction\":\"t\",\"total\":1}",
        "{\"project\":\"p\",\"x\":" + Nested + "}",
        "{\"project\":\"p\",\"transaction\":\"t\",\"total\":1]",
        "]",
        "}",
    ];

    /// <summary>Bodies that are no array of items.</summary>
    public static TheoryData<string, string> MalformedArrays => new()
    {
        { "", "empty" },
        { "  \r\n", "empty" },
        { Good, "must be an array" },
        { "null", "must be an array" },
        { "1", "must be an array" },
        { "\"[]\"", "must be an array" },
        { "nonsense", "not JSON" },
        { "[", "ends inside" },
        { $"[{Good}", "ends inside" },
        { $"[{Good},", "ends inside" },
        { $"[{Good},{Good[..20]}", "Item [1]" },
        { $"[{Good},{Good[..^1]}", "Item [1]" },
        { $"[{Good},]", "Item [1]" },
        { $"[{Good} {Good}]", "Item [1]" },
        { $"[,{Good}]", "Item [0]" },
        { $"[{Good}]]", "not JSON" },
        { $"[{Good}] {Good}", "not JSON" },
        { $"[{Good}],[{Good}]", "not JSON" },
        { $"[{Good}}}", "not JSON" },
        { $"{Good}\n{Good}", "must be an array" },
    };

    private static string Long => new('x', 201);

    private static string Nested => string.Concat(Enumerable.Repeat("[", 100)) + string.Concat(Enumerable.Repeat("]", 100));

    [Theory]
    [MemberData(nameof(BadItems))]
    public async Task Post_BadItemInArray_IsNamedAndNothingIsCounted(string item, string? member, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostAsync("/api/volumes", Bodies.Of($"[{Good},\n{item}]"));

        var problem = await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, "Item [1]", member ?? "", said, "Nothing of this request was counted");
        Assert.Equal(1, problem.GetProperty("item").GetInt32());
        AssertMember(problem, member);
        await HttpAssert.NothingWasCountedAsync(client, "acme");
    }

    [Theory]
    [MemberData(nameof(BadItems))]
    public async Task Post_BadItemInLines_IsNamedAndNothingIsCounted(string item, string? member, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        // Blank lines count, as in an editor.
        using var response = await client.PostAsync("/api/volumes", Bodies.Of($"{Good}\r\n\r\n{item}\r\n{Good}", Bodies.Lines));

        var problem = await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, "Line 3", member ?? "", said, "Nothing of this request was counted");
        Assert.Equal(3, problem.GetProperty("line").GetInt32());
        AssertMember(problem, member);
        await HttpAssert.NothingWasCountedAsync(client, "acme");
    }

    [Theory]
    [MemberData(nameof(MalformedItems))]
    public async Task Post_MalformedItemInArray_IsNamedAndNothingIsCounted(string item)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostAsync("/api/volumes", Bodies.Of($"[{Good},{item},{Good}]"));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, "Item [", "Nothing of this request was counted");
        await HttpAssert.NothingWasCountedAsync(client, "acme");
    }

    [Theory]
    [MemberData(nameof(MalformedItems))]
    [InlineData("{\"project\":\"p\"")]
    [InlineData("{\"project\":\"p\",\"transaction\":\"t\",\"total\":1}}")]
    [InlineData("{\"project\":\"p\",\"transaction\":\"t\",\"total\":1},")]
    [InlineData("{\"project\":\"p\",\"transaction\":\"t\",\"total\":1} {\"project\":\"p\",\"transaction\":\"t\",\"total\":1}")]
    public async Task Post_MalformedLine_IsNamedAndNothingIsCounted(string line)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostAsync("/api/volumes", Bodies.Of($"{Good}\n{line}\n{Good}\n", Bodies.Lines));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, "Line 2", "Nothing of this request was counted");
        await HttpAssert.NothingWasCountedAsync(client, "acme");
    }

    [Theory]
    [MemberData(nameof(MalformedArrays))]
    public async Task Post_NoArrayOfItems_SaysSoAndNothingIsCounted(string body, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostAsync("/api/volumes", Bodies.Of(body));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said, "Nothing of this request was counted");
        await HttpAssert.NothingWasCountedAsync(client, "acme");
    }

    [Theory]
    [InlineData(Bodies.Json, "Item [4]")]
    [InlineData(Bodies.Lines, "Line 5")]
    public async Task Post_BadItemArrivesInPieces_IsNamed(string mediaType, string said)
    {
        await using var host = new ApiHost(builder => builder.UseDrippingBodies(1));
        using var client = host.CreateClient();
        string[] items = [Good, Good, Good, Good, """{"project":"日本","transaction":"t","total":-1}""", Good];
        var body = mediaType == Bodies.Lines ? string.Join('\n', items) : $"[{string.Join(',', items)}]";
        using var response = await client.PostAsync("/api/volumes", Bodies.Of(body, mediaType));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said, "total");
        await HttpAssert.NothingWasCountedAsync(client, "acme");
    }

    [Theory]
    [InlineData(Bodies.Json)]
    [InlineData(Bodies.Lines)]
    public async Task Post_LastOfManyItemsIsBad_NothingIsCounted(string mediaType)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        string[] items = [.. Enumerable.Repeat(Good, 3000), """{"organization":"acme","project":"p","transaction":"t","total":1,"kept":2}"""];
        var body = mediaType == Bodies.Lines ? string.Join('\n', items) : $"[{string.Join(',', items)}]";
        using var response = await client.PostAsync("/api/volumes", Bodies.Chunked(body, mediaType, chunkSize: 4096));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, mediaType == Bodies.Lines ? "Line 3001" : "Item [3000]", "kept");
        await HttpAssert.NothingWasCountedAsync(client, "acme");
    }

    [Theory]
    [InlineData(Bodies.Json, 100_000, 64)]
    [InlineData(Bodies.Lines, 100_000, 64)]
    [InlineData(Bodies.Json, 65_537, 1_000_000)]
    [InlineData(Bodies.Lines, 65_537, 1_000_000)]
    [InlineData(Bodies.Json, 65_537, 4096)]
    [InlineData(Bodies.Lines, 65_537, 4096)]
    public async Task Post_HugeItem_IsNamedHoweverItArrives(string mediaType, int length, int bytesAtATime)
    {
        await using var host = new ApiHost(builder => builder.UseDrippingBodies(bytesAtATime));
        using var client = host.CreateClient();
        var huge = Good[..^1].PadRight(length - 1) + "}";
        using var response = await client.PostAsync("/api/volumes", Bodies.Of(mediaType == Bodies.Lines ? $"{Good}\n{huge}\n{Good}" : $"[{Good},{huge},{Good}]", mediaType));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, mediaType == Bodies.Lines ? "Line 2" : "Item [1]", "65536");
        await HttpAssert.NothingWasCountedAsync(client, "acme");
    }

    [Theory]
    [InlineData(Bodies.Json)]
    [InlineData(Bodies.Lines)]
    public async Task Post_InvalidUtf8_IsNamed(string mediaType)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var text = mediaType == Bodies.Lines ? $"{Good}\n{Good}" : $"[{Good},{Good}]";
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        bytes[text.LastIndexOf("\"p\"", StringComparison.Ordinal) + 1] = 0xFF;
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new(mediaType);
        using var response = await client.PostAsync("/api/volumes", content);

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, mediaType == Bodies.Lines ? "Line 2" : "Item [1]", "project", "Unicode");
        await HttpAssert.NothingWasCountedAsync(client, "acme");
    }

    [Fact]
    public async Task Post_NumbersInTheDetail_AreAsTheyWereSent()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostAsync("/api/volumes", Bodies.Of("""[{"project":"p","transaction":"t","total":0.25,"kept":1000.5}]"""));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, 1000.5.ToString(CultureInfo.InvariantCulture), "0.25");
    }

    private static void AssertMember(JsonElement problem, string? member)
    {
        if (member is null)
            Assert.False(problem.TryGetProperty("member", out _));
        else
            Assert.Equal(member, problem.GetProperty("member").GetString());
    }
}
