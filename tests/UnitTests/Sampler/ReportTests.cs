using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using DynamicSampling.Sampler.Decisions;
using DynamicSampling.Sampler.Reports;

namespace DynamicSampling.Tests.Sampler;

/// <summary>What was decided, on its way to the service.</summary>
public sealed class ReportTests
{
    [Fact]
    public async Task Report_OfAnInterval_SaysWhatTheServiceWants()
    {
        using var host = SamplerHost.ThatReports();
        host.Service.Rates = FakeService.Strategy(0.5, ("often", 0.25));
        await host.SettleAsync();
        var start = host.Clock.GetUtcNow();
        var kept = (long)(host.KeptShareOf("often", 1000) * 1000);
        await host.NextAsync();

        var report = Assert.Single(host.Service.Reports);
        Assert.Equal(new Uri("http://sampling.example:5000/o/acme/api/reports"), report.Uri);
        var json = report.Json;
        Assert.Equal(
            ["service", "client", "sequence", "sampler", "ratesTag", "start", "end", "operations"], json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("checkout", json.GetProperty("service").GetString());
        Assert.Equal('7', json.GetProperty("client").GetGuid().ToString()[14]);
        Assert.Equal(1, json.GetProperty("sequence").GetInt64());
        Assert.Matches("^DynamicSampling.Sampler/[0-9.]+$", json.GetProperty("sampler").GetString());
        Assert.Equal(FakeService.TagOf(host.Service.Rates), json.GetProperty("ratesTag").GetString());
        Assert.Matches(@"^2026-11-22T10:00:\d\d\.\d{3}Z$", json.GetProperty("end").GetString());
        Assert.Equal(start, json.GetProperty("start").GetDateTimeOffset());
        Assert.Equal(host.Clock.GetUtcNow(), json.GetProperty("end").GetDateTimeOffset(), TimeSpan.FromMilliseconds(1));
        var operation = Assert.Single(json.GetProperty("operations").EnumerateArray());
        Assert.Equal("""{"operation":"often","total":1000,"kept":KEPT,"rate":0.25}""".Replace("KEPT", $"{kept}", StringComparison.Ordinal), operation.GetRawText());
    }

    [Fact]
    public async Task Reports_OfIntervals_FollowEachOther()
    {
        using var host = SamplerHost.ThatReports();
        await host.SettleAsync();
        for (var i = 0; i < 3; i++)
        {
            host.Decide("work");
            await host.NextAsync();
        }

        var reports = host.Service.Reports.Select(report => report.Json).ToList();
        Assert.Equal([1, 2, 3], reports.Select(report => report.GetProperty("sequence").GetInt64()));
        Assert.Single(reports.Select(report => report.GetProperty("client").GetGuid()).Distinct());
        Assert.Equal(reports[0].GetProperty("end").GetString(), reports[1].GetProperty("start").GetString());
        Assert.Equal(reports[1].GetProperty("end").GetString(), reports[2].GetProperty("start").GetString());
    }

    [Fact]
    public async Task Reports_OfNothing_ComeOnceAMinute()
    {
        using var host = SamplerHost.ThatReports();
        await host.NextAsync();
        Assert.Empty(Assert.Single(host.Service.Reports).Operations);

        for (var i = 0; i < 5; i++)
            await host.NextAsync();
        Assert.Single(host.Service.Reports);
        await host.NextAsync();
        await host.NextAsync();
        Assert.Equal(2, host.Service.Reports.Count);
    }

    [Fact]
    public async Task Rates_ThatChange_EndTheInterval()
    {
        using var host = new SamplerHost(options => options.InitialSampleRate = 1);
        var answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Service.Rates = FakeService.Strategy(0);
        host.Service.OnPoll = async (_, _) =>
        {
            await answers.Task;
            return FakeService.Answer(host.Service.Rates, "\"1\"");
        };
        host.Decide("work");
        answers.SetResult();
        await host.SettleAsync();
        host.Decide("work");
        host.Dispose();

        Assert.Equal([null, "\"1\""], host.Service.Reports.Select(report => report.Json.GetProperty("ratesTag").GetString()));
        Assert.Equal([("work", 1, 1)], host.Service.Reports.First().Operations);
        Assert.Equal([("work", 1, 0)], host.Service.Reports.Last().Operations);
    }

    [Fact]
    public async Task Report_ThatIsNotTaken_ComesAgainAsItWas()
    {
        using var host = SamplerHost.ThatReports();
        host.Service.Rates = FakeService.Strategy(1);
        await host.SettleAsync();
        host.Service.OnReport = (_, _) => FakeService.Answer(HttpStatusCode.ServiceUnavailable);
        host.Decide("work");
        await host.NextAsync();
        host.Service.OnReport = (_, _) => throw new HttpRequestException("Connection reset");
        host.Decide("work");
        host.Decide("work");
        await host.NextAsync();
        host.Service.OnReport = null;
        await host.NextAsync();

        var bodies = host.Service.Reports.Select(report => report.Body).ToList();
        Assert.Equal(4, bodies.Count);
        Assert.Equal(bodies[0], bodies[1]);
        Assert.Equal(bodies[0], bodies[2]);
        Assert.Equal([("work", 2, 2)], host.Service.Reports.Last().Operations);
        Assert.Equal(2, host.Service.Reports.Last().Json.GetProperty("sequence").GetInt64());
        Assert.Equal([3, 4], host.Logs.Entries.Select(entry => entry.Id));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, false)]
    [InlineData(HttpStatusCode.RequestEntityTooLarge, false)]
    [InlineData(HttpStatusCode.Unauthorized, true)]
    [InlineData(HttpStatusCode.Forbidden, true)]
    [InlineData(HttpStatusCode.NotFound, true)]
    [InlineData(HttpStatusCode.RequestTimeout, true)]
    [InlineData(HttpStatusCode.TooManyRequests, true)]
    [InlineData(HttpStatusCode.InternalServerError, true)]
    [InlineData(HttpStatusCode.Found, true)]
    public async Task Report_ThatIsRefused_IsGivenUp(HttpStatusCode status, bool comesAgain)
    {
        using var host = SamplerHost.ThatReports();
        host.Service.Rates = FakeService.Strategy(1);
        await host.SettleAsync();
        host.Service.OnReport = (_, _) => FakeService.Answer(status);
        host.Decide("work");
        await host.NextAsync();
        host.Service.OnReport = null;
        host.Decide("work");
        await host.NextAsync();

        Assert.Equal(comesAgain ? [1, 1, 2] : [1, 2], host.Service.Reports.Select(report => report.Json.GetProperty("sequence").GetInt64()));
        Assert.Equal(comesAgain ? [3, 4] : [8, 9], host.Logs.Entries.Select(entry => entry.Id));
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, 8)]
    [InlineData(HttpStatusCode.Forbidden, 3)]
    public async Task Report_ThatIsNotTaken_SaysWhyWithoutTheKeys(HttpStatusCode status, int id)
    {
        using var host = SamplerHost.ThatReports(options => (options.Endpoint, options.ApiKey) = (new("http://sampling.example/k/path-key/o/acme"), "secret-key"));
        await host.SettleAsync();
        host.Service.OnReport = (_, _) => Task.FromResult(new HttpResponseMessage(status)
        {
            Content = JsonContent.Create(new { title = "no", detail = "Keys secret-key, path-key:\n" + new string('x', 2000) }),
        });
        host.Decide("work");
        await host.NextAsync();

        var message = host.Logs.Single(id).Message;
        Assert.Contains($"The answer was {(int)status} ({status}). Keys ***, ***: xxx", message, StringComparison.Ordinal);
        Assert.Equal(500 - "Keys ***, ***: ".Length, message.Split(' ').Max(word => word.Trim('x').Length == 0 ? word.Length : 0));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"detail\":5}")]
    [InlineData("{\"detail\":\"\"}")]
    public async Task Report_RefusedWithoutDetail_SaysTheStatus(string body)
    {
        using var host = SamplerHost.ThatReports();
        await host.SettleAsync();
        host.Service.OnReport = (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadRequest) { Content = new StringContent(body) });
        host.Decide("work");
        await host.NextAsync();

        Assert.Contains(": The answer was 400 (BadRequest). This is said once", host.Logs.Single(8).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_NotTakenAtALongInterval_ComesAgainSoonAndByItself()
    {
        using var host = SamplerHost.ThatReports(options => options.ReportInterval = TimeSpan.FromMinutes(30));
        await host.SettleAsync();
        host.Decide("work");
        host.Service.OnReport = (_, _) => FakeService.Answer(HttpStatusCode.ServiceUnavailable);
        await host.NextAsync();
        var start = host.Clock.GetUtcNow();
        host.Decide("work");
        await host.NextAsync();
        await host.NextAsync();

        Assert.InRange((host.Clock.GetUtcNow() - start).TotalSeconds, 54, 66);
        host.Service.OnReport = null;
        await host.NextAsync();
        // What was counted since is for the next interval.
        Assert.Equal(4, host.Service.Reports.Count);
        Assert.Single(host.Service.Reports.Select(report => report.Body).Distinct());
    }

    [Fact]
    public async Task Dispose_Counts_AreReported()
    {
        using var host = SamplerHost.ThatReports();
        await host.SettleAsync();
        host.Decide("work");
        host.Sampler.Dispose();
        host.Sampler.Dispose();

        Assert.Equal([("work", 1, 1)], Assert.Single(host.Service.Reports).Operations);
        // What is still decided is decided as before.
        Assert.Equal(0.5, host.KeptShareOf("work"), 0.04);
    }

    [Fact]
    public async Task Dispose_Nothing_IsNotReported()
    {
        using var host = SamplerHost.ThatReports();
        await host.SettleAsync();
        host.Sampler.Dispose();

        Assert.Empty(host.Service.Reports);
    }

    [Fact]
    public async Task Dispose_ServiceThatHangs_IsNotWaitedForLong()
    {
        using var host = SamplerHost.ThatReports();
        await host.SettleAsync();
        var asked = new SemaphoreSlim(0);
        host.Service.OnReport = async (_, _) =>
        {
            asked.Release();
            // However it is asked to stop.
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
            return new();
        };
        host.Decide("work");
        var disposing = Task.Run(host.Sampler.Dispose);
        await asked.WaitAsync();
        Assert.False(disposing.IsCompleted);
        await host.Clock.WaitForTimerAsync(TimeSpan.FromSeconds(2));
        host.Clock.Advance(2);
        await disposing;
    }

    [Fact]
    public void Queue_TooManyOrTooOld_LosesTheOldestAndSaysSo()
    {
        var clock = new ManualTimeProvider();
        var dropped = 0L;
        var queue = new ReportQueue(TimeSpan.FromSeconds(10), clock, traces => dropped += traces);
        for (var i = 1; i <= ReportQueue.MaxReports + 3; i++)
            queue.Add(IntervalOf(clock, new OperationCount("work", i, 0, 0.5)));
        Assert.Equal(1 + 2 + 3, dropped);
        Assert.Equal(4, queue.Peek()!.Sequence);

        clock.Advance(TimeSpan.FromHours(1));
        Assert.NotNull(queue.Peek());
        clock.Advance(0.001);
        Assert.Null(queue.Peek());
        Assert.Equal(Enumerable.Range(1, ReportQueue.MaxReports + 3).Sum(), dropped);

        dropped = 0;
        var many = Enumerable.Range(0, ReportQueue.MaxOperations / 2).Select(i => new OperationCount($"work {i}", 1, 1, 1)).ToArray();
        for (var i = 0; i < 3; i++)
            queue.Add(IntervalOf(clock, many));
        Assert.Equal(many.Length, dropped);
    }

    [Fact]
    public void Queue_LongInterval_KeepsReportsForThreeOfThem()
    {
        var clock = new ManualTimeProvider();
        var queue = new ReportQueue(TimeSpan.FromHours(1), clock, _ => { });
        queue.Add(IntervalOf(clock, new OperationCount("work", 1, 0, 0.5)));

        clock.Advance(TimeSpan.FromHours(3));
        Assert.NotNull(queue.Peek());
        clock.Advance(0.001);
        Assert.Null(queue.Peek());
    }

    [Fact]
    public async Task Metrics_ListenerThatThrows_HarmsNothing()
    {
        using var host = SamplerHost.ThatReports();
        await host.SettleAsync();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, host.Sampler))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((_, _, _, _) => throw new InvalidOperationException("no room"));
        listener.Start();
        for (var i = 0; i < 2; i++)
        {
            host.Decide("work");
            await host.NextAsync();
        }

        Assert.Equal([1, 2], host.Service.Reports.Select(report => report.Json.GetProperty("sequence").GetInt64()));
        Assert.Empty(host.Logs.Entries);
    }

    [Fact]
    public async Task Metrics_OfTheSampler_SayWhatHappened()
    {
        using var host = SamplerHost.ThatReports();
        var seen = new List<(string Instrument, string? Outcome, double Value)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "DynamicSampling.Sampler" && ReferenceEquals(instrument.Meter.Scope, host.Sampler))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        await host.SettleAsync();
        listener.Start();
        host.Decide("work");
        await host.NextAsync();
        host.Service.OnReport = (_, _) => FakeService.Answer(HttpStatusCode.BadRequest);
        host.Decide("work");
        host.Decide("work");
        await host.NextAsync();
        listener.RecordObservableInstruments();

        Assert.Contains(("dynamic_sampling.sampler.reports", "taken", 1), seen);
        Assert.Contains(("dynamic_sampling.sampler.reports", "refused", 1), seen);
        Assert.Contains(("dynamic_sampling.sampler.dropped_counts", null, 2), seen);
        Assert.Contains(("dynamic_sampling.sampler.operations", null, 2), seen);
        Assert.Contains(seen, measurement => measurement is { Instrument: "dynamic_sampling.sampler.rates.age", Value: > 18 and < 34 });

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (seen)
                seen.Add((instrument.Name, tags.Length == 0 ? null : (string?)tags[0].Value, value));
        }
    }

    private static Interval IntervalOf(ManualTimeProvider clock, params OperationCount[] counts) =>
        new(RatesTag: null, clock.GetUtcNow() - TimeSpan.FromSeconds(10), clock.GetUtcNow(), counts);
}
