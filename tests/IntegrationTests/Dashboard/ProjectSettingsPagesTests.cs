using System.Net;
using System.Net.Http.Json;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.Tests;

namespace DynamicSampling.IntegrationTests.Dashboard;

public sealed class ProjectSettingsPagesTests
{
    private const string Page = "/organizations/acme/services/check%20out/settings";
    private const string Form = "form#settings";
    private const string Api = "/api/organizations/acme/projects/check%20out";

    [Fact]
    public async Task Save_AllMembers_AreWhatTheHttpApiHas()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var saved = await client.SendFormAsync(
            await client.GetPageAsync(Page), Form, "save", ("targetSampleRate", "50"), ("minimumSampleRate", "1"), ("intensity", "0"), ("biases.replays", "off"), ("biases.transactions", "on"));
        var settings = await client.GetJsonAsync(Api);
        using var unchanged = await client.SendFormAsync(await client.GetPageAsync(saved.SeeOther()), Form, "save");

        Assert.Equal(
            (0.5, 0.01, 0.0, false, true),
            (settings.GetProperty("targetSampleRate").GetDouble(), settings.GetProperty("minimumSampleRate").GetDouble(), settings.GetProperty("intensity").GetDouble(),
                settings.GetProperty("biases").GetProperty("replays").GetBoolean(), settings.GetProperty("biases").GetProperty("transactions").GetBoolean()));
        unchanged.SeeOther();
        Assert.Equal(1, host.Count("audit"));
    }

    [Theory]
    [InlineData("targetSampleRate", "150", "Must be from 0 to 100 %")]
    [InlineData("minimumSampleRate", "x", "Must be a number")]
    [InlineData("intensity", "-1", "Must be from 0 to 100 %")]
    [InlineData("biases.replays", "maybe", "Must be on, off")]
    public async Task Save_BadValue_IsSaidAtItsFieldAndChangesNothing(string field, string value, string said)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.SendFormAsync(await client.GetPageAsync(Page), Form, "save", (field, value));
        var page = await response.ReadPageAsync(HttpStatusCode.BadRequest);

        Assert.StartsWith(said, page.ProblemAt(field), StringComparison.Ordinal);
        Assert.Equal((0, 0), (host.Count("projects"), host.Count("audit")));
    }

    [Fact]
    public async Task Save_TargetInModeOrganization_SaysThatItIsNotUsed()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("check out", 10));
        using var saved = await client.SendFormAsync(await client.GetPageAsync(Page), Form, "save", ("targetSampleRate", "50"));
        var unused = await client.GetPageAsync(saved.SeeOther());
        using var mode = await client.PutAsJsonAsync("/api/organizations/acme", new { mode = "project" });
        var used = await client.GetPageAsync(Page);

        Assert.Contains("not used", unused.QuerySelector(".notice.warn")!.Read(), StringComparison.Ordinal);
        Assert.Empty(used.QuerySelectorAll(".notice"));
        Assert.Contains("50.0 % of all traces, its own setting", used.QuerySelector(".head")!.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preview_Settings_ShowTheProjectOnlyAndStoreNothing()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("check out", 1000), ("other", 1000));
        using var mode = await client.PutAsJsonAsync("/api/organizations/acme", new { mode = "project", targetSampleRate = 0.1 });
        using var run = await client.RunTaskAsync("rebalance_orgs");
        using var response = await client.SendFormAsync(await client.GetPageAsync(Page), Form, "preview", ("targetSampleRate", "50"));
        var page = await response.ReadPageAsync();

        Assert.Equal("check out 1,000 10.0 % 50.0 % 100 500", Assert.Single(page.QuerySelectorAll("#preview tbody tr")).Read());
        Assert.False((await client.GetJsonAsync(Api)).GetProperty("stored").GetBoolean());
        Assert.Equal(1, host.Count("audit"));
    }

    [Fact]
    public async Task Save_OthersHaveBeenSavedMeanwhile_ShowsBoth()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var mine = await client.GetPageAsync(Page);
        using var theirs = await client.PutAsJsonAsync(Api, new { intensity = 0.5 });
        using var response = await client.SendFormAsync(mine, Form, "save", ("intensity", "30"));
        var stale = await response.ReadPageAsync(HttpStatusCode.PreconditionFailed);

        Assert.Equal("Balance of transactions, in % 50 30", stale.QuerySelector("#stale tbody tr")!.Read());
        Assert.Equal(0.5, (await client.GetJsonAsync(Api)).GetProperty("intensity").GetDouble());
    }

    [Fact]
    public async Task Reset_Confirmed_FollowsTheOrganization()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("acme", ("check out", 10));
        using var put = await client.PutAsJsonAsync(Api, new { intensity = 0.5 });
        var page = await client.GetPageAsync(Page);
        using var unconfirmed = await client.SendFormAsync(page, "form.confirm", "reset");
        using var withoutToken = await client.SendFormAsync(page, "form.confirm", "reset", ("confirm", "yes"), ("__RequestVerificationToken", null));
        var isStored = (await client.GetJsonAsync(Api)).GetProperty("stored").GetBoolean();
        using var dropped = await client.SendFormAsync(page, "form.confirm", "reset", ("confirm", "yes"));

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, true), (unconfirmed.StatusCode, withoutToken.StatusCode, isStored));
        dropped.SeeOther();
        Assert.False((await client.GetJsonAsync(Api)).GetProperty("stored").GetBoolean());
    }
}
