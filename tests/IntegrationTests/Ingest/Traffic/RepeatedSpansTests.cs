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
            Assert.True(spans.Add("acme", Span(i)));

        // The parts fill up unevenly.
        for (var i = 42_000; i <= 50_000; i++)
            Assert.False(spans.Add("acme", Span(i)));
        Assert.True(spans.Add("acme", Span(1)));
    }

    [Fact]
    public void Add_SameIdsElsewhere_AreOtherSpans()
    {
        var spans = new RepeatedSpans(1000);

        Assert.True(spans.Add("acme", new(1, 2)));
        Assert.True(spans.Add("other", new(1, 2)));
        Assert.True(spans.Add("acme", new(1, 3)));
        Assert.True(spans.Add("acme", new(UInt128.One << 64, 2)));
        Assert.False(spans.Add("acme", new(1, 2)));
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
                if (spans.Add("acme", Span(i)))
                    Interlocked.Increment(ref passed);
            }
        });

        Assert.Equal(50_000, passed);
    }

    private static SpanIdentity Span(int i) => new((UInt128)i * 0x9E3779B97F4A7C15, (ulong)i);
}
