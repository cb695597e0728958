using System.Diagnostics;
using System.Net;
using DynamicSampling.Sampler.Service;
using OpenTelemetry.Trace;

namespace DynamicSampling.Tests.Sampler;

/// <summary>Rates from the service, and all that may come instead.</summary>
public sealed class PollTests
{
    public static TheoryData<string, string> Nonsense => new()
    {
        { "nothing", "" },
        { "no JSON", "<html>" },
        { "half of it", FakeService.Strategy(0.5)[..^1] },
        { "null", "null" },
        { "an array", "[]" },
        { "an empty object", "{}" },
        { "a rate limit", """{"strategyType":"RATE_LIMITING","rateLimitingSampling":{"maxTracesPerSecond":2}}""" },
        { "a text as a rate", """{"probabilisticSampling":{"samplingRate":"0.5"}}""" },
        { "a rate above 1", FakeService.Strategy(1.0000001) },
        { "a rate below 0", FakeService.Strategy(-0.1) },
        { "an endless rate", """{"probabilisticSampling":{"samplingRate":1e999}}""" },
        { "no number", """{"probabilisticSampling":{"samplingRate":NaN}}""" },
        { "one bad rate of many", FakeService.Strategy(0.5, ("a", 0.1), ("b", 2)) },
        { "an operation without name", """{"operationSampling":{"defaultSamplingProbability":0.5,"perOperationStrategies":[{"probabilisticSampling":{"samplingRate":1}}]}}""" },
        { "an operation without rate", """{"operationSampling":{"defaultSamplingProbability":0.5,"perOperationStrategies":[{"operation":"a"}]}}""" },
        { "a name that is no Unicode", """{"operationSampling":{"defaultSamplingProbability":0.5,"perOperationStrategies":[{"operation":"\ud800","probabilisticSampling":{"samplingRate":1}}]}}""" },
        { "operations in an object", """{"operationSampling":{"defaultSamplingProbability":0.5,"perOperationStrategies":{}}}""" },
        { "no default rate", """{"operationSampling":{"perOperationStrategies":[]}}""" },
        { "10,000 operations", FakeService.Strategy(0.5, [.. Enumerable.Range(0, 10_000).Select(i => ($"operation {i}", 0.1))]) },
        { "more than fits", new string(' ', (4 * 1024 * 1024) + 1) },
        { "much too deep", new string('[', 100_000) },
    };

    [Fact]
    public async Task Rates_OfTheService_AreFollowed()
    {
        using var host = new SamplerHost();
        host.Service.Rates = FakeService.Strategy(0.5, ("often", 0.1), ("rare", 1), ("never", 0));
        await host.SettleAsync();

        Assert.Equal(0.1, host.KeptShareOf("often"), 0.03);
        Assert.Equal(1, host.KeptShareOf("rare"));
        Assert.Equal(0, host.KeptShareOf("never"));
        Assert.Equal(0.5, host.KeptShareOf("else"), 0.04);
        Assert.Equal(new Uri("http://sampling.example:5000/o/acme/sampling?service=checkout"), Assert.Single(host.Service.Polls).Uri);

        host.Service.Rates = FakeService.Strategy(0, ("often", 1));
        await host.NextAsync();
        Assert.Equal((1, 0), (host.KeptShareOf("often"), host.KeptShareOf("else")));
        Assert.Empty(host.Logs.Entries);
    }

    [Fact]
    public async Task Rates_BeforeTheFirstAnswer_AreTheInitialOne()
    {
        using var host = new SamplerHost(options => options.InitialSampleRate = 0.25);
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Service.OnPoll = async (_, cancellationToken) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return new(HttpStatusCode.OK);
        };
        _ = host.Sampler;
        await asked.Task;

