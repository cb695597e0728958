using System.Diagnostics;
using DynamicSampling.Sampler;
using DynamicSampling.Sampler.Decisions;
using OpenTelemetry.Trace;

namespace DynamicSampling.Tests.Sampler;

public sealed class DecisionTests
{
    private const int Traces = 200_000;
    private static readonly ActivityTraceId[] Ids = MakeIds();

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.5)]
    [InlineData(0.1)]
    [InlineData(0.037)]
    [InlineData(0.001)]
    public void Decide_ManyTraces_KeepsWhatChanceAllows(double rate)
    {
        var operation = new Operation("work", rate);

        double kept = Ids.Count(id => IsKept(operation, id));

        // Five standard deviations of the binomial distribution.
        Assert.Equal(Traces * rate, kept, 5 * Math.Sqrt(Traces * rate * (1 - rate)));
        Assert.Equal((Traces, (long)kept), operation.Counter.Take());
    }

    [Fact]
    public void Decide_RateOfZeroOrOne_KeepsNothingOrAll()
    {
        var (none, all) = (new Operation("none", 0), new Operation("all", 1));

        Assert.DoesNotContain(Ids, id => IsKept(none, id));
        Assert.All(Ids, id => Assert.Equal("ot=th:0", all.Decide(id, traceState: null, isRoot: true).TraceStateString));
    }

    [Fact]
    public void Decide_SameTrace_IsTheSameForEverySamplerAndKeptAtEveryHigherRate()
    {
        double[] rates = [1e-5, 0.001, 0.01, 0.1, 0.5, 0.9, 1];
        var first = rates.Select(rate => new Operation("work", rate)).ToList();
        var second = rates.Select(rate => new Operation("other", rate)).ToList();
        foreach (var id in Ids)
        {
            var kept = first.Select(operation => IsKept(operation, id)).ToList();
            Assert.Equal(kept, second.Select(operation => IsKept(operation, id)));
            Assert.Equal(kept.Order(), kept);
        }
    }

    [Theory]
    [InlineData(0.5, "ffffffffffffffffff80000000000000", true)]
    [InlineData(0.5, "ffffffffffffffffff7fffffffffffff", false)]
    [InlineData(0.5, "0000000000000000008000000000000f", true)]
    [InlineData(0.01, "00000000000000000afd70a3d70a3d71", true)]
    [InlineData(0.01, "00000000000000000afd70a3d70a3d70", false)]
    public void Decide_TraceAtTheThreshold_IsByItsLow56Bits(double rate, string id, bool isKept) =>
        Assert.Equal(isKept, IsKept(new Operation("work", rate), ActivityTraceId.CreateFromString(id)));

    [Fact]
    public void ShouldSample_Child_FollowsItsParentAndKeepsItsTraceState()
    {
        using var host = new SamplerHost(options => options.InitialSampleRate = 0.5);
        for (var trace = 0; trace < 100; trace++)
        {
            foreach (var isRemote in (bool[])[true, false])
            {
                var kept = host.Sampler.ShouldSample(Spans.Child(Spans.Id(trace), isKept: true, isRemote, "ot=th:8"));
                Assert.Equal((SamplingDecision.RecordAndSample, null), (kept.Decision, kept.TraceStateString));
                Assert.Equal(SamplingDecision.Drop, host.Sampler.ShouldSample(Spans.Child(Spans.Id(trace), isKept: false, isRemote)).Decision);
            }
        }
    }

    [Fact]
    public void ShouldSample_NotParentBased_DecidesChildrenByTheirTraceOrItsRandomness()
    {
        using var host = new SamplerHost(options => (options.InitialSampleRate, options.ParentBased) = (0.5, false));
        var id = ActivityTraceId.CreateFromString("00000000000000000000000000000001");

        var byId = host.Sampler.ShouldSample(Spans.Child(id, isKept: true, isRemote: true, "vendor=1,ot=th:0"));
        var byRandomness = host.Sampler.ShouldSample(Spans.Child(id, isKept: false, isRemote: true, "vendor=1,ot=rv:80000000000000"));

        Assert.Equal((SamplingDecision.Drop, "vendor=1"), (byId.Decision, byId.TraceStateString));
        Assert.Equal((SamplingDecision.RecordAndSample, "ot=th:8;rv:80000000000000,vendor=1"), (byRandomness.Decision, byRandomness.TraceStateString));
    }

    [Fact]
    public void ShouldSample_KeptRoot_SaysItsThreshold()
    {
        using var host = new SamplerHost(options => options.InitialSampleRate = 0.25);
        host.Service.Rates = FakeService.Strategy(0.25);
        var results = Enumerable.Range(0, 100).Select(trace => host.Decide("work", trace)).ToList();

        Assert.Contains(results, result => result.Decision == SamplingDecision.Drop);
        Assert.All(results.Where(result => result.Decision == SamplingDecision.RecordAndSample), result => Assert.Equal("ot=th:c", result.TraceStateString));
        Assert.All(results, result => Assert.Empty(result.Attributes));
    }

    [Fact]
    public async Task Counter_ManyThreads_LosesNothing()
    {
        const int Each = 200_000;
        var counter = new DecisionCounter();
        var (total, kept) = (0L, 0L);
        var adders = Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
                counter.Add(i % 4 == 0);
        })).ToList();
        do
        {
            var taken = counter.Take();
            Assert.True(taken.Kept <= taken.Total);
            (total, kept) = (total + taken.Total, kept + taken.Kept);
            await Task.Yield();
        }
        while (!adders.TrueForAll(adder => adder.IsCompleted));

        var last = counter.Take();
        Assert.Equal((8L * Each, 8L * Each / 4), (total + last.Total, kept + last.Kept));
    }

    private static bool IsKept(Operation operation, ActivityTraceId id) =>
        operation.Decide(id, traceState: null, isRoot: true).Decision == SamplingDecision.RecordAndSample;

    private static ActivityTraceId[] MakeIds()
    {
        var dice = new Random(20_261_128);
        var bytes = new byte[16];
        var ids = new ActivityTraceId[Traces];
        for (var i = 0; i < Traces; i++)
        {
            dice.NextBytes(bytes);
            ids[i] = ActivityTraceId.CreateFromBytes(bytes);
        }

        return ids;
    }
}
