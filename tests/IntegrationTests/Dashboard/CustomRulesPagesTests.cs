using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.Tests;

namespace DynamicSampling.IntegrationTests.Dashboard;

public sealed class CustomRulesPagesTests
{
    private const string New = "/organizations/acme/custom-rules/new";
    private const string Form = "form#rule";
    private const string Api = "/api/organizations/acme/custom-rules";

    [Fact]
    public async Task Create_SomeLines_IsARuleForAllOfThem()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var made = await client.SendFormAsync(
            await client.GetPageAsync(New + "?project=check%2Fout"), Form, "save",
            ("samples", "50"), ("hours", "1.5"), ("description", "slow\r\norders"),
            ("conditions[0].value", "POST /order*"),
            ("conditions[2].name", "trace.release"), ("conditions[2].op", "isNot"), ("conditions[2].value", "2.0"),
            ("conditions[3].name", "trace.replay_id"), ("conditions[3].op", "missing"));
        var page = await client.GetPageAsync(made.SeeOther());
        var rule = Assert.Single((await client.GetJsonAsync(Api)).GetProperty("items").EnumerateArray());

        Assert.Equal(
            ("check/out", "slow\norders", 50, "2026-11-22T10:00:00.000Z", "2026-11-22T11:30:00.000Z"),
            (rule.GetProperty("project").GetString(), rule.GetProperty("description").GetString(), rule.GetProperty("samples").GetInt64(), rule.GetProperty("start").GetString(),
                rule.GetProperty("end").GetString()));
        Assert.Equal(
            """{"op":"and","inner":[{"op":"glob","name":"trace.transaction","value":["POST /order*"]},{"op":"not","inner":{"op":"eq","name":"trace.release","value":["2.0"]}},{"op":"eq","name":"trace.replay_id","value":null}]}""",
            rule.GetProperty("condition").GetRawText());
        Assert.Contains("is made", page.QuerySelector(".notice.good")!.Read(), StringComparison.Ordinal);
        Assert.Contains("by anonymous", page.QuerySelector("dl")!.Read(), StringComparison.Ordinal);
        Assert.Contains("transaction looks like POST /order* and release is not 2.0 and replay ID is missing", page.QuerySelector("dl")!.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_JsonAndStart_AreTakenAsTheyAre()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        const string Condition = """{"op":"or","inner":[{"op":"eq","name":"event.level","value":["error"]}]}""";
        using var made = await client.SendFormAsync(
            await client.GetPageAsync(New), Form, "save", ("json", Condition), ("start", "2026-11-23T10:00"), ("conditions[0].value", "does not count"));
        var rule = Assert.Single((await client.GetJsonAsync(Api)).GetProperty("items").EnumerateArray());

        made.SeeOther();
        Assert.Equal(Condition, rule.GetProperty("condition").GetRawText());
        Assert.Equal(("2026-11-23T10:00:00.000Z", "2026-11-23T11:00:00.000Z"), (rule.GetProperty("start").GetString(), rule.GetProperty("end").GetString()));
        Assert.Equal(JsonValueKind.Null, rule.GetProperty("project").ValueKind);
    }

