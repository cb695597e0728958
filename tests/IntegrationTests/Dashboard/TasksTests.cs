using System.Net;
using AngleSharp.Dom;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Authentication;
using Microsoft.AspNetCore.Hosting;

namespace DynamicSampling.IntegrationTests.Dashboard;

public sealed class TasksTests
{
    [Fact]
    public async Task Catalogue_AllTasks_CanBeRun()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        var page = await client.LookAsync("/tasks");

        Assert.Equal(7, page.QuerySelectorAll("section form[method=post]").Length);
        Assert.Equal(6, page.QuerySelectorAll("button[name=dryRun]").Length);
        Assert.Contains("Scheduling:Enabled", page.QuerySelector(".notice")!.TextContent, StringComparison.Ordinal);
        using var unknown = await client.GetAsHtmlAsync("/tasks/%3Cscript%3E");
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        Assert.Contains("There is no task '<script>'", (await unknown.ReadPageAsync(unknown.StatusCode)).QuerySelector("main")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Catalogue_Scheduled_SaysWhenTheNextTurnIs()
    {
        await using var host = new ApiHost(builder => builder.UseSetting("Scheduling:Enabled", "true")) { UsesSystemClock = true };
        using var client = host.CreateClient();
        var page = await client.LookAsync("/tasks");

        // Those that run by themselves come first.
        Assert.Equal(["rebalance_orgs", "collect_orgs", "custom_rule_notifications"], page.QuerySelectorAll("h2").Take(3).Select(heading => heading.TextContent));
        Assert.Contains("every 1 min, over all organizations; next ", string.Join(' ', page.QuerySelector("dl")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
        Assert.Empty(page.QuerySelectorAll(".notice"));
    }

    [Fact]
    public async Task Run_Dry_ShowsTheDifferenceAndIsThenRunForReal()
    {
        await using var host = new ApiHost();
        using var client = await host.WithVolumesAsync("a/b <c>", ("quiet", 10), ("loud", 990));
        var task = await client.LookAsync("/tasks/rebalance_orgs");
        Assert.Equal(["a/b <c>"], task.QuerySelectorAll("datalist option").Select(option => option.GetAttribute("value")));

        using var dry = await client.SubmitAsync(task.QuerySelector("form[method=post]"), ("organization", "a/b <c>"), ("maxSeconds", "5.5"), ("dryRun", "true"));
        var path = dry.Headers.Location!.OriginalString;
        var dryRun = await WaitAsync(client, path);
        var shown = await client.LookAsync(path);
        using var real = await client.SubmitAsync(shown.QuerySelector("form.to-publish"));
        var realRun = await WaitAsync(client, real.Headers.Location!.OriginalString);

        Assert.Equal((HttpStatusCode.SeeOther, HttpStatusCode.SeeOther), (dry.StatusCode, real.StatusCode));
        Assert.Equal((5.5, true), (dryRun.GetProperty("maxSeconds").GetDouble(), dryRun.GetProperty("result").GetProperty("dryRun").GetBoolean()));
        Assert.NotEmpty(shown.QuerySelectorAll("section[aria-labelledby=outcome] tbody tr"));
        Assert.Equal(("a/b <c>", false), (realRun.GetProperty("organization").GetString(), realRun.GetProperty("result").GetProperty("dryRun").GetBoolean()));
        Assert.Equal(1, host.Count("rate_versions"));
    }

    [Fact]
    public async Task Run_OfATaskWithoutADryRun_IsOneForReal()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var started = await client.SubmitAsync((await client.LookAsync("/tasks/collect_orgs")).QuerySelector("form[method=post]"), ("dryRun", "true"));

        Assert.Equal("completed", (await WaitAsync(client, started.Headers.Location!.OriginalString)).GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("organization", "..")]
    [InlineData("organization", "a\u0001")]
    [InlineData("maxSeconds", "soon")]
    [InlineData("maxSeconds", "0")]
    [InlineData("maxSeconds", "1,5")]
    [InlineData("maxSeconds", "NaN")]
    public async Task Run_WrongForm_Is400BesideTheFieldWithWhatWasTyped(string field, string typed)
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.SubmitAsync((await client.LookAsync("/tasks/rebalance_orgs")).QuerySelector("form[method=post]"), (field, typed));
        var page = await response.ReadPageAsync(response.StatusCode);
        var input = page.GetElementById("rebalance_orgs-" + field)!;

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(("true", typed), (input.GetAttribute("aria-invalid"), input.GetAttribute("value")));
        Assert.StartsWith(field, page.GetElementById(input.GetAttribute("aria-describedby")!)!.TextContent, StringComparison.Ordinal);
        Assert.Equal(0, host.Count("runs"));
    }

    [Fact]
    public async Task Run_WhileAnotherIsInProgress_LeadsToThatOne()
    {
        var release = new TaskCompletionSource();
        await using var host = new ApiHost(tasks: new ScriptedTask("slow", (_, _) => release.Task));
        using var client = host.CreateClient();
        var form = (await client.LookAsync("/tasks/slow")).QuerySelector("form[method=post]");
        using var first = await client.SubmitAsync(form);
        using var second = await client.SubmitAsync(form, ("organization", "acme"));
        var page = await second.ReadPageAsync(second.StatusCode);
        release.SetResult();

        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Equal(first.Headers.Location!.OriginalString, page.QuerySelector("[role=alert] a")!.GetAttribute("href"));
        Assert.Equal("acme", page.GetElementById("slow-organization")!.GetAttribute("value"));
    }

    [Fact]
    public async Task Run_WithoutAToken_IsRefused()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        using var response = await client.PostWithoutTokenAsync("/tasks/rebalance_orgs");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(0, host.Count("runs"));
    }

    [Fact]
    public async Task Keys_OfAnOrganization_StartRunsOverThatOnly()
    {
        await using var host = TestKeys.Host(["a"], TestKeys.Both("a"));
        using var client = host.CreateClient(TestKeys.Of("both", "a"));
        var form = (await client.LookAsync("/tasks/collect_orgs")).QuerySelector("form[method=post]");
        using var all = await client.SubmitAsync(form);
        using var foreign = await client.SubmitAsync(form, ("organization", "b"));
        using var own = await client.SubmitAsync(form, ("organization", "a"));
        using var reader = host.CreateClient(TestKeys.Of("read", "a"));
        var look = await reader.LookAsync("/tasks");

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden, HttpStatusCode.SeeOther), (all.StatusCode, foreign.StatusCode, own.StatusCode));
        Assert.Equal("true", (await foreign.ReadPageAsync(foreign.StatusCode)).GetElementById("collect_orgs-organization")!.GetAttribute("aria-invalid"));
        Assert.Empty(look.QuerySelectorAll("form"));
        Assert.Contains("scope operate", look.QuerySelector("section")!.TextContent, StringComparison.Ordinal);
    }

    private static Task<System.Text.Json.JsonElement> WaitAsync(HttpClient client, string path) =>
        client.WaitForAsync("/api" + path, run => run.GetProperty("status").GetString() != "running");
}
