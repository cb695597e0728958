using DynamicSampling.IntegrationTests.Api;
using Microsoft.Playwright;

namespace DynamicSampling.IntegrationTests.Dashboard.Browser;

/// <summary>Triggering a task, watching its run, and cancelling it.</summary>
[Collection(nameof(Chromium))]
public sealed class RunsInBrowserTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Run_Triggered_IsWatchedUntilItEnds()
    {
        var (reached, letGo) = (new TaskCompletionSource(), new TaskCompletionSource());
        var task = new ScriptedTask("count_slowly", async (context, _) =>
        {
            await context.RunAsync("first_half", (_, _) => Task.CompletedTask);
            await context.RunAsync("second_half", (_, cancellationToken) =>
            {
                reached.SetResult();
                return letGo.Task.WaitAsync(cancellationToken);
            });
        });
        await using var host = new ApiHost(tasks: task) { UsesSystemClock = true };
        using var client = host.Listen();
        await using var window = await chromium.OpenAsync(client.BaseAddress!);
        var page = window.Page;

        await page.GotoAsync("/tasks");
        await page.GetByRole(AriaRole.Form, new() { Name = "Run count_slowly" }).GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();
        await reached.Task;

        Assert.Matches("/runs/[0-9a-f-]{36}$", page.Url);
        await Assertions.Expect(page.GetByRole(AriaRole.Rowheader, new() { Name = "second_half" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".badge.running")).ToBeVisibleAsync();

        // Nobody loads the page again.
        letGo.SetResult();
        await Assertions.Expect(page.Locator("main .badge.good").First).ToHaveTextAsync("completed");
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Cancel this run" })).ToBeHiddenAsync();
    }

    [BrowserTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_Canceled_EndsWithOrWithoutScripts(bool runsScripts)
    {
        var reached = new TaskCompletionSource();
        var task = new ScriptedTask("wait_for_ever", async (context, _) => await context.RunAsync("wait", async (_, cancellationToken) =>
        {
            reached.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        }).AsTask());
        await using var host = new ApiHost(tasks: task) { UsesSystemClock = true };
        using var client = host.Listen();
        await using var window = await chromium.OpenAsync(client.BaseAddress!, new() { RunsScripts = runsScripts });
        var page = window.Page;

        await page.GotoAsync("/tasks/wait_for_ever");
        await page.GetByRole(AriaRole.Button, new() { Name = "Run now" }).ClickAsync();
        await reached.Task;
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel this run" }).ClickAsync();
        var id = page.Url.Split('/')[^1];
        await client.WaitForAsync($"/api/runs/{id}", run => run.GetProperty("status").GetString() == "canceled");

        if (!runsScripts)
            await page.ReloadAsync();
        await Assertions.Expect(page.Locator(".figures .badge")).ToHaveTextAsync("canceled");
    }
}
