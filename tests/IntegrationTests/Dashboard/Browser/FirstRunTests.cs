using System.Net.Http.Json;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.Playwright;

namespace DynamicSampling.IntegrationTests.Dashboard.Browser;

/// <summary>From a service that knows nothing to a rate that somebody has set.</summary>
[Collection(nameof(Chromium))]
public sealed class FirstRunTests(Chromium chromium)
{
    [BrowserTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FirstRun_FollowingThePage_LeadsToAFirstRateWithOrWithoutScripts(bool runsScripts)
    {
        await using var host = new ApiHost { UsesSystemClock = true };
        using var client = host.Listen();
        await using var window = await chromium.OpenAsync(client.BaseAddress!, new() { RunsScripts = runsScripts });
        var page = window.Page;

        await page.GotoAsync("/");
        // Its command has this service's own address, and is a line of a shell: its body is what is posted.
        var command = await page.Locator("pre", new() { HasText = "/api/volumes" }).First.TextContentAsync();
        Assert.Contains(client.BaseAddress!.Authority, command, StringComparison.Ordinal);
        using var posted = await client.PostAsync("/api/volumes", new StringContent(BodyOf(command!), mediaType: new("application/json")));
        Assert.True(posted.IsSuccessStatusCode, await posted.Content.ReadAsStringAsync());

        await page.GetByRole(AriaRole.Link, new() { Name = "Tasks", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Form, new() { Name = "Run rebalance_orgs" }).GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();
        await client.WaitForAsync($"/api/runs/{page.Url.Split('/')[^1]}", run => run.GetProperty("status").GetString() == "completed");

        await page.GetByRole(AriaRole.Link, new() { Name = "Overview", Exact = true }).First.ClickAsync();
        await page.GetByRole(AriaRole.Navigation, new() { Name = "Organization" }).GetByRole(AriaRole.Link, new() { Name = "Services" }).ClickAsync();
        await Assertions.Expect(page.Locator("table.rates tbody tr").First).ToContainTextAsync("%");
        await page.Locator("table.rates tbody a").First.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Its rate" })).ToBeVisibleAsync();
    }

    [BrowserTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Settings_Changed_AreSeenBeforeAndTakeEffect(bool runsScripts)
    {
        await using var host = await FilledHost.ListenAsync();
        await using var window = await chromium.OpenAsync(host.Address, new() { RunsScripts = runsScripts });
        var page = window.Page;
        var settings = host.Path("/organizations/{org}/settings");
        var target = page.Locator("input[name=targetSampleRate]");

        await page.GotoAsync(settings);
        await target.FillAsync("120");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(target).ToHaveAttributeAsync("aria-invalid", "true");
        await Assertions.Expect(target).ToHaveValueAsync("120");

        await target.FillAsync("20");
        await page.GetByRole(AriaRole.Button, new() { Name = "Preview" }).First.ClickAsync();
        await Assertions.Expect(page.Locator(".effect")).ToContainTextAsync("20.0 %");
        Assert.Equal(0.05, await TargetAsync(host));

        await page.Locator("form#settings").GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator(".notice.good")).ToContainTextAsync("Saved");
        Assert.Equal(0.2, await TargetAsync(host));
    }

    private static async Task<double> TargetAsync(FilledHost host) =>
        (await host.Client.GetJsonAsync(host.Path("/api/organizations/{org}"))).GetProperty("targetSampleRate").GetDouble();

    // What is between the quotes of the shell after -d.
    private static string BodyOf(string command)
    {
        var start = command.IndexOf("-d '", StringComparison.Ordinal) + 4;
        return command[start..command.LastIndexOf('\'')];
    }
}
