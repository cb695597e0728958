using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Api;

/// <summary>Members of an organization's settings beyond target, mode and minimum.</summary>
public class SettingsTests
{
    private const string Acme = "/api/organizations/acme";

    private const string All =
        """
        {
          "mode": "project", "tiers": [{"monthlyVolume":1000,"rate":1},{"monthlyVolume":2000,"rate":0.5}], "monthlyBudget": 5000, "minimumSampleRate": 0.02,
          "intensity": 0.25, "biases": {"environments": false, "latestReleases": true},
          "pins": [{"project":"p","always":true},{"project":"p","transaction":"t","maximumSampleRate":0},{"project":"q","transaction":"t","maximumSampleRate":1}]
        }
        """;

    [Fact]
    public async Task Put_EveryMember_TakesEffectAndHasATag()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var put = await client.PutAsync(Acme, Bodies.Of(All));
        using var get = await client.GetAsync(Acme);
        var settings = await get.ReadJsonAsync();

        Assert.Equal(HttpStatusCode.OK, put.StatusCode);
        Assert.Equal(put.Headers.ETag, get.Headers.ETag);
        Assert.Equal(await put.Content.ReadAsStringAsync(), await get.Content.ReadAsStringAsync());
        Assert.Equal(JsonValueKind.Null, settings.GetProperty("targetSampleRate").ValueKind);
        Assert.Equal("[{\"monthlyVolume\":1000,\"rate\":1},{\"monthlyVolume\":2000,\"rate\":0.5}]", settings.GetProperty("tiers").GetRawText());
        Assert.Equal(5000, settings.GetProperty("monthlyBudget").GetDouble());
        Assert.Equal(0.02, settings.GetProperty("minimumSampleRate").GetDouble());
        Assert.Equal(0.25, settings.GetProperty("intensity").GetDouble());
        Assert.Equal(["environments"], settings.GetProperty("biases").EnumerateObject().Where(bias => !bias.Value.GetBoolean()).Select(bias => bias.Name));
        Assert.Equal(8, settings.GetProperty("biases").EnumerateObject().Count());
        Assert.Equal(["p", "p", "q"], settings.GetProperty("pins").EnumerateArray().Select(pin => pin.GetProperty("project").GetString()));
    }

    [Theory]
    [InlineData("""{"tiers":[{"monthlyVolume":1,"rate":0.9},{"monthlyVolume":1000000000,"rate":0.2}]}""", "tier", 0.2)]
    [InlineData("""{"monthlyBudget":100}""", "budget", null)]
    public async Task Put_BodyOfGetWithTiersOrBudget_KeepsThemInForce(string stored, string source, double? rate)
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 1000));
        using var first = await client.PutAsync(Acme, Bodies.Of(stored));
        host.Clock.Advance(TimeSpan.FromHours(2));
        using var pass = await client.RunTaskAsync("sliding_window_org");
        var before = await client.GetStringAsync(Acme);
        using var second = await client.PutAsync(Acme, Bodies.Of(before));
        var after = await client.GetStringAsync(Acme);
        using var settings = JsonDocument.Parse(after);
        var target = settings.RootElement.GetProperty("target");

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        Assert.Equal(before, after);
        Assert.Equal(source, target.GetProperty("source").GetString());
        if (rate is not null)
            Assert.Equal(rate, target.GetProperty("rate").GetDouble());
        Assert.True(target.GetProperty("monthlyVolume").GetDouble() > 1000);
    }

    [Theory]
    [InlineData("""{"intensity":1.01}""", "intensity must be from 0 to 1")]
    [InlineData("""{"intensity":-0.01}""", "intensity must be from 0 to 1")]
    [InlineData("""{"monthlyBudget":-1}""", "monthlyBudget must be from 0")]
    [InlineData("""{"monthlyBudget":1e16}""", "monthlyBudget must be from 0")]
    [InlineData("""{"tiers":[]}""", "tiers must not be empty")]
    [InlineData("""{"tiers":[null]}""", "tiers[0] must be an object")]
    [InlineData("""{"tiers":[{"monthlyVolume":0,"rate":1}]}""", "tiers[0].monthlyVolume must be more than 0")]
    [InlineData("""{"tiers":[{"monthlyVolume":1,"rate":1.5}]}""", "tiers[0].rate must be from 0 to 1")]
    [InlineData("""{"tiers":[{"monthlyVolume":5,"rate":1},{"monthlyVolume":5,"rate":1}]}""", "tiers[1].monthlyVolume must be more than that of the tier before")]
    [InlineData("""{"tiers":[{"monthlyVolume":5,"rate":1},{"monthlyVolume":4,"rate":1}]}""", "tiers[1].monthlyVolume must be more than that of the tier before")]
    [InlineData("""{"tiers":[{"monthlyVolume":5,"rate":1,"unit":"k"}]}""", "'unit' is not a known member")]
    [InlineData("""{"biases":{"delivery":true}}""", "'delivery' is not a known member")]
    [InlineData("""{"biases":{"replays":"no"}}""", "biases.replays")]
    [InlineData("""{"biases":{"replays":1}}""", "biases.replays")]
    [InlineData("""{"biases":["replays"]}""", "biases")]
    [InlineData("""{"pins":[null]}""", "pins[0] must be an object")]
    [InlineData("""{"pins":[{"project":"","always":true}]}""", "pins[0].project must not be empty")]
    [InlineData("""{"pins":[{"always":true}]}""", "pins[0].project must not be empty")]
    [InlineData("""{"pins":[{"project":"p","transaction":"..","always":true}]}""", "pins[0].transaction must not be")]
    [InlineData("""{"pins":[{"project":"p"}]}""", "pins[0] must have either always, which is true, or maximumSampleRate")]
    [InlineData("""{"pins":[{"project":"p","always":true,"maximumSampleRate":1}]}""", "pins[0] must have either")]
    [InlineData("""{"pins":[{"project":"p","maximumSampleRate":1.1}]}""", "pins[0].maximumSampleRate must be from 0 to 1")]
    [InlineData("""{"pins":[{"project":"p","always":true},{"project":"p","maximumSampleRate":1}]}""", "pins[1] is about the same as an earlier one: project 'p'")]
    [InlineData("""{"pins":[{"project":"p","transaction":"t","always":true},{"project":"p","transaction":"t","always":true}]}""", "pins[1] is about the same as an earlier one: transaction 't' of project 'p'")]
    public async Task Put_BadMember_IsNamedAndChangesNothing(string body, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var first = await client.PutAsync(Acme, Bodies.Of(All));
        using var response = await client.PutAsync(Acme, Bodies.Of(body));
        using var after = await client.GetAsync(Acme);

        await HttpAssert.IsProblemAsync(response, HttpStatusCode.BadRequest, said);
        Assert.Equal(first.Headers.ETag, after.Headers.ETag);
    }

    [Fact]
    public async Task Put_TooManyTiersOrPins_IsNamed()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var tiers = await client.PutAsJsonAsync(Acme, new { tiers = Enumerable.Range(1, 101).Select(i => new { monthlyVolume = i, rate = 1 }) });
        using var pins = await client.PutAsJsonAsync(Acme, new { pins = Enumerable.Range(1, 1001).Select(i => new { project = $"p{i}", always = true }) });
        using var most = await client.PutAsJsonAsync(Acme, new { pins = Enumerable.Range(1, 1000).Select(i => new { project = $"p{i}", always = true }) });

        await HttpAssert.IsProblemAsync(tiers, HttpStatusCode.BadRequest, "tiers must be 100 at most, but are 101");
        await HttpAssert.IsProblemAsync(pins, HttpStatusCode.BadRequest, "pins must be 1000 at most, but are 1001");
        Assert.Equal(HttpStatusCode.OK, most.StatusCode);
    }

    [Fact]
    public async Task Put_UnreadableSettings_MendsThem()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 10));
        host.Sql("UPDATE organizations SET settings = '{\"targetSampleRate\":7}'");
        var broken = await client.GetJsonAsync(Acme);
        var sick = await client.GetJsonAsync("/health/ready");
        using var put = await client.PutAsJsonAsync(Acme, new { targetSampleRate = 0.5 });
        var well = await client.GetJsonAsync("/health/ready");

        Assert.Contains("targetSampleRate must be from 0 to 1", broken.GetProperty("settingsError").GetString(), StringComparison.Ordinal);
        Assert.False(broken.GetProperty("stored").GetBoolean());
        Assert.Equal("Degraded", sick.GetProperty("status").GetString());
        Assert.Equal(JsonValueKind.Null, (await put.ReadJsonAsync()).GetProperty("settingsError").ValueKind);
        Assert.Equal("Healthy", well.GetProperty("status").GetString());
    }
}