    [Theory]
    [InlineData("conditions[0].value", "", "Which traces", "Is missing")]
    [InlineData("conditions[1].value", "x", "Condition 2", "Choose an attribute.")]
    [InlineData("json", "{", "Condition as JSON", "not right")]
    [InlineData("json", """{"op":"eq","name":"release","value":["1"]}""", "Condition as JSON", "must be 'event.' or 'trace.'")]
    [InlineData("samples", "0", "How many traces", "Must be from 1 to 1000000000, but is 0.")]
    [InlineData("samples", "1.5", "How many traces", "Must be a whole number")]
    [InlineData("samples", "", "How many traces", "Is missing")]
    [InlineData("hours", "", "For how many hours", "Is missing")]
    [InlineData("hours", "49", "For how many hours", "Must be at most 2 days")]
    [InlineData("hours", "1e300", "For how many hours", "Must be at most 2 days")]
    [InlineData("hours", "0", "For how many hours", "Must be after start")]
    [InlineData("start", "2026-12-24T00:00", "From, in UTC", "Must be within the next 2 days")]
    [InlineData("start", "9999-12-31T23:30", "From, in UTC", "Must be within the next 2 days")]
    [InlineData("start", "soon", "From, in UTC", "Must be a date and time")]
    [InlineData("start", "2026-11-20T10:00", "For how many hours", "Must be in the future")]
    [InlineData("project", "..", "Project", "Must not be '.' or '..'.")]
    public async Task Create_BadValue_IsSaidAtItsFieldAndChangesNothing(string field, string value, string label, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        foreach (var action in new[] { "save", "preview" })
        {
            using var response = await client.SendFormAsync(await client.GetPageAsync(New), Form, action, ("conditions[0].value", "GET /"), (field, value));
            var page = await response.ReadPageAsync(HttpStatusCode.BadRequest);
            var problem = Assert.Single(page.QuerySelectorAll("#problems li"));

            Assert.StartsWith(label, problem.Read(), StringComparison.Ordinal);
            Assert.Contains(said, problem.Read(), StringComparison.Ordinal);
            var at = page.QuerySelector(problem.QuerySelector("a")!.GetAttribute("href")!)!;
            Assert.Contains(said, (at.Id == "f-conditions" ? at : at.ParentElement!).QuerySelector(".problem")!.Read(), StringComparison.Ordinal);
        }

        Assert.Equal((0, 0), (host.Count("custom_rules"), host.Count("audit")));
    }

    [Fact]
    public async Task Create_TooLongDescriptionAndCondition_AreSaid()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.SendFormAsync(
            await client.GetPageAsync(New), Form, "save", ("description", new('x', 501)), ("conditions[0].value", new('x', 501)));
        var problems = (await response.ReadPageAsync(HttpStatusCode.BadRequest)).QuerySelector("#problems")!.Read();

        Assert.Contains("Must not be longer than 500 characters.", problems, StringComparison.Ordinal);
        Assert.Contains("Condition 1: ", problems, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preview_TransactionsOfTheLastHour_AreCountedAndNothingIsStored()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var posted = await client.PostAsJsonAsync("/api/volumes", new[]
        {
            new { organization = "acme", project = "a", transaction = "POST /order", total = 100, kept = 10 },
            new { organization = "acme", project = "b", transaction = "POST /order/1", total = 20, kept = 1 },
            new { organization = "acme", project = "b", transaction = "GET /", total = 5000, kept = 5 },
        });
        var all = await PreviewAsync(("conditions[0].value", "POST /order*"));
        var one = await PreviewAsync(("conditions[0].value", "POST /order*"), ("project", "b"));
        var none = await PreviewAsync(("conditions[0].value", "post"));
        var unknown = await PreviewAsync(("conditions[0].name", "trace.release"), ("conditions[0].value", "2.0"));

        Assert.Contains("The first 100 traces whose transaction looks like POST /order* are kept at 100 %, from now until 2026-11-22 11:00:00 UTC (in 1 h).", all, StringComparison.Ordinal);
        Assert.Contains("In the last hour 120 traces were of that kind, in 2 transactions; 11 of them were kept.", all, StringComparison.Ordinal);
        Assert.Contains("In the last hour 20 traces were of that kind, in 1 transaction; 1 of them were kept. If it goes on like this, about 20 come", one, StringComparison.Ordinal);
        Assert.Contains("None of the last hour's traces", none, StringComparison.Ordinal);
        Assert.Contains("nobody can tell beforehand", unknown, StringComparison.Ordinal);
        Assert.Equal((0, 0), (host.Count("custom_rules"), host.Count("audit")));

        async Task<string> PreviewAsync(params (string, string?)[] fields)
        {
            using var response = await client.SendFormAsync(await client.GetPageAsync(New), Form, "preview", fields);
            return (await response.ReadPageAsync()).QuerySelector(".effect")!.Read();
        }
    }

    [Fact]
    public async Task Extend_HoursAndSamples_AreWhatTheHttpApiHas()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var path = await MakeAsync(client);
        using var extended = await client.SendFormAsync(await client.GetPageAsync(path), "form[action$=extend]", action: null, ("hours", "10"), ("samples", "200"));
        var rule = Assert.Single((await client.GetJsonAsync(Api)).GetProperty("items").EnumerateArray());

