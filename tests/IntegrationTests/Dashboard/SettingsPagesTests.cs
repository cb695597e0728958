using System.Net;
using System.Net.Http.Json;
using AngleSharp.Html.Dom;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.Tests;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.Dashboard;

public sealed class SettingsPagesTests
{
    private const string Page = "/organizations/acme/settings";
    private const string Form = "form#settings";
    private const string Api = "/api/organizations/acme";

    public static TheoryData<string, string, string> Members() => new()
    {
        { "targetSampleRate=7", "targetSampleRate", "0.07" },
        { "targetSampleRate=0", "targetSampleRate", "0" },
        { "monthlyBudget=1 000 000", "monthlyBudget", "1000000" },
        { "minimumSampleRate=0.5", "minimumSampleRate", "0.005" },
        { "intensity=100", "intensity", "1" },
        { "mode=project", "mode", "project" },
        {
            "tiers[0].monthlyVolume=1000&tiers[0].rate=50&tiers[2].monthlyVolume=2000&tiers[2].rate=2.5", "tiers",
            """[{"monthlyVolume":1000,"rate":0.5},{"monthlyVolume":2000,"rate":0.025}]"""
        },
        {
            "pins[1].project=a/b%25<script>&pins[1].kind=always", "pins",
            """[{"project":"a/b%25<script>","transaction":null,"always":true,"maximumSampleRate":null,"until":null}]"""
        },
        {
            "pins[0].project=p&pins[0].transaction=GET /&pins[0].kind=atMost&pins[0].maximumSampleRate=1&pins[0].until=2026-11-23T10:00", "pins",
            """[{"project":"p","transaction":"GET /","always":false,"maximumSampleRate":0.01,"until":"2026-11-23T10:00:00Z"}]"""
        },
    };

    [Theory]
    [MemberData(nameof(Members))]
    public async Task Save_Member_IsWhatTheHttpApiHas(string typed, string member, string expected)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var saved = await client.SendFormAsync(await client.GetPageAsync(Page), Form, "save", Fields(typed));
        var after = await client.GetPageAsync(saved.SeeOther());
        var again = await client.GetPageAsync(Page);
        var tag = await TagAsync(client);
        using var unchanged = await client.SendFormAsync(again, Form, "save");

