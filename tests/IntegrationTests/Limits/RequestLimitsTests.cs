using System.Net;
using DynamicSampling.Api.Limits;
using DynamicSampling.IntegrationTests.Api;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MetricRecorder = DynamicSampling.IntegrationTests.Pipeline.MetricRecorder;

namespace DynamicSampling.IntegrationTests.Limits;

/// <summary>Who asks for too much is refused, and the others are not.</summary>
public class RequestLimitsTests
{
    private const string Traces = "/v1/traces";
    private const string Runs = "/api/runs";

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2")]
    [InlineData("192.0.2.1", "::ffff:192.0.2.2")]
    [InlineData("2001:db8::1", "2001:db8:0:1::1")]
    public async Task Send_TooManyASecond_OnlyTheirAddressIsRefused(string flooding, string other)
    {
        await using var host = Callers.Host(("Limits:ReadPerSecond", "1"), ("Limits:BurstSeconds", "3"));
        using var flood = host.Client(flooding);
        using var refused = await UntilRefusedAsync(flood, Runs);
        using var others = await host.Client(other).GetAsync(Runs);
        using var health = await flood.GetAsync("/health/ready");
        using var sampling = await flood.GetAsync("/sampling?service=checkout");

        var problem = await HttpAssert.IsProblemAsync(refused, HttpStatusCode.TooManyRequests, $"Address {flooding}", "1 a second", "Limits:ReadPerSecond");
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.True(problem.TryGetProperty("traceId", out _));
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK], [others.StatusCode, health.StatusCode, sampling.StatusCode]);
    }

    [Fact]
    public async Task Send_TooManyASecondUnderAKey_OnlyTheKeyIsRefused()
    {
        await using var host = Callers.Host(("Limits:ReadPerSecond", "1"), ("Limits:BurstSeconds", "3"));
        using var refused = await UntilRefusedAsync(host.Client("192.0.2.1", "robot"), Runs);
        using var elsewhere = await UntilRefusedAsync(host.Client("192.0.2.2", "robot"), Runs);
        using var other = await host.Client("192.0.2.1", "human").GetAsync(Runs);
        using var anonymous = await host.Client("192.0.2.1").GetAsync(Runs);

        await HttpAssert.IsProblemAsync(refused, HttpStatusCode.TooManyRequests, "Key 'robot'");
        await HttpAssert.IsProblemAsync(elsewhere, HttpStatusCode.TooManyRequests, "Key 'robot'");
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [other.StatusCode, anonymous.StatusCode]);
    }

    // Whoever has one address of a /64 has all of them.
    [Fact]
    public async Task Send_TooManyASecondFromManyAddressesOfANetwork_AreRefused()
    {
        await using var host = Callers.Host(("Limits:ReadPerSecond", "1"), ("Limits:BurstSeconds", "3"));
        HttpResponseMessage? refused = null;
        for (var i = 1; refused is null && i < 1000; i++)
        {
            using var client = host.Client($"2001:db8::{i:x}");
            var response = await client.GetAsync(Runs);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
                refused = response;
            else
                response.Dispose();
        }

        Assert.NotNull(refused);
        refused.Dispose();
    }

    // A load test on one's own machine, or all callers behind a proxy.
    [Theory]
    [InlineData(null)]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    [InlineData("::ffff:127.0.0.1")]
    public async Task Send_FromThisMachine_HasNoRate(string? address)
    {
        await using var host = Callers.Host(("Limits:ReadPerSecond", "1"), ("Limits:BurstSeconds", "1"));
        using var client = host.Client(address);
        for (var i = 0; i < 50; i++)
        {
            using var response = await client.GetAsync(Runs);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Send_NoLimitsAtAll_LetsEverybodyIn()
    {
        await using var host = Callers.Host(
            ("Limits:ReadPerSecond", "0"), ("Limits:ReadConcurrency", "0"), ("Limits:SamplingPerSecond", "0"), ("Limits:SamplingConcurrency", "0"));
        using var client = host.Client("192.0.2.1", "robot");
        for (var i = 0; i < 50; i++)
        {
            using var response = await client.GetAsync(i % 2 == 0 ? Runs : "/sampling?service=checkout");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }

    [Fact]
    public async Task Send_OneOrganizationFloods_WaitsAndIsRefusedAloneAndTheOthersAreNot()
    {
        await using var host = Callers.Host(("Limits:IngestConcurrency", "2"));
        using var client = host.Client();
        var release = new TaskCompletionSource();
        // One may be in progress, which is half of two, and four may wait.
        var flood = Enumerable.Range(0, 6).Select(_ => client.PostAsync("/o/acme" + Traces, new HeldContent("{}"u8.ToArray(), release.Task))).ToList();
        var first = await Task.WhenAny(flood);
        using var refused = await first;
        using var other = await client.PostAsync("/o/other" + Traces, Bodies.Of("{}"));
        using var sampling = await client.GetAsync("/sampling?service=checkout");
        using var settings = await client.PutAsync("/api/organizations/acme", Bodies.Of("{}"));
        using var health = await client.GetAsync("/health/ready");
        Assert.All(flood, request => Assert.True(request == first || !request.IsCompleted));
        release.SetResult();
        var taken = await Task.WhenAll(flood.Where(request => request != first));

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        var status = await refused.ReadJsonAsync();
        Assert.Equal(8, status.GetProperty("code").GetInt32());
        Assert.Contains("Organization 'acme'", status.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Contains("(Limits:ShareOfOne) of Limits:IngestConcurrency", status.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.All([other, sampling, settings, health, .. taken], response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
    }

    [Fact]
    public async Task Send_OneCallerFloodsManyOrganizations_IsRefusedAlone()
    {
        await using var host = Callers.Host(("Limits:IngestConcurrency", "2"));
        using var client = host.Client("192.0.2.1");
        var release = new TaskCompletionSource();
        var flood = Enumerable.Range(0, 6).Select(i => client.PostAsync($"/o/made-up-{i}{Traces}", new HeldContent("{}"u8.ToArray(), release.Task))).ToList();
        using var refused = await await Task.WhenAny(flood);
        using var other = await host.Client("192.0.2.2").PostAsync(Traces, Bodies.Of("{}"));
        release.SetResult();
        await Task.WhenAll(flood);

        Assert.Contains("Address 192.0.2.1", (await refused.ReadJsonAsync()).GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
    }

    [Fact]
    public async Task Send_TooManyOfAllTogether_AreAskedToComeAgainAndOtherGroupsGoOn()
    {
        await using var host = Callers.Host(("Limits:IngestConcurrency", "1"), ("Limits:ShareOfOne", "1"));
        using var client = host.Client();
        var release = new TaskCompletionSource();
        var flood = Enumerable.Range(0, 6).Select(i => client.PostAsync($"/o/{i}{Traces}", new HeldContent("{}"u8.ToArray(), release.Task))).ToList();
        using var refused = await await Task.WhenAny(flood);
        using var sampling = await client.GetAsync("/sampling?service=checkout");
        release.SetResult();
        await Task.WhenAll(flood);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter?.Delta);
        Assert.Equal(14, (await refused.ReadJsonAsync()).GetProperty("code").GetInt32());
        Assert.Equal(HttpStatusCode.OK, sampling.StatusCode);
    }

    // A client that hung up while it waited kept its place in the queue, or its share, for ever.
    [Fact]
    public async Task Send_CallerLeavesWhileItWaits_LeavesItsPlaceToOthers()
    {
        await using var host = Callers.Host(("Limits:IngestConcurrency", "1"), ("Limits:ShareOfOne", "1"));
        using var client = host.Client();
        using var patience = new CancellationTokenSource();
        var release = new TaskCompletionSource();
        var flood = Enumerable.Range(0, 6).Select(_ => client.PostAsync(Traces, new HeldContent("{}"u8.ToArray(), release.Task), patience.Token)).ToList();
        using var refused = await await Task.WhenAny(flood);
        await patience.CancelAsync();
        release.SetResult();
        foreach (var request in flood)
            await Task.WhenAny(request);
        using var taken = await client.PostAsync(Traces, Bodies.Of("{}"));

        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
    }

    [Fact]
    public async Task Events_TooManyStreams_AreRefusedAndReadingGoesOn()
    {
        var end = new TaskCompletionSource();
        await using var host = new ApiHost(
            web => web.UseSetting("Limits:EventStreams", "2").UseSetting("Limits:ReadConcurrency", "1"),
            tasks: new ScriptedTask("slow", (context, _) => context.RunAsync("work", (_, _) => end.Task).AsTask()));
        using var client = host.CreateClient();
        using var run = await TasksTests.RunInBackgroundAsync(client, "slow", organization: null);
        var events = run.Headers.Location!.OriginalString + "/events";
        using var first = await client.GetAsync(events, HttpCompletionOption.ResponseHeadersRead);
        using var second = await client.GetAsync(events, HttpCompletionOption.ResponseHeadersRead);
        using var third = await client.GetAsync(events, HttpCompletionOption.ResponseHeadersRead);
        using var read = await client.GetAsync(Runs);
        end.SetResult();
        await first.Content.ReadAsStringAsync();

        await HttpAssert.IsProblemAsync(third, HttpStatusCode.ServiceUnavailable, "Limits:EventStreams");
        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
    }

    [Fact]
    public async Task Send_ManyAreRefused_IsLoggedOnceAMinuteAndCounted()
    {
        using var logs = new RecordedLogs();
        await using var host = new ApiHost(web => web
            .UseSetting("Limits:EventStreams", "1")
            .ConfigureLogging(logging => logging.AddProvider(logs)),
            tasks: new ScriptedTask("slow", (context, _) => context.RunAsync("work", (_, token) => new TaskCompletionSource().Task.WaitAsync(token)).AsTask()));
        using var client = host.CreateClient();
        using var run = await TasksTests.RunInBackgroundAsync(client, "slow", organization: null);
        var events = run.Headers.Location!.OriginalString + "/events";
        using var refusals = new MetricRecorder(host.Services, "DynamicSampling.Api");
        using var held = await client.GetAsync(events, HttpCompletionOption.ResponseHeadersRead);
        for (var i = 0; i < 3; i++)
            await RefuseAsync();
        host.Clock.Advance(59);
        await RefuseAsync();
        var before = Said();
        host.Clock.Advance(1);
        await RefuseAsync();
        using var cancel = await client.PostAsync(run.Headers.Location!.OriginalString + "/cancel", content: null);

        Assert.Equal((1, 2), (before, Said()));
        Assert.Equal(["Limits:EventStreams"], refusals.Of("dynamic_sampling.limits.refused").Select(refusal => refusal.Tags["dynamic_sampling.limit"]).Distinct());
        Assert.Equal(5, refusals.Of("dynamic_sampling.limits.refused").Sum(refusal => refusal.Value));
        Assert.Contains("Limits:EventStreams", logs.Lines.First(line => line.Id == 420).Message, StringComparison.Ordinal);

        int Said() => logs.Lines.Count(line => line.Id == 420);

        async Task RefuseAsync()
        {
            using var response = await client.GetAsync(events, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        }
    }

    [Fact]
    public void FailedAttempts_TooManyWrongKeys_AreThoseOfTheirAddressOnly()
    {
        using var attempts = new FailedAttempts(Options.Create(new LimitsOptions { WrongKeysPerMinute = 3 }));
        for (var i = 0; i < 4; i++)
        {
            attempts.Failed(From("2001:db8::1"));
            attempts.Failed(From("127.0.0.1"));
        }

        attempts.Failed(From("192.0.2.1"));

        Assert.True(attempts.AreTooMany(From("2001:db8::1")));
        Assert.True(attempts.AreTooMany(From("2001:db8::2")));
        Assert.False(attempts.AreTooMany(From("192.0.2.1")));
        Assert.False(attempts.AreTooMany(From("127.0.0.1")));
        Assert.False(attempts.AreTooMany(From("192.0.2.9")));
    }

    [Fact]
    public void FailedAttempts_NoLimit_AreNeverTooMany()
    {
        using var attempts = new FailedAttempts(Options.Create(new LimitsOptions { WrongKeysPerMinute = 0 }));
        for (var i = 0; i < 1000; i++)
            attempts.Failed(From("192.0.2.1"));

        Assert.False(attempts.AreTooMany(From("192.0.2.1")));
    }

    [Fact]
    public void SlotOf_SoManyAddressesAsYouLike_AreSoManyPlacesAtMost()
    {
        var slots = Enumerable.Range(0, 200_000).Select(i => LimitedCaller.SlotOf(IPAddress.Parse($"2001:db8:{i >> 16:x}:{i & 0xFFFF:x}::1"))).ToHashSet();

        Assert.InRange(slots.Count, 30_000, LimitedCaller.Slots);
        Assert.All(slots, slot => Assert.InRange(slot, 0, LimitedCaller.Slots - 1));
        Assert.Equal(LimitedCaller.SlotOf(IPAddress.Parse("192.0.2.1")), LimitedCaller.SlotOf(IPAddress.Parse("::ffff:192.0.2.1")));
    }

    private static DefaultHttpContext From(string address) => new() { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };

    // Faster than one a second, however slow the machine is.
    private static async Task<HttpResponseMessage> UntilRefusedAsync(HttpClient client, string path)
    {
        for (var i = 0; i < 1000; i++)
        {
            var response = await client.GetAsync(path);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
                return response;
            response.Dispose();
        }

        throw new InvalidOperationException("None was refused.");
    }
}
