using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Api;

public class ProjectsTests
{
    private const string Acme = "/api/organizations/acme";
    private const string Checkout = "/api/organizations/acme/projects/checkout";

    [Fact]
    public async Task Get_Unseen_ShowsWhatTheOrganizationSays()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var put = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.25, minimumSampleRate = 0.01, intensity = 0.5, biases = new { replays = false } });
        using var response = await client.GetAsync(Checkout);
        var settings = await response.ReadJsonAsync();

        Assert.Null(response.Headers.ETag);
        Assert.Equal(("acme", "checkout", false), (settings.GetProperty("organization").GetString(), settings.GetProperty("project").GetString(), settings.GetProperty("stored").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, settings.GetProperty("targetSampleRate").ValueKind);
        Assert.Equal((0.25, 0.01, 0.5), (settings.GetProperty("target").GetProperty("rate").GetDouble(), settings.GetProperty("minimumSampleRate").GetDouble(), settings.GetProperty("intensity").GetDouble()));
        Assert.False(settings.GetProperty("biases").GetProperty("replays").GetBoolean());
        Assert.True(settings.GetProperty("biases").GetProperty("environments").GetBoolean());
        Assert.Empty((await client.GetJsonAsync($"{Acme}/projects")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Put_New_AnswersWithTheEffectiveSettings()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var put = await client.PutAsJsonAsync(Checkout, new { minimumSampleRate = 0.5, intensity = 0, biases = new { environments = false } });
        using var get = await client.GetAsync(Checkout);
        var settings = await get.ReadJsonAsync();

        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.NotNull(put.Headers.ETag);
        Assert.Equal(put.Headers.ETag, get.Headers.ETag);
        Assert.Equal(await put.Content.ReadAsStringAsync(), await get.Content.ReadAsStringAsync());
        Assert.Equal((true, 0.5, 0.0), (settings.GetProperty("stored").GetBoolean(), settings.GetProperty("minimumSampleRate").GetDouble(), settings.GetProperty("intensity").GetDouble()));
        Assert.False(settings.GetProperty("biases").GetProperty("environments").GetBoolean());
        Assert.Equal(JsonValueKind.Null, settings.GetProperty("note").ValueKind);
    }

    [Fact]
    public async Task Put_BodyOfGet_IsAcceptedAndChangesNothing()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var put = await client.PutAsJsonAsync(Checkout, new { targetSampleRate = 0.5 });
        using var again = await client.PutAsync(Checkout, Bodies.Of(await client.GetStringAsync(Checkout)));
        using var third = await client.PutAsync(Checkout, Bodies.Of(await client.GetStringAsync(Checkout)));

        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
        Assert.Equal(await put.Content.ReadAsStringAsync(), await third.Content.ReadAsStringAsync());
        Assert.Equal(again.Headers.ETag, third.Headers.ETag);
    }

    [Fact]
    public async Task Target_ModeOrganization_IsStoredButNotUsedAndSaidToBe()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var put = await client.PutAsJsonAsync(Checkout, new { targetSampleRate = 0.5 });
        var unused = await put.ReadJsonAsync();
        using var mode = await client.PutAsJsonAsync(Acme, new { mode = "project", targetSampleRate = 0.2 });
        var used = await client.GetJsonAsync(Checkout);

        Assert.Contains("not used", unused.GetProperty("note").GetString(), StringComparison.Ordinal);
        Assert.Equal((0.5, 0.1), (unused.GetProperty("targetSampleRate").GetDouble(), unused.GetProperty("target").GetProperty("rate").GetDouble()));
        Assert.Equal(JsonValueKind.Null, used.GetProperty("note").ValueKind);
        Assert.Equal((0.5, "setting"), (used.GetProperty("target").GetProperty("rate").GetDouble(), used.GetProperty("target").GetProperty("source").GetString()));
    }

    [Theory]
    [InlineData("""{"targetSampleRate":1.1}""", "targetSampleRate must be from 0 to 1")]
    [InlineData("""{"minimumSampleRate":-1}""", "minimumSampleRate must be from 0 to 1")]
    [InlineData("""{"intensity":2}""", "intensity must be from 0 to 1")]
    [InlineData("""{"mode":"project"}""", "'mode' is not a known member")]
    [InlineData("""{"tiers":null}""", "'tiers' is not a known member")]
    [InlineData("""{"biases":{"x":true}}""", "'x' is not a known member")]
    [InlineData("""{"organization":"other"}""", "organization is 'other'")]
    [InlineData("""{"project":"other"}""", "project is 'other'")]
    [InlineData("null", "body")]
    [InlineData("[]", "$")]
    public async Task Put_BadBody_SaysWhatIsWrongAndStoresNothing(string body, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PutAsync(Checkout, Bodies.Of(body));

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said);
        Assert.Empty((await client.GetJsonAsync("/api/organizations")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task PutAndDelete_IfMatch_HoldsOnlyForTheCurrentTag()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var first = await client.PutAsJsonAsync(Checkout, new { targetSampleRate = 0.1 });
        var tag = first.Headers.ETag!.ToString();
        using var right = await SendAsync(client, HttpMethod.Put, tag, 0.2);
        using var stale = await SendAsync(client, HttpMethod.Put, tag, 0.3);
        using var unreadable = await SendAsync(client, HttpMethod.Put, "abc", 0.3);
        using var staleDelete = await SendAsync(client, HttpMethod.Delete, tag, rate: null);
        using var delete = await SendAsync(client, HttpMethod.Delete, right.Headers.ETag!.ToString(), rate: null);

        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        await HttpAssert.IsProblemAsync(stale, HttpStatusCode.PreconditionFailed, "ETag");
        await HttpAssert.IsProblemAsync(unreadable, HttpStatusCode.BadRequest, "If-Match");
        await HttpAssert.IsProblemAsync(staleDelete, HttpStatusCode.PreconditionFailed, "ETag");
        Assert.Equal(HttpStatusCode.NoContent, delete.StatusCode);
    }

    [Fact]
    public async Task Delete_Settings_KeepsTheData()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("checkout", 10), ("other", 10));
        using var put = await client.PutAsJsonAsync(Checkout, new { intensity = 0.5 });
        using var run = await client.RunTaskAsync("rebalance_orgs");
        using var deleted = await client.DeleteAsync(Checkout);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal([("checkout", 10, false), ("other", 10, false)], await ListAsync(client));
        Assert.Equal(2, (await client.GetJsonAsync($"{Acme}/rates")).GetProperty("projects").GetArrayLength());
    }

    [Fact]
    public async Task Delete_WithData_DropsThatProjectOnly()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("checkout", 10), ("other", 20));
        using var run = await client.RunTaskAsync("rebalance_orgs");
        using var deleted = await client.DeleteAsync($"{Checkout}?data=true");
        var rates = await client.GetJsonAsync($"{Acme}/rates");

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal([("other", 20, false)], await ListAsync(client));
        Assert.Equal("other", Assert.Single(rates.GetProperty("projects").EnumerateArray()).GetProperty("project").GetString());
        Assert.Equal(1, rates.GetProperty("version").GetInt64());
    }

    [Theory]
    [InlineData("")]
    [InlineData("?data=true")]
    public async Task Delete_LastTraceOfAnOrganization_TakesItOffTheList(string query)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var put = await client.PutAsJsonAsync(Checkout, new { intensity = 0.5 });
        var before = (await client.GetJsonAsync("/api/organizations")).GetProperty("items").GetArrayLength();
        using var deleted = await client.DeleteAsync(Checkout + query);
        using var again = await client.DeleteAsync(Checkout + query);

        Assert.Equal(1, before);
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        Assert.Empty((await client.GetJsonAsync("/api/organizations")).GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task List_Pages_ShowSeenAndConfiguredProjectsByName()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("b", 2), ("d", 4), ("c", 3));
        using var put = await client.PutAsJsonAsync($"{Acme}/projects/a", new { targetSampleRate = 0.5 });
        using var elsewhere = await host.WithVolumesAsync("other", ("x", 1));
        var first = await client.GetJsonAsync($"{Acme}/projects?limit=3");
        var second = await client.GetJsonAsync($"{Acme}/projects?limit=3&cursor={first.GetProperty("next").GetString()}");
        using var wrong = await client.GetAsync($"{Acme}/projects?cursor=e30");
        using var none = await client.GetAsync($"{Acme}/projects?limit=0");

        Assert.Equal([("a", 0, true), ("b", 2, false), ("c", 3, false)], Items(first));
        Assert.Equal([("d", 4, false)], Items(second));
        Assert.Equal(JsonValueKind.Null, second.GetProperty("next").ValueKind);
        Assert.All(first.GetProperty("items").EnumerateArray(), item => Assert.Equal(0.1, item.GetProperty("target").GetProperty("rate").GetDouble()));
        await HttpAssert.IsProblemAsync(wrong, HttpStatusCode.BadRequest, "cursor");
        await HttpAssert.IsProblemAsync(none, HttpStatusCode.BadRequest, "limit");
    }

    [Fact]
    public async Task Rates_ProjectWithoutAny_HaveItsOwnFloor()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var put = await client.PutAsJsonAsync(Checkout, new { minimumSampleRate = 0.4 });
        var rates = await client.GetJsonAsync($"{Checkout}/rates");
        using var evaluated = await client.PostAsJsonAsync($"{Checkout}/rules:evaluate", new { transaction = "GET /" });

        Assert.Equal((0.1, 0.4, "floor"), (rates.GetProperty("rate").GetDouble(), rates.GetProperty("servedRate").GetDouble(), rates.GetProperty("reason").GetString()));
        Assert.Equal(0.4, (await evaluated.ReadJsonAsync()).GetProperty("rate").GetDouble());
    }

    [Fact]
    public async Task Rates_ProjectWithoutAnyInModeProject_AreItsOwnTarget()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var mode = await client.PutAsJsonAsync(Acme, new { mode = "project", targetSampleRate = 0.2 });
        using var put = await client.PutAsJsonAsync(Checkout, new { targetSampleRate = 0.7 });
        var rates = await client.GetJsonAsync($"{Checkout}/rates");
        using var evaluated = await client.PostAsJsonAsync($"{Checkout}/rules:evaluate", new { transaction = "GET /" });

        Assert.Equal(0.7, rates.GetProperty("servedRate").GetDouble());
        Assert.Equal(0.7, (await evaluated.ReadJsonAsync()).GetProperty("rate").GetDouble());
        Assert.Equal(0.2, (await client.GetJsonAsync($"{Acme}/projects/other/rates")).GetProperty("servedRate").GetDouble());
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string tag, double? rate)
    {
        using var request = new HttpRequestMessage(method, Checkout) { Content = rate is null ? null : JsonContent.Create(new { targetSampleRate = rate }) };
        request.Headers.TryAddWithoutValidation("If-Match", tag);
        return await client.SendAsync(request);
    }

    private static async Task<List<(string, double, bool)>> ListAsync(HttpClient client) => Items(await client.GetJsonAsync($"{Acme}/projects"));

    private static List<(string, double, bool)> Items(JsonElement page) =>
        [
            .. page.GetProperty("items").EnumerateArray()
                .Select(item => (item.GetProperty("project").GetString()!, item.GetProperty("total").GetDouble(), item.GetProperty("stored").GetBoolean())),
        ];
}
