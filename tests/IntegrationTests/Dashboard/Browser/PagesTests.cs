using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;

namespace DynamicSampling.IntegrationTests.Dashboard.Browser;

/// <summary>What a browser, and axe in it, says of every page.</summary>
[Collection(nameof(Chromium))]
public sealed class PagesTests(Chromium chromium)
{
    // What is right need not be told, which takes most of the time.
    private static readonly AxeRunOptions Violations = new() { ResultTypes = new HashSet<ResultType> { ResultType.Violations } };

    [BrowserTheory]
    [InlineData(1280, 900, false)]
    [InlineData(360, 740, true)]
    public async Task Pages_All_AreAccessibleAndFitTheWindow(int width, int height, bool isDark) => Nothing(await LookAsync(new() { Width = width, Height = height, IsDark = isDark }, isAsked: true));

    [BrowserFact]
    public async Task Pages_All_FitALargeWindow() => Nothing(await LookAsync(new() { Width = 3840, Height = 2160 }, isAsked: false));

    // Assert.Empty would say the first words only.
    private static void Nothing(string wrong) => Assert.True(wrong.Length == 0, wrong);

    // One line for each thing that is wrong; nothing when all is well.
    private async Task<string> LookAsync(WindowOptions options, bool isAsked)
    {
        await using var host = await FilledHost.ListenAsync();
        await using var window = await chromium.OpenAsync(host.Address, options);
        var wrong = new List<string>();
        foreach (var path in DashboardPages.ListOf(host.Api).Select(host.Path).Append("/nothing-here"))
        {
            await window.Page.GotoAsync(path);
            if (await window.Page.Locator("h1").CountAsync() != 1)
                wrong.Add($"{path} has not one heading");
            if (await window.OverflowAsync() is > 0 and var pixels)
                wrong.Add($"{path} is {pixels} pixels too wide");
            if (isAsked)
                wrong.AddRange((await window.Page.RunAxe(Violations)).Violations.Select(violation => $"{path}: {Describe(violation)}"));
        }

        return string.Join('\n', wrong);
    }

    private static string Describe(AxeResultItem violation) =>
        $"{violation.Impact} {violation.Id}: {violation.Help}\n{string.Join('\n', violation.Nodes.Select(node => $"  {node.Target}: {node.Html}"))}";
}
