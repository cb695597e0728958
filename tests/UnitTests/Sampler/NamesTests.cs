using System.Diagnostics;
using DynamicSampling.Sampler;
using DynamicSampling.Sampler.Decisions;
using DynamicSampling.Sampler.Names;
using DynamicSampling.Sampler.Rates;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DynamicSampling.Tests.Sampler;

/// <summary>Under which names roots are counted, as the service hears of it.</summary>
public sealed class NamesTests
{
    private const string AspNetCore = HttpRequestTags.AspNetCoreName;

    [Fact]
    public async Task Request_PathOfAnOperationWithARate_IsSampledAndCountedAsThat()
    {
        using var host = SamplerHost.ThatReports();
        host.Service.Rates = FakeService.Strategy(1, ("GET /cart/{id}", 0), ("POST /order", 0));
        await host.SettleAsync();

        Assert.Equal(SamplingDecision.Drop, host.Decide(AspNetCore, 1, ActivityKind.Server, Spans.Request("GET", "/cart/5")).Decision);
        Assert.Equal(SamplingDecision.Drop, host.Decide(AspNetCore, 1, ActivityKind.Server, [new("http.method", "POST"), new("http.target", "/order?a=b")]).Decision);
        Assert.Equal(SamplingDecision.RecordAndSample, host.Decide(AspNetCore, 1, ActivityKind.Server, Spans.Request("GET", "/else")).Decision);
        Assert.Equal(SamplingDecision.RecordAndSample, host.Decide(AspNetCore, 1, ActivityKind.Server).Decision);

        Assert.Equal([("GET /cart/{id}", 1, 0), ("POST /order", 1, 0), ("__other__", 2, 2)], await ReportedAsync(host));
    }

    [Fact]
    public async Task Request_NameOfTheStartHasARate_IsOnlyForThoseOfWhichNothingElseIsKnown()
    {
        using var host = SamplerHost.ThatReports();
        host.Service.Rates = FakeService.Strategy(1, (AspNetCore, 0), ("GET /cart/{id}", 1));
        await host.SettleAsync();
        host.Decide(AspNetCore, 1, ActivityKind.Server, Spans.Request("GET", "/cart/5"));
        host.Decide(AspNetCore, 1, ActivityKind.Server, Spans.Request("GET", "/nothing"));
        host.Decide(AspNetCore, 1, ActivityKind.Server);

        Assert.Equal([("GET /cart/{id}", 1, 1), (AspNetCore, 1, 0), ("__other__", 1, 1)], await ReportedAsync(host));
    }

    [Fact]
    public void Request_TagsThatThrow_IsOneWithoutTags()
    {
        using var host = new SamplerHost();

        var result = host.Sampler.ShouldSample(Spans.Root("work", Spans.Id(1), ActivityKind.Server, Tags()));

        Assert.Equal(SamplingDecision.RecordAndSample, result.Decision);

        static IEnumerable<KeyValuePair<string, object?>> Tags()
        {
            yield return new("http.request.method", "GET");
            throw new InvalidOperationException("no tag");
        }
    }

    [Fact]
    public async Task Root_WithoutRequest_IsCountedByItsName()
    {
        using var host = SamplerHost.ThatReports();
        host.Service.Rates = FakeService.Strategy(1, ("nightly", 0));
        await host.SettleAsync();
        host.Decide("nightly");
        host.Decide("hourly");
        host.Decide("hourly");
        host.Decide("", kind: ActivityKind.Consumer);
        host.Decide("\u0001");
        host.Decide(new string('x', 201));
        host.Decide("__other__");

        Assert.Equal([("__other__", 4, 4), ("hourly", 2, 2), ("nightly", 1, 0)], await ReportedAsync(host));
    }

    [Fact]
    public async Task Root_MoreNamesThanThereMayBe_AreCountedTogether()
    {
        using var host = SamplerHost.ThatReports(options => options.MaxOperations = 3);
        host.Service.Rates = FakeService.Strategy(1, ("known", 0.5));
        await host.SettleAsync();
        for (var i = 0; i < 1000; i++)
            host.Decide($"name {i}");
        host.Decide("name 0");

        Assert.Equal([("__other__", 998, 998), ("name 0", 2, 2), ("name 1", 1, 1)], await ReportedAsync(host));
        // They have kept their places.
        host.Decide("name 1");
        host.Decide("name 2");
        Assert.Equal([("__other__", 1, 1), ("name 1", 1, 1)], await ReportedAsync(host));
    }

