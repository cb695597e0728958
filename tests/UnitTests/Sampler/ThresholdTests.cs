using DynamicSampling.Sampler.Decisions;

namespace DynamicSampling.Tests.Sampler;

public sealed class ThresholdTests
{
    [Theory]
    [InlineData(1, "0")]
    [InlineData(0.75, "4")]
    [InlineData(0.5, "8")]
    [InlineData(0.25, "c")]
    [InlineData(0.0625, "f")]
    [InlineData(0.1, "e6666666666666")]
    [InlineData(0.01, "fd70a3d70a3d71")]
    [InlineData(1.3877787807814457E-17, "ffffffffffffff")]
    [InlineData(1e-30, "ffffffffffffff")]
    public void TextOf_Rate_HasUpTo14DigitsAndNoZerosAtItsEnd(double rate, string text) => Assert.Equal(text, Threshold.TextOf(Threshold.Of(rate)));

    [Fact]
    public void RateOf_ThresholdOfRate_IsTheRateInStepsOf56Bits()
    {
        var dice = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var rate = Math.Max(Math.Pow(dice.NextDouble(), 1 + (i % 10)), Math.Pow(2, -56));
            Assert.Equal(rate, Threshold.RateOf(Threshold.Of(rate)), Math.Pow(2, -57));
        }

        Assert.Equal(0, Threshold.RateOf(Threshold.Of(0)));
        Assert.Equal(1, Threshold.RateOf(Threshold.Of(1)));
        Assert.Equal(Math.Pow(2, -56), Threshold.RateOf(Threshold.Of(double.Epsilon)));
    }

    [Fact]
    public void ComparableOf_Rates_AreInTheOrderOfTheThresholds()
    {
        double[] rates = [1, 0.99, 0.9, 0.5, 0.1, 0.01, 1e-9, 1e-16, 1e-30, 0];
        var comparable = rates.Select(rate => Threshold.ComparableOf(Threshold.Of(rate))).ToList();

        Assert.Equal(comparable.Order(StringComparer.Ordinal), comparable);
        // Nothing random is behind the last.
        Assert.True(string.CompareOrdinal(comparable[^1], "ffffffffffffff") > 0);
    }
}
