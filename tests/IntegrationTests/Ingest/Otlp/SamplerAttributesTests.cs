using System.Text;
using DynamicSampling.Api.Ingest.Otlp;

namespace DynamicSampling.IntegrationTests.Ingest.Otlp;

public class SamplerAttributesTests
{
    [Fact]
    public void Probability_NoAttributes_Null() => Assert.Null(Of());

    [Theory]
    [InlineData("sampler.")]
    [InlineData("jaeger.sampler.")]
    public void Probability_Probabilistic_IsItsParameter(string prefix)
    {
        Assert.Equal(0.25, Of((prefix + "type", "probabilistic"), (prefix + "param", 0.25)));
        Assert.Equal(0.25, Of((prefix + "param", "0.25"), (prefix + "type", "probabilistic")));
        Assert.Null(Of((prefix + "type", "probabilistic")));
        Assert.Null(Of((prefix + "param", 0.25)));
        Assert.Null(Of((prefix + "type", "const"), (prefix + "param", 1)));
        Assert.Null(Of((prefix + "type", "ratelimiting"), (prefix + "param", 0.5)));
        Assert.Null(Of((prefix + "type", 5), (prefix + "param", 0.5)));
        Assert.Null(Of((prefix + "type", "probabilistic"), (prefix + "param", 0)));
        Assert.Null(Of((prefix + "type", "probabilistic"), (prefix + "param", 2)));
        Assert.Null(Of((prefix + "type", "probabilistic"), (prefix + "param", "")));
    }

    [Fact]
    public void Probability_OneInN_IsTheInverse()
    {
        Assert.Equal(0.1, Of(("SampleRate", 10)));
        Assert.Null(Of(("SampleRate", 0)));
        Assert.Null(Of(("SampleRate", "ten")));
        Assert.Null(Of(("samplerate", 10)));
    }

    [Fact]
    public void Probability_Several_TheFirstKnown()
    {
        (string, object)[] jaeger = [("jaeger.sampler.type", "probabilistic"), ("jaeger.sampler.param", 0.25)];

        Assert.Equal(0.5, Of([("SampleRate", 10), .. jaeger, ("sampler.type", "probabilistic"), ("sampler.param", 0.5)]));
        Assert.Equal(0.25, Of([("SampleRate", 10), .. jaeger, ("sampler.type", "const"), ("sampler.param", 0.5)]));
        Assert.Equal(0.1, Of(("SampleRate", 10), ("jaeger.sampler.type", "const")));
    }

    [Fact]
    public void Probability_TheSameTwice_TheLast()
    {
        Assert.Equal(0.5, Of(("SampleRate", 10), ("SampleRate", 2)));
        Assert.Null(Of(("SampleRate", 10), ("SampleRate", "")));
        Assert.Null(Of(("sampler.type", "probabilistic"), ("sampler.param", 0.5), ("sampler.type", "const")));
    }

    [Theory]
    [InlineData("sampler.type", true)]
    [InlineData("jaeger.sampler.param", true)]
    [InlineData("SampleRate", true)]
    [InlineData("SampleRates", false)]
    [InlineData("sample", false)]
    [InlineData("server.address", false)]
    [InlineData("jaeger.version", false)]
    [InlineData("http.route", false)]
    [InlineData("", false)]
    public void Concerns_Key_SaysWhetherItMayMatter(string key, bool expected) =>
        Assert.Equal(expected, SamplerAttributes.Concerns(Encoding.UTF8.GetBytes(key)));

    private static double? Of(params (string Key, object Value)[] attributes)
    {
        var taken = default(SamplerAttributes);
        foreach (var (key, value) in attributes)
            taken.Add(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(value as string ?? ""), value is string ? null : Convert.ToDouble(value, provider: null));
        return taken.Probability;
    }
}
