using System.Collections.Concurrent;
using System.Diagnostics;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.IntegrationTests.Authentication;

public class SecretsTests
{
    private const string Wrong = "wrong-0123456789abcdef";

    [Fact]
    public async Task Logs_OfEveryLevel_HaveNoKey()
    {
        var log = new EveryLine();
        await using var host = TestKeys.Host(["acme"], builder => builder.ConfigureLogging(logging =>
            // The server's own lines about requests have the path as it came; docs/security.md says so.
            logging.SetMinimumLevel(LogLevel.Trace).AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning).AddProvider(log)));
        foreach (var key in (string[])[TestKeys.Root, TestKeys.Of("sample", "acme"), Wrong])
        {
            using var client = host.CreateClient(key);
            foreach (var path in (string[])["/api/organizations", "/sampling?service=a", "/o/other/sampling?service=a", "/nothing"])
                (await client.GetAsync(path)).Dispose();
            using var nobody = host.CreateClient();
            (await nobody.GetAsync($"/k/{key}/sampling?service=a")).Dispose();
            (await nobody.GetAsync($"/k/{key}/api/organizations")).Dispose();
            (await nobody.GetAsync($"/k/{key}/nothing")).Dispose();
        }

        Assert.True(log.Lines.Count > 20, $"{log.Lines.Count} lines");
        Assert.DoesNotContain(log.Lines, line => line.Contains("0123456789abcdef", StringComparison.Ordinal) && !IsStartup(line));
    }

    [Fact]
    public async Task Traces_OfRequestsWithAKeyInThePath_HaveNoKey()
    {
        var tags = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => tags.Enqueue($"{activity.DisplayName} {string.Join(' ', activity.TagObjects)}"),
        };
        ActivitySource.AddActivityListener(listener);
        await using var host = TestKeys.Host([]);
        using var client = host.CreateClient();
        (await client.GetAsync($"/k/{Wrong}/sampling?service=only-here")).Dispose();
        (await client.GetAsync($"/k/{TestKeys.Of("sample")}/sampling?service=only-here")).Dispose();

        Assert.Contains(tags, tag => tag.Contains("url.path, /sampling]", StringComparison.Ordinal));
        Assert.DoesNotContain(tags, tag => tag.Contains("0123456789abcdef", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Answers_ToAPathThatIsOnlyAKey_DoNotHaveIt()
    {
        await using var host = TestKeys.Host([]);
        using var client = host.CreateClient();
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        using var response = await client.GetAsync($"/k/{Wrong}");

        Assert.Equal("/sign-in?returnUrl=%2F", response.Headers.Location?.OriginalString);
    }

    // The settings of tests have a key in the name of its section, which nobody else does.
    private static bool IsStartup(string line) => line.Contains("Authentication:ApiKeys:", StringComparison.Ordinal);

    private sealed class EveryLine : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