        Assert.Equal($"{path}?done=extended", extended.SeeOther());
        Assert.Equal(("2026-11-22T20:00:00.000Z", 200), (rule.GetProperty("end").GetString(), rule.GetProperty("samples").GetInt64()));
    }

    [Theory]
    [InlineData("49", "", "Must be at most 2 days")]
    [InlineData("-1", "", "Must be after start")]
    [InlineData("", "0", "Must be from 1 to 1000000000")]
    [InlineData("", "", "Fill in for how long")]
    public async Task Extend_BadValue_IsSaidAndChangesNothing(string hours, string samples, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var path = await MakeAsync(client);
        using var response = await client.SendFormAsync(await client.GetPageAsync(path), "form[action$=extend]", action: null, ("hours", hours), ("samples", samples));

        Assert.Contains(said, (await response.ReadPageAsync(HttpStatusCode.BadRequest)).QuerySelector(".notice.bad")!.Read(), StringComparison.Ordinal);
        Assert.Equal(1, host.Count("audit"));
    }

    [Fact]
    public async Task Extend_ExpiredMeanwhile_SaysSo()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var page = await client.GetPageAsync(await MakeAsync(client));
        host.Clock.Advance(TimeSpan.FromHours(1));
        using var response = await client.SendFormAsync(page, "form[action$=extend]", action: null, ("hours", "1"));
        var list = await client.GetPageAsync("/organizations/acme/custom-rules?all=true");

        Assert.Contains("has expired: make a new one", (await response.ReadPageAsync(HttpStatusCode.BadRequest)).QuerySelector(".notice.bad")!.Read(), StringComparison.Ordinal);
        Assert.Equal("expired", list.QuerySelector("tbody .badge")!.Read());
    }

    [Fact]
    public async Task Delete_Confirmed_IsGone()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var path = await MakeAsync(client);
        var page = await client.GetPageAsync(path);
        using var unconfirmed = await client.SendFormAsync(page, "form[action$=delete]", action: null);
        using var withoutToken = await client.SendFormAsync(page, "form[action$=delete]", action: null, ("confirm", "yes"), ("__RequestVerificationToken", null));
        var kept = host.Count("custom_rules");
        using var deleted = await client.SendFormAsync(page, "form[action$=delete]", action: null, ("confirm", "yes"));
        using var again = await client.SendFormAsync(page, "form[action$=delete]", action: null, ("confirm", "yes"));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, 1), (unconfirmed.StatusCode, withoutToken.StatusCode, kept));
        Assert.Contains("was deleted", (await client.GetPageAsync(deleted.SeeOther())).QuerySelector(".notice.good")!.Read(), StringComparison.Ordinal);
        Assert.Contains("No such rule", (await again.ReadPageAsync(HttpStatusCode.NotFound)).QuerySelector("h1")!.Read(), StringComparison.Ordinal);
        await client.GetPageAsync(path, HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task List_ManyRules_ComeInPages()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        for (var i = 0; i < 51; i++)
        {
            using var made = await client.PostAsJsonAsync(Api, new
            {
                condition = new { op = "eq", name = "event.transaction", value = new[] { $"t{i}" } }, samples = 5, end = "2026-11-22T11:00:00Z", project = "<b>a/b",
            });
            made.EnsureSuccessStatusCode();
            host.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        var first = await client.GetPageAsync("/organizations/acme/custom-rules");
        var second = await client.GetPageAsync(first.QuerySelector("section .pages a")!.GetAttribute("href")!);

        Assert.Equal((50, 1), (first.QuerySelectorAll("tbody tr").Length, second.QuerySelectorAll("tbody tr").Length));
        Assert.Contains("transaction is t50", second.QuerySelector("tbody tr")!.Read(), StringComparison.Ordinal);
        Assert.Null(second.QuerySelector("section .pages"));
        Assert.All(first.QuerySelectorAll("tbody tr"), row => Assert.Contains("anonymous", row.Read(), StringComparison.Ordinal));
        Assert.Null(first.QuerySelector("main b"));
    }

    private static async Task<string> MakeAsync(HttpClient client)
    {
        using var made = await client.SendFormAsync(await client.GetPageAsync(New), Form, "save", ("conditions[0].value", "GET /"));
        return made.SeeOther().Split('?')[0];
    }
}
