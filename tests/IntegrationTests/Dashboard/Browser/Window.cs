using Microsoft.Playwright;

namespace DynamicSampling.IntegrationTests.Dashboard.Browser;

/// <summary>How somebody looks.</summary>
public sealed record WindowOptions
{
    public int Width { get; init; } = 1280;

    public int Height { get; init; } = 900;

    public bool IsDark { get; init; }

    public bool RunsScripts { get; init; } = true;

    public string TimeZone { get; init; } = "UTC";
}

/// <summary>A window of the browser. What its console says of errors, and of what the Content-Security-Policy refused, fails the test.</summary>
public sealed class Window : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _errors = [];

    public Window(IBrowserContext context, IPage page)
    {
        _context = context;
        Page = page;
        page.Console += (_, message) =>
        {
            // A page with a status of 4xx is one that a test has asked for.
            if (message.Type is "error" or "warning" && !message.Text.StartsWith("Failed to load resource: the server responded with a status of 4", StringComparison.Ordinal))
                _errors.Add($"{page.Url}: {message.Text}");
        };
        page.PageError += (_, error) => _errors.Add($"{page.Url}: {error}");
        page.RequestFailed += (_, request) =>
        {
            // A stream that is closed when its page goes is no failure.
            if (request.ResourceType != "eventsource" && request.Failure != "net::ERR_ABORTED")
                _errors.Add($"{request.Url}: {request.Failure}");
        };
    }

    public IPage Page { get; }

    /// <summary>How many pixels the page is wider than the window.</summary>
    public Task<int> OverflowAsync() => Page.EvaluateAsync<int>("() => Math.max(0, document.documentElement.scrollWidth - innerWidth)");

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Empty(_errors);
    }
}