    [Fact]
    public async Task Request_OperationThatNowHasTheDefaultRate_IsStillCountedByItsName()
    {
        using var host = new SamplerHost();
        host.Service.Rates = FakeService.Strategy(1, ("GET /cart/{id}", 0), ("POST /order", 0));
        await host.SettleAsync();
        host.Service.Rates = FakeService.Strategy(0.5, ("POST /order", 0));
        await host.NextAsync();
        host.Decide(AspNetCore, 1, ActivityKind.Server, Spans.Request("GET", "/cart/5"));
        host.Decide(AspNetCore, 1, ActivityKind.Server, Spans.Request("POST", "/order"));
        host.Sampler.Dispose();

        Assert.Equal([("GET /cart/{id}", 1L), ("POST /order", 1L)], host.Service.Reports.Last().Operations.Select(operation => (operation.Operation, operation.Total)));
    }

    [Fact]
    public async Task Child_NotParentBased_TakesNoRoomOfRoots()
    {
        using var host = SamplerHost.ThatReports(options => (options.ParentBased, options.MaxOperations) = (false, 3));
        host.Service.Rates = FakeService.Strategy(1, ("known", 0));
        await host.SettleAsync();
        for (var i = 0; i < 10; i++)
            Assert.Equal(SamplingDecision.RecordAndSample, host.Sampler.ShouldSample(Spans.Child(Spans.Id(i), isKept: false, name: $"child {i}")).Decision);
        Assert.Equal(SamplingDecision.Drop, host.Sampler.ShouldSample(Spans.Child(Spans.Id(1), isKept: true, name: "known")).Decision);
        host.Decide("first");
        host.Decide("second");

        Assert.Equal([("first", 1, 1), ("second", 1, 1)], await ReportedAsync(host));
    }

