using DynamicSampling.IntegrationTests.Authentication;
using Microsoft.Playwright;

namespace DynamicSampling.IntegrationTests.Dashboard.Browser;

/// <summary>Where keys are asked for.</summary>
[Collection(nameof(Chromium))]
public sealed class SignInTests(Chromium chromium)
{
    [BrowserFact]
    public async Task SignIn_KeyThatMayOnlyLook_SeesPagesAndNoButtons()
    {
        await using var host = TestKeys.Host(["acme", "other"]);
        using var client = host.Listen();
        await using var window = await chromium.OpenAsync(client.BaseAddress!);
        var page = window.Page;

        await page.GotoAsync("/tasks?x=1");
        await page.GetByLabel("Key").FillAsync(TestKeys.Of("read"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();

        Assert.EndsWith("/tasks?x=1", page.Url, StringComparison.Ordinal);
        await Assertions.Expect(page.GetByRole(AriaRole.Heading, new() { Name = "custom_rule_notifications" })).ToBeVisibleAsync();
        Assert.Equal(1, await page.Locator("header a[href='/sign-in']").CountAsync());
        Assert.Equal(0, await page.Locator("main form[method=post]").CountAsync());
    }
}
