using Microsoft.Playwright;

namespace DynamicSampling.IntegrationTests.Dashboard.Browser;

/// <summary>
/// The machine's own Chromium, which all tests share. Where there is none, tests that need it are skipped, unless
/// <c>DYNAMIC_SAMPLING_TESTS_REQUIRE</c> is <c>all</c>: then they fail.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string PathVariable = "DYNAMIC_SAMPLING_TESTS_CHROMIUM";

    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    private static readonly Lazy<string?> Executable = new(Find);

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Why tests cannot run and need not; null when they are to run.</summary>
    public static string? ReasonToSkip =>
        Executable.Value is null && !string.Equals(Environment.GetEnvironmentVariable("DYNAMIC_SAMPLING_TESTS_REQUIRE"), "all", StringComparison.Ordinal)
            ? $"There is no Chromium (Debian: the package chromium), and {PathVariable} names none."
            : null;

    /// <summary>A window of its own: nothing is left in it of other tests.</summary>
    public async Task<Window> OpenAsync(Uri address, WindowOptions? options = null)
    {
        var wanted = options ?? new();
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = address.AbsoluteUri,
            ViewportSize = new() { Width = wanted.Width, Height = wanted.Height },
            ColorScheme = wanted.IsDark ? ColorScheme.Dark : ColorScheme.Light,
            JavaScriptEnabled = wanted.RunsScripts,
            TimezoneId = wanted.TimeZone,
            Locale = "en-GB",
            ReducedMotion = ReducedMotion.Reduce,
        });
        return new(context, await context.NewPageAsync());
    }

    public async Task InitializeAsync()
    {
        if (ReasonToSkip is not null)
            return;
        Assert.True(Executable.Value is not null, $"There is no Chromium (Debian: the package chromium), and {PathVariable} names none.");
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Executable.Value,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    private static string? Find() =>
        Environment.GetEnvironmentVariable(PathVariable) is { Length: > 0 } named
            ? File.Exists(named) ? named : null
            : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
                .SelectMany(folder => Names.Select(name => Path.Combine(folder, name)))
                .FirstOrDefault(File.Exists);
}

/// <summary>Tests that share the browser.</summary>
[CollectionDefinition(nameof(Chromium))]
public sealed class TestsInBrowser : ICollectionFixture<Chromium>;

/// <summary>A test in a real browser; see <see cref="Chromium"/>.</summary>
internal sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Chromium.ReasonToSkip;
}

/// <summary>A test in a real browser, once for each row of data.</summary>
internal sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute() => Skip = Chromium.ReasonToSkip;
}