    [Fact]
    public void Refresh_NameThatComesNoLonger_MakesRoom()
    {
        var clock = new ManualTimeProvider();
        var names = new KnownNames(limit: 2, clock);
        names.Learn("old");
        names.Learn("often");
        names.Learn("new");
        clock.Advance(TimeSpan.FromMinutes(50));
        names.Touch(["often"]);
        Assert.True(names.Refresh());
        Assert.Equal(["old", "often"], names.Read().Names);
        Assert.False(names.Refresh());

        clock.Advance(TimeSpan.FromMinutes(11));
        Assert.True(names.Refresh());
        names.Learn("new");
        Assert.Equal(["new", "often"], names.Read().Names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Refresh_NameThatOnceWasNotKept_IsForgottenToBeSuch()
    {
        var clock = new ManualTimeProvider();
        var names = new KnownNames(limit: 1, clock);
        names.Learn(Ended("job", "job failed"));
        names.Learn(Ended("other", "other failed"));
        clock.Advance(TimeSpan.FromMinutes(50));
        names.Learn(Ended("job", "job failed"));
        clock.Advance(TimeSpan.FromMinutes(50));
        Assert.True(names.Refresh());
        Assert.Equal(["job"], names.Read().Passing);

        clock.Advance(TimeSpan.FromMinutes(11));
        Assert.True(names.Refresh());
        Assert.Empty(names.Read().Passing);
    }

    [Fact]
    public async Task Naming_OfTheUser_GoesFirst()
    {
        using var host = SamplerHost.ThatReports(options => options.OperationName = (in parameters) => parameters.Name switch
        {
            "job" => "nightly",
            "bad" => throw new InvalidOperationException("no name"),
            _ => null,
        });
        host.Service.Rates = FakeService.Strategy(1, ("nightly", 0));
        await host.SettleAsync();

        Assert.Equal(SamplingDecision.Drop, host.Decide("job").Decision);
        host.Decide("bad");
        host.Decide("bad");
        host.Decide("else");

        Assert.Equal([("bad", 2, 2), ("else", 1, 1), ("nightly", 1, 0)], await ReportedAsync(host));
        Assert.Equal("no name", host.Logs.Single(6).Exception!.Message);
    }

    [Fact]
    public async Task Learned_NameOfAKeptRequest_IsFoundForThoseThatFollow()
    {
        using var host = SamplerHost.ThatReports();
        host.Service.Rates = FakeService.Strategy(1);
        await host.SettleAsync();
        End(host, AspNetCore, ActivityKind.Server, "GET /cart/{id}");
        // A path that leads nowhere is called by its method, and teaches nothing.
        End(host, AspNetCore, ActivityKind.Server, "GET");
        await host.NextAsync();

        host.Decide(AspNetCore, 1, ActivityKind.Server, Spans.Request("GET", "/cart/5"));
        host.Decide(AspNetCore, 1, ActivityKind.Server, Spans.Request("GET", "/nothing"));

        Assert.Equal([("GET /cart/{id}", 1, 1), ("__other__", 1, 1)], await ReportedAsync(host));
    }

    [Fact]
    public async Task Learned_NameThatSpansDoNotKeep_IsNoOperation()
    {
        using var host = SamplerHost.ThatReports();
        host.Service.Rates = FakeService.Strategy(1);
        await host.SettleAsync();
        host.Decide("job");
        End(host, "job", ActivityKind.Internal, "job of tenant 5");
        await host.NextAsync();

        host.Decide("job");
        host.Decide("System.Net.Http.HttpRequestOut", kind: ActivityKind.Client);

        Assert.Equal([("__other__", 2, 2)], await ReportedAsync(host));
    }

    [Fact]
    public async Task Learned_OneOddEnding_DoesNotBanishAName()
    {
        using var host = SamplerHost.ThatReports();
        host.Service.Rates = FakeService.Strategy(1);
        await host.SettleAsync();
        End(host, "job", ActivityKind.Internal, "job failed");
        await host.NextAsync();
        host.Decide("job");
        Assert.Equal([("__other__", 1, 1)], await ReportedAsync(host));

        End(host, "job", ActivityKind.Internal, "job");
        await host.NextAsync();
        host.Decide("job");
        Assert.Equal([("job", 1, 1)], await ReportedAsync(host));
    }

    [Fact]
    public void Naming_RatesThatChangeMeanwhile_AreTheOnesThatDecide()
    {
        Decider? decider = null;
        decider = new(
            Settings.Of(new()
            {
                OperationName = (in _) =>
                {
                    for (var i = 0; i < 5; i++)
                        decider!.Follow(Strategy.Of(0));
                    return "work";
                },
            }),
            _ => { });

        Assert.Equal(SamplingDecision.Drop, decider.Decide(Spans.Root("work", Spans.Id(1))).Decision);
        Assert.Equal([("work", 1L)], decider.Cut(evenEmpty: false)!.Counts.Select(count => (count.Name, count.Total)));
    }

    [Fact]
    public async Task Provider_WithTheSampler_LearnsNamesAndNamesTheService()
    {
        var service = new FakeService { Rates = FakeService.Strategy(1) };
        var clock = new ManualTimeProvider();
        using var source = new ActivitySource(nameof(Provider_WithTheSampler_LearnsNamesAndNamesTheService));
        using (Sdk.CreateTracerProviderBuilder()
            .AddSource(source.Name)
            .ConfigureResource(resource => resource.AddService("billing"))
            .AddDynamicSampling(options =>
            {
                options.PollInterval = TimeSpan.FromHours(1);
                options.TimeProvider = clock;
                options.HttpMessageHandlerFactory = () => service;
            })
            .Build())
        {
            // It may have to look for the name again.
            while (service.Polls.IsEmpty)
            {
                clock.Advance(0.1);
                await Task.Yield();
            }

            await clock.WaitForTimerAsync(TimeSpan.FromHours(1.11), after: TimeSpan.FromMinutes(30));
            Activity.Current = null;
            for (var i = 0; i < 2; i++)
            {
                using (var request = source.CreateActivity("in", ActivityKind.Server, parentId: null, Spans.Request("GET", "/invoice/5")))
                {
                    request!.Start();
                    Assert.Equal("ot=th:0", request.TraceStateString);
                    using (source.StartActivity("child"))
                        request.DisplayName = "GET /invoice/{id}";
                }

                await clock.WaitForTimerAsync(SamplerHost.Interval * 1.11, after: TimeSpan.FromSeconds(5));
                clock.Advance(SamplerHost.Interval * 1.11);
                while (service.Reports.Count == i)
                    await Task.Yield();
            }
        }

        Assert.Equal("?service=billing", Assert.Single(service.Polls).Uri.Query);
        Assert.Equal([("__other__", 1, 1)], service.Reports.First().Operations);
        Assert.Equal([("GET /invoice/{id}", 1, 1)], service.Reports.Last().Operations);
    }

    private static async Task<(string, long, long)[]> ReportedAsync(SamplerHost host)
    {
        await host.NextAsync();
        return host.Service.Reports.Last().Operations;
    }

    private static void End(SamplerHost host, string name, ActivityKind kind, string displayName) => host.Sampler.Learn(Ended(name, displayName, kind));

    private static Activity Ended(string name, string displayName, ActivityKind kind = ActivityKind.Internal)
    {
        var activity = new Activity(name) { DisplayName = displayName };
        typeof(Activity).GetProperty(nameof(Activity.Kind))!.SetValue(activity, kind);
        return activity;
    }
}