        Assert.Equal($"{Page}?done=saved", saved.SeeOther());
        Assert.StartsWith("Saved.", after.QuerySelector(".notice.good p")!.Read(), StringComparison.Ordinal);
        Assert.Equal(expected, (await client.GetJsonAsync(Api)).GetProperty(member).ToString());
        // What is shown is what is stored: saving it again changes nothing.
        unchanged.SeeOther();
        Assert.Equal(tag, await TagAsync(client));
        Assert.Equal(1, host.Count("audit"));
    }

    [Theory]
    [InlineData("customRules")]
    [InlineData("healthChecks")]
    [InlineData("replays")]
    [InlineData("environments")]
    [InlineData("recalibration")]
    [InlineData("latestReleases")]
    [InlineData("transactions")]
    [InlineData("minimumSampleRate")]
    public async Task Save_Switch_IsWhatTheHttpApiHas(string bias)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var off = await client.SendFormAsync(await client.GetPageAsync(Page), Form, "save", ($"biases.{bias}", null));
        var afterOff = (await client.GetJsonAsync(Api)).GetProperty("biases");
        using var on = await client.SendFormAsync(await client.GetPageAsync(Page), Form, "save", ($"biases.{bias}", "on"));
        var afterOn = (await client.GetJsonAsync(Api)).GetProperty("biases");

        Assert.Equal([bias], afterOff.EnumerateObject().Where(member => !member.Value.GetBoolean()).Select(member => member.Name));
        Assert.All(afterOn.EnumerateObject(), member => Assert.True(member.Value.GetBoolean()));
    }

    [Theory]
    [InlineData("targetSampleRate=150", "targetSampleRate", "Must be from 0 to 100 %, but is 150 %.")]
    [InlineData("targetSampleRate=a lot", "targetSampleRate", "Must be a number")]
    [InlineData("targetSampleRate=0,5", "targetSampleRate", "Must be a number")]
    [InlineData("minimumSampleRate=-1", "minimumSampleRate", "Must be from 0 to 100 %")]
    [InlineData("intensity=NaN", "intensity", "Must be a number")]
    [InlineData("monthlyBudget=1e16", "monthlyBudget", "Must be from 0 to 1000000000000000")]
    [InlineData("tiers[0].monthlyVolume=0&tiers[0].rate=1", "tiers[0].monthlyVolume", "Must be more than 0")]
    [InlineData("tiers[0].rate=1", "tiers[0].monthlyVolume", "Fill in both, or neither.")]
    [InlineData("tiers[0].monthlyVolume=5&tiers[0].rate=1&tiers[1].monthlyVolume=4&tiers[1].rate=1", "tiers[1].monthlyVolume", "tiers ascend")]
    [InlineData("tiers[0].monthlyVolume=5&tiers[0].rate=101", "tiers[0].rate", "Must be from 0 to 100 %")]
    [InlineData("pins[0].transaction=x", "pins[0].project", "Must not be empty.")]
    [InlineData("pins[0].project=p&pins[0].transaction=..", "pins[0].transaction", "Must not be '.' or '..'.")]
    [InlineData("pins[0].project=p&pins[0].kind=atMost", "pins[0].maximumSampleRate", "Say above which rate")]
    [InlineData("pins[0].project=p&pins[0].kind=atMost&pins[0].maximumSampleRate=200", "pins[0].maximumSampleRate", "Must be from 0 to 100 %")]
    [InlineData("pins[0].project=p&pins[0].until=soon", "pins[0].until", "Must be a date and time")]
    [InlineData("pins[0].project=p&pins[1].project=p", "pins[1].project", "Is about the same as an earlier one")]
    public async Task Change_BadValue_IsSaidAtItsFieldAndChangesNothing(string typed, string field, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var put = await client.PutAsJsonAsync(Api, new { targetSampleRate = 0.25 });
        var tag = await TagAsync(client);
        foreach (var action in new[] { "save", "preview" })
        {
            using var response = await client.SendFormAsync(await client.GetPageAsync(Page), Form, action, Fields(typed));
            var page = await response.ReadPageAsync(HttpStatusCode.BadRequest);

            Assert.Contains(said, page.ProblemAt(field), StringComparison.Ordinal);
            Assert.Equal("true", page.QuerySelector($"[name='{field}']")!.GetAttribute("aria-invalid"));
            Assert.NotEmpty(page.QuerySelectorAll("#problems a"));
            Assert.All(Fields(typed), typed => Assert.Equal(typed.Value, ValueOf(page, typed.Name)));
        }

        Assert.Equal(tag, await TagAsync(client));
        Assert.Equal(1, host.Count("audit"));
    }

    [Fact]
    public async Task Change_NoSuchMode_IsSaidAndChangesNothing()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.SendFormAsync(await client.GetPageAsync(Page), Form, "save", ("mode", "both"));
        var page = await response.ReadPageAsync(HttpStatusCode.BadRequest);

        Assert.Contains("Must be organization or project.", page.QuerySelector("#f-mode .problem")!.Read(), StringComparison.Ordinal);
        Assert.Equal(0, host.Count("organizations"));
    }

    [Fact]
    public async Task Preview_Settings_ShowsWhatTheNextPassDoesAndStoresNothing()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("quiet", 10), ("busy", 990));
        using var put = await client.PutAsJsonAsync(Api, new { targetSampleRate = 0.1 });
        using var run = await client.RunTaskAsync("rebalance_orgs", new { organization = "acme" });
        var before = (await TagAsync(client), host.Count("audit"), host.Count("rate_versions"), host.Count("runs"));
        using var response = await client.SendFormAsync(await client.GetPageAsync(Page), Form, "preview", ("targetSampleRate", "50"), ("biases.replays", null));
        var preview = (await response.ReadPageAsync()).QuerySelector("#preview")!.Read();
        var after = (await TagAsync(client), host.Count("audit"), host.Count("rate_versions"), host.Count("runs"));

        Assert.Contains("10.0 % → 50.0 %", preview, StringComparison.Ordinal);
        Assert.Contains("100 → 500", preview, StringComparison.Ordinal);
        Assert.Contains("busy 990 9.09 % 49.5 % 90 490", preview, StringComparison.Ordinal);
        Assert.Contains("rules document only", preview, StringComparison.Ordinal);
        Assert.Equal(before, after);
    }

    [Fact]
    public async Task Preview_TierOfTheVolume_KnowsTheTargetBeforeAnyPassDoes()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 1_000_000));
        host.Clock.Advance(TimeSpan.FromHours(2));
        using var more = await client.PostAsJsonAsync("/api/volumes", new[] { new { organization = "acme", project = "p", transaction = "GET /", total = 1_000_000 } });
        using var response = await client.SendFormAsync(
            await client.GetPageAsync(Page), Form, "preview", ("tiers[0].monthlyVolume", "1000"), ("tiers[0].rate", "100"), ("tiers[1].monthlyVolume", "2000"), ("tiers[1].rate", "1"));
        var preview = (await response.ReadPageAsync()).QuerySelector("#preview")!.Read();

        Assert.Contains("10.0 % → 1.00 %", preview, StringComparison.Ordinal);
        Assert.Contains("the service's default → its volume, by tiers", preview, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preview_OrganizationThatNobodyHasSeen_SaysThatThereAreNoVolumesAndMakesNone()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.SendFormAsync(await client.GetPageAsync(Page), Form, "preview", ("targetSampleRate", "50"));
        var page = await response.ReadPageAsync();

        Assert.Contains("no traffic in the last hour", page.QuerySelector("#preview")!.Read(), StringComparison.Ordinal);
        Assert.Equal("50", ValueOf(page, "targetSampleRate"));
        Assert.Equal((0, 0), (host.Count("organizations"), host.Count("audit")));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("nonsense")]
    public async Task Change_WithoutItsToken_IsRefused(string? token)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.SendFormAsync(
            await client.GetPageAsync(Page), Form, "save", ("targetSampleRate", "50"), ("__RequestVerificationToken", token));
        var page = await response.ReadPageAsync(HttpStatusCode.BadRequest);

        Assert.Contains("antiforgery token", page.QuerySelector("main")!.Read(), StringComparison.Ordinal);
        Assert.Equal(0, host.Count("organizations"));
    }

    [Fact]
    public async Task Save_OthersHaveBeenSavedMeanwhile_ShowsBothAndCanGoOn()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var first = await client.PutAsJsonAsync(Api, new { targetSampleRate = 0.25, intensity = 0.5 });
        var mine = await client.GetPageAsync(Page);
        using var theirs = await client.PutAsJsonAsync(Api, new { targetSampleRate = 0.75 });
        var tag = await TagAsync(client);
        using var response = await client.SendFormAsync(mine, Form, "save", ("targetSampleRate", "30"));
        var stale = await response.ReadPageAsync(HttpStatusCode.PreconditionFailed);
        var after = await TagAsync(client);
        using var again = await client.SendFormAsync(stale, Form, "save");

        Assert.Equal(
            ["Keep, in % of all traces 75 30", "Balance of transactions, in % empty 50"], stale.QuerySelectorAll("#stale tbody tr").Select(row => row.Read()));
        Assert.Equal("30", ValueOf(stale, "targetSampleRate"));
        Assert.Equal(tag, after);
        again.SeeOther();
        Assert.Equal(0.3, (await client.GetJsonAsync(Api)).GetProperty("targetSampleRate").GetDouble());
    }

    [Fact]
    public async Task Preview_OthersHaveBeenSavedMeanwhile_DoesNotHideThatFromSave()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var mine = await client.GetPageAsync(Page);
        using var theirs = await client.PutAsJsonAsync(Api, new { targetSampleRate = 0.75 });
        using var preview = await client.SendFormAsync(mine, Form, "preview", ("targetSampleRate", "30"));
        using var save = await client.SendFormAsync(await preview.ReadPageAsync(), Form, "save");

        await save.ReadPageAsync(HttpStatusCode.PreconditionFailed);
        Assert.Equal(0.75, (await client.GetJsonAsync(Api)).GetProperty("targetSampleRate").GetDouble());
    }

    [Fact]
    public async Task Reset_Confirmed_DropsTheSettingsAndKeepsTheData()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 10));
        using var put = await client.PutAsJsonAsync(Api, new { targetSampleRate = 0.25 });
        var page = await client.GetPageAsync(Page);
        using var unconfirmed = await client.SendFormAsync(page, "form.confirm", "reset");
        using var stale = await client.SendFormAsync(page, "form.confirm", "reset", ("confirm", "yes"), ("version", "\"other\""));
        var kept = await TagAsync(client);
        using var dropped = await client.SendFormAsync(page, "form.confirm", "reset", ("confirm", "yes"));

        Assert.Contains("tick the box", (await unconfirmed.ReadPageAsync(HttpStatusCode.BadRequest)).QuerySelector(".notice.bad")!.Read(), StringComparison.Ordinal);
        Assert.Contains("somebody else", (await stale.ReadPageAsync(HttpStatusCode.PreconditionFailed)).QuerySelector(".notice.bad")!.Read(), StringComparison.Ordinal);
        Assert.NotNull(kept);
        Assert.Equal($"{Page}?done=dropped", dropped.SeeOther());
        Assert.Null(await TagAsync(client));
        Assert.Equal(1, host.Count("volumes"));
        Assert.Null((await client.GetPageAsync(Page)).QuerySelector("form.confirm"));
    }

    [Fact]
    public async Task Page_UnreadableSettings_CanBeSavedAnew()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("p", 10));
        host.Sql("UPDATE organizations SET settings = '{\"targetSampleRate\":2}'");
        var page = await client.GetPageAsync(Page);
        using var saved = await client.SendFormAsync(page, Form, "save", ("targetSampleRate", "20"));

        Assert.Contains("must be from 0 to 1, but is 2", page.QuerySelector(".notice.bad")!.Read(), StringComparison.Ordinal);
        saved.SeeOther();
        Assert.Equal(0.2, (await client.GetJsonAsync(Api)).GetProperty("targetSampleRate").GetDouble());
    }

    [Fact]
    public async Task Page_Changes_SayWhoHasChangedWhat()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var saved = await client.SendFormAsync(await client.GetPageAsync(Page), Form, "save", ("targetSampleRate", "20"));
        var line = (await client.GetPageAsync(Page)).QuerySelector(".changes > li")!.Read();

        Assert.StartsWith("Settings saved by anonymous,", line, StringComparison.Ordinal);
        Assert.Contains("targetSampleRate: not set → 0.2", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("π ✓ \"'&")]
    public async Task Save_NameOfAnyKind_IsAboutThatOrganization(string name)
    {
        await using var host = new ApiHost();
        using var client = host.Browse();
        var path = $"/organizations/{Uri.EscapeDataString(name)}/settings";
        using var saved = await client.SendFormAsync(await client.GetPageAsync(path), Form, "save", ("targetSampleRate", "20"));
        var after = await client.GetPageAsync(saved.SeeOther());
        var project = $"/organizations/{Uri.EscapeDataString(name)}/services/{Uri.EscapeDataString(name)}/settings";
        using var savedToo = await client.SendFormAsync(await client.GetPageAsync(project), Form, "save", ("intensity", "20"));
        var settings = await client.GetJsonAsync($"/api/organizations/{Uri.EscapeDataString(name)}/projects/{Uri.EscapeDataString(name)}");

        Assert.Equal((project + "?done=saved", 0.2), (savedToo.SeeOther(), settings.GetProperty("intensity").GetDouble()));
        Assert.Contains(name, after.QuerySelector("nav.sub")!.Read(), StringComparison.Ordinal);
        Assert.Equal(name, after.QuerySelector(".notice.good input[name=organization]")!.GetAttribute("value"));
        Assert.Equal(0.2, (await client.GetJsonAsync($"/api/organizations/{Uri.EscapeDataString(name)}")).GetProperty("targetSampleRate").GetDouble());
        Assert.Empty(after.QuerySelectorAll("script:not([src]), [style]"));
    }

    [Fact]
    public async Task Save_NoRoomForAnotherOrganization_KeepsWhatWasTyped()
    {
        await using var host = new ApiHost(web => web.UseSetting("Limits:MaxOrganizations", "1"));
        using var client = await host.WithVolumesAsync("other", ("p", 1));
        using var response = await client.SendFormAsync(await client.GetPageAsync(Page), Form, "save", ("targetSampleRate", "20"));
        var page = await response.ReadPageAsync(HttpStatusCode.BadRequest);

        Assert.Contains("Limits:MaxOrganizations", page.QuerySelector(".notice.bad")!.Read(), StringComparison.Ordinal);
        Assert.Equal("20", ValueOf(page, "targetSampleRate"));
    }

    [Fact]
    public async Task Save_MostPins_Fits()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var put = await client.PutAsJsonAsync(Api, new { pins = Enumerable.Range(0, 1000).Select(i => new { project = $"project-{i}", always = true }) });
        using var saved = await client.SendFormAsync(await client.GetPageAsync(Page), Form, "save", ("targetSampleRate", "20"));

        saved.SeeOther();
        Assert.Equal(1000, (await client.GetJsonAsync(Api)).GetProperty("pins").GetArrayLength());
    }

    private static async Task<string?> TagAsync(HttpClient client)
    {
        using var response = await client.GetAsync(Api);
        return response.Headers.ETag?.Tag;
    }

    private static (string Name, string? Value)[] Fields(string typed) =>
        [.. typed.Split('&').Select(field => field.Split('=', 2)).Select(parts => (parts[0], (string?)parts[1]))];

    private static string ValueOf(IHtmlDocument page, string field) => page.QuerySelector($"[name='{field}']") switch
    {
        IHtmlSelectElement select => select.Value ?? "",
        var input => ((IHtmlInputElement)input!).Value,
    };
}
