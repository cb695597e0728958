using System.Diagnostics;
using OpenTelemetry.Trace;

namespace DynamicSampling.Tests.Sampler;

/// <summary>What every trace of an application goes through allocates nothing.</summary>
public sealed class SamplerAllocationTests
{
    private const int Times = 10_000;

    public static TheoryData<string> Roots => new(All.Keys);

    private static Dictionary<string, SamplingParameters> All { get; } = new(StringComparer.Ordinal)
    {
        ["operation of the strategy"] = Spans.Root("POST /order", Spans.Id(1)),
        ["operation of its own"] = Spans.Root("nightly", Spans.Id(2)),
        ["request with tags in a list"] = Spans.Root("in", Spans.Id(3), ActivityKind.Server, new TagList { { "http.request.method", "GET" }, { "url.path", "/cart/5" } }),
        ["request with tags in an array"] = Spans.Root("in", Spans.Id(3), ActivityKind.Server, Spans.Request("GET", "/cart/5")),
        ["request with tags in a collection"] = Spans.Root("in", Spans.Id(3), ActivityKind.Server, new ActivityTagsCollection(Spans.Request("GET", "/cart/5"))),
        ["request of no operation"] = Spans.Root("in", Spans.Id(4), ActivityKind.Server, new TagList { { "http.method", "GET" }, { "http.target", "/nothing?a=b" } }),
        ["child"] = Spans.Child(Spans.Id(5), isKept: true),
    };

    [Theory]
    [MemberData(nameof(Roots))]
    public async Task ShouldSample_Warm_AllocatesNothing(string which)
    {
        using var host = new SamplerHost();
        host.Service.Rates = FakeService.Strategy(0.5, ("GET /cart/{id}", 0.4), ("POST /order", 0.9));
        await host.SettleAsync();
        var sampler = host.Sampler;
        Decide(sampler, All[which]);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Decide(sampler, All[which]);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Decide(OpenTelemetry.Trace.Sampler sampler, in SamplingParameters parameters)
    {
        for (var i = 0; i < Times; i++)
            sampler.ShouldSample(parameters);
    }
}