        Assert.Equal(0.25, host.KeptShareOf("work"), 0.03);
    }

    [Fact]
    public async Task Polls_SameRates_AreNotSentAgain()
    {
        using var host = new SamplerHost();
        await host.NextAsync();
        await host.NextAsync();

        Assert.Equal([null, FakeService.TagOf(host.Service.Rates), FakeService.TagOf(host.Service.Rates)], host.Service.Polls.Select(poll => poll.Headers.GetValueOrDefault("If-None-Match")));
        Assert.Equal(0.5, host.KeptShareOf("work"), 0.04);
    }

    [Fact]
    public async Task Polls_Requests_CarryTheKeyAndNoTrace()
    {
        // Whoever makes the sampler may be in a trace.
        using var activity = new Activity("start").Start();
        using var host = new SamplerHost(options => (options.ApiKey, options.ServiceName) = ("secret-key", "a&b c/é"));
        await host.SettleAsync();

        var poll = Assert.Single(host.Service.Polls);
        Assert.Equal("Bearer secret-key", poll.Headers["Authorization"]);
        Assert.StartsWith("DynamicSampling.Sampler/", poll.Headers["User-Agent"], StringComparison.Ordinal);
        Assert.Equal("?service=a%26b%20c%2F%C3%A9", poll.Uri.Query);
        Assert.DoesNotContain("traceparent", poll.Headers.Keys);
    }

    [Theory]
    [MemberData(nameof(Nonsense))]
    public async Task Answer_Nonsense_IsRefusedAsAWholeAndTheOldRatesStay(string what, string body)
    {
        using var host = new SamplerHost();
        host.Service.Rates = FakeService.Strategy(0, ("a", 1));
        await host.SettleAsync();
        var tag = FakeService.TagOf(host.Service.Rates);
        host.Service.OnPoll = (_, _) => Task.FromResult(FakeService.Answer(body, "\"nonsense\""));
        await host.NextAsync();
        await host.NextAsync();

        Assert.Equal((1, 0), (host.KeptShareOf("a"), host.KeptShareOf("else")));
        Assert.All(host.Service.Polls.Skip(1), poll => Assert.Equal(tag, poll.Headers["If-None-Match"]));
        Assert.True(Assert.Single(host.Logs.Entries) is { Id: 1, Level: Microsoft.Extensions.Logging.LogLevel.Warning }, what);
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.Redirect)]
    [InlineData(HttpStatusCode.NoContent)]
    public async Task Answer_OfAnotherStatus_IsSaidOnceUntilItIsGoodAgain(HttpStatusCode status)
    {
        using var host = new SamplerHost();
        await host.SettleAsync();
        for (var round = 0; round < 2; round++)
        {
            host.Service.OnPoll = (_, _) => FakeService.Answer(status);
            for (var i = 0; i < 5; i++)
                await host.NextAsync();
            Assert.Equal(0.5, host.KeptShareOf("work"), 0.04);
            host.Service.OnPoll = null;
            await host.NextAsync();
        }

        Assert.Equal([1, 2, 1, 2], host.Logs.Entries.Select(entry => entry.Id));
        Assert.Contains($"The answer was {(int)status}", host.Logs.Entries[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Service_Down_KeepsTheRatesAndSaysSoOnce()
    {
        using var host = new SamplerHost(options => options.ApiKey = "secret-key");
        await host.SettleAsync();
        host.Service.OnPoll = (_, _) => throw new HttpRequestException("Connection refused");
        for (var i = 0; i < 6; i++)
            await host.NextAsync();

        Assert.Equal(7, host.Service.Polls.Count);
        Assert.Equal(0.5, host.KeptShareOf("work"), 0.04);
        var entry = Assert.Single(host.Logs.Entries);
        Assert.Contains("http://sampling.example:5000: Connection refused", entry.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("acme", entry.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-key", entry.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Pace_AfterFailures_IsEverLongerUpToAMinute()
    {
        var pace = new Pace(TimeSpan.FromSeconds(10));
        Assert.InRange(pace.Next().TotalSeconds, 9, 11);
        foreach (var seconds in (double[])[20, 40, 60, 60])
        {
            pace.Failed();
            Assert.InRange(pace.Next().TotalSeconds, seconds * 0.9, seconds * 1.1);
        }

        pace.Succeeded();
        Assert.InRange(pace.Next().TotalSeconds, 9, 11);
        pace.Failed(retryAfter: TimeSpan.FromDays(30));
        Assert.InRange(pace.Next().TotalSeconds, 60, 66);
        pace.Failed(retryAfter: TimeSpan.FromSeconds(-5));
        Assert.InRange(pace.Next().TotalSeconds, 36, 44);
    }

    [Theory]
    [InlineData(1, 2, 4)]
    [InlineData(60, 20, 40)]
    [InlineData(3600, 20, 40)]
    public void Pace_AfterFailures_DoesNotWaitForLongIntervals(double interval, double first, double second)
    {
        var pace = new Pace(TimeSpan.FromSeconds(interval));
        pace.Failed();
        Assert.InRange(pace.Next().TotalSeconds, first * 0.9, first * 1.1);
        pace.Failed();
        Assert.InRange(pace.Next().TotalSeconds, second * 0.9, second * 1.1);
        pace.Succeeded();
        Assert.InRange(pace.Next().TotalSeconds, interval * 0.9, interval * 1.1);
    }

    [Fact]
    public void Pace_RetryAfter_IsNeverUndercut()
    {
        var pace = new Pace(TimeSpan.FromSeconds(10));
        pace.Failed(retryAfter: TimeSpan.FromSeconds(30));
        for (var i = 0; i < 1000; i++)
            Assert.InRange(pace.Next().TotalSeconds, 30, 33);
    }

    [Fact]
    public async Task Start_ServiceDownAndALongInterval_IsAskedAgainSoon()
    {
        using var host = new SamplerHost(options => options.PollInterval = TimeSpan.FromHours(1));
        host.Service.OnPoll = (_, _) => throw new HttpRequestException("Connection refused");
        await host.SettleAsync();
        host.Service.OnPoll = null;
        host.Service.Rates = FakeService.Strategy(0);
        var start = host.Clock.GetUtcNow();
        await host.NextAsync();

        Assert.InRange((host.Clock.GetUtcNow() - start).TotalSeconds, 18, 22);
        Assert.Equal(0, host.KeptShareOf("work"));
    }

    [Fact]
    public async Task Work_UnexpectedFailure_IsSaidOnceAndGoesOn()
    {
        BreakableClock? clock = null;
        using var host = SamplerHost.ThatReports(options => options.TimeProvider = clock = new(options.TimeProvider));
        await host.SettleAsync();
        // The report is made by it.
        clock!.IsBroken = true;
        for (var i = 0; i < 2; i++)
        {
            host.Decide("work");
            await host.NextAsync();
            await host.NextAsync();
        }

        clock.IsBroken = false;
        await host.NextAsync();
        await host.NextAsync();

        Assert.Equal("broken", host.Logs.Single(7).Exception!.Message);
        Assert.NotEmpty(host.Service.Reports);
    }

    [Fact]
    public async Task Dispose_AClockThatIsBroken_ThrowsNothingAndSaysNothing()
    {
        BreakableClock? clock = null;
        using var host = SamplerHost.ThatReports(options => options.TimeProvider = clock = new(options.TimeProvider));
        await host.SettleAsync();
        host.Decide("work");
        clock!.IsBroken = true;
        host.Sampler.Dispose();

        Assert.Empty(host.Service.Reports);
        Assert.Empty(host.Logs.Entries);
    }

    [Fact]
    public async Task Service_Slow_IsGivenUpAfterTheTimeout()
    {
        using var host = new SamplerHost();
        var asked = new SemaphoreSlim(0);
        host.Service.OnPoll = async (_, cancellationToken) =>
        {
            asked.Release();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return new(HttpStatusCode.OK);
        };
        _ = host.Sampler;
        await asked.WaitAsync();
        host.Clock.Advance(5);
        await host.Logs.WaitForAsync(1);

        Assert.Contains("There was no answer within 5 s.", host.Logs.Single(1).Message, StringComparison.Ordinal);
        host.Service.OnPoll = null;
        await host.NextAsync();
        Assert.Equal(0.5, host.KeptShareOf("work"), 0.04);
    }

    [Fact]
    public async Task Clock_ThatJumps_ChangesNothing()
    {
        using var host = SamplerHost.ThatReports();
        host.Service.Rates = FakeService.Strategy(1);
        await host.SettleAsync();
        host.Decide("work");
        host.Clock.Jump(TimeSpan.FromDays(30));
        await host.SettleAsync();

        var report = host.Service.Reports.Single();
        Assert.Equal([("work", 1, 1)], report.Operations);
        // The service takes intervals of up to two days.
        Assert.Equal(TimeSpan.FromDays(1), report.Json.GetProperty("end").GetDateTimeOffset() - report.Json.GetProperty("start").GetDateTimeOffset());
        Assert.Empty(host.Logs.Entries);
    }

    /// <summary>Tells the time of another clock, or fails to.</summary>
    private sealed class BreakableClock(TimeProvider clock) : TimeProvider
    {
        public bool IsBroken { get; set; }

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => IsBroken ? throw new InvalidOperationException("broken") : clock.GetUtcNow();

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            clock.CreateTimer(callback, state, dueTime, period);
    }
}
