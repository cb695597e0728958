using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Api.Ingest.Traffic;

namespace DynamicSampling.IntegrationTests.Ingest.Traffic;

/// <summary>Spans that come again.</summary>
public sealed class RepeatedSpansTests
{
    [Fact]
    public void Add_TheLatestSpans_AreRemembered()
    {
        var spans = new RepeatedSpans(10_000);
        for (var i = 1; i <= 50_000; i++)
            Assert.True(Add(spans, "acme", Span(i)));

        // The parts fill up unevenly.
        for (var i = 42_000; i <= 50_000; i++)
            Assert.False(Add(spans, "acme", Span(i)));
        Assert.True(Add(spans, "acme", Span(1)));
    }

    [Fact]
    public void Add_SameIdsElsewhere_AreOtherSpans()
    {
        var spans = new RepeatedSpans(1000);

        Assert.True(Add(spans, "acme", new(1, 2)));
        Assert.True(Add(spans, "other", new(1, 2)));
        Assert.True(Add(spans, "acme", new(1, 3)));
        Assert.True(Add(spans, "acme", new(UInt128.One << 64, 2)));
        Assert.False(Add(spans, "acme", new(1, 2)));
    }

    [Fact]
    public void Add_AtOnce_LetsEachThroughOnce()
    {
        var spans = new RepeatedSpans(200_000);
        var passed = 0;
        Parallel.For(0, 4, _ =>
        {
            for (var i = 1; i <= 50_000; i++)
            {
                if (Add(spans, "acme", Span(i)))
                    Interlocked.Increment(ref passed);
            }
        });

        Assert.Equal(50_000, passed);
    }

    [Fact]
    public void Add_ManyAtOnce_FindsThoseThatCameBeforeAndTheSecondOnes()
    {
        var spans = new RepeatedSpans(10_000);
        var seed = spans.SeedOf("acme");
        var fingerprints = Enumerable.Range(1, RepeatedSpans.MaxBatch).Select(i => RepeatedSpans.FingerprintOf(seed, Span(i))).ToArray();
        for (var i = 0; i < fingerprints.Length; i += 3)
            Assert.True(Add(spans, "acme", Span(i + 1)));
        fingerprints[2] = fingerprints[1];
        // Two that are not to be remembered.
        fingerprints[6] = fingerprints[9] = 0;

        var areNew = new bool[RepeatedSpans.MaxBatch];
        spans.Add(fingerprints, areNew);

        Assert.Equal(Enumerable.Range(0, fingerprints.Length).Select(i => i != 2 && (i % 3 != 0 || fingerprints[i] == 0)), areNew);
    }

    private static bool Add(RepeatedSpans spans, string organization, SpanIdentity span)
    {
        Span<bool> isNew = [false];
        spans.Add([RepeatedSpans.FingerprintOf(spans.SeedOf(organization), span)], isNew);
        return isNew[0];
    }

    private static SpanIdentity Span(int i) => new((UInt128)i * 0x9E3779B97F4A7C15, (ulong)i);
}
