using DynamicSampling.Tasks.Models;

namespace DynamicSampling.Tests.Models;

public sealed class FullRebalancingTests
{
    // What was in the caller's memory before, to see that errors leave it alone.
    private const double Untouched = -7;

    [Fact]
    public void Rebalance_NoClasses_IsEmpty() => Assert.Empty(Rates([], 0.5));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Rebalance_RateZeroOrOne_IsTheRateOfAll(double rate)
    {
        foreach (var intensity in new[] { 0, 0.5, 1 })
            Assert.Equal([rate, rate, rate, rate], Rates([9, 0, 7, 1], rate, intensity));
    }

    [Theory]
    [InlineData(0, new[] { 0.25, 0.25, 0.25, 0.25 })]
    [InlineData(0.5, new[] { 0.625, 0.25 + ((4.0 / 9 - 0.25) / 2), 0.25 + ((4.0 / 21 - 0.25) / 2), 0.25 + ((4.0 / 27 - 0.25) / 2) })]
    [InlineData(1, new[] { 1, 4.0 / 9, 4.0 / 21, 4.0 / 27 })]
    public void Rebalance_Intensity_IsBetweenOneRateAndWaterFilling(double intensity, double[] expected) =>
        AssertClose(expected, Rates([1, 3, 7, 9], 0.25, intensity));

    [Fact]
    public void Rebalance_ZeroCounts_AreKeptWholeAndTakePart()
    {
        AssertClose([1, 0.1875, 0.5], Rates([0, 8, 3], 1.5 * 2 / 11));
        Assert.Equal([1, 1], Rates([0, 0], 0.5));
    }

    [Fact]
    public void Rebalance_MinimumAboveTheBudget_IsSpentAsFarAsTheClassesHaveIt()
    {
        AssertClose([1, 1, 0.8], Rates([1, 3, 10], 0.1, minimum: 12));
        Assert.Equal([1, 1, 1], Rates([1, 3, 10], 0.1, minimum: 1000));
    }

    [Fact]
    public void Rebalance_MinimumBelowTheBudget_SmallClassesPassNothingOn()
    {
        // Each class wants 14 x 0.3 / 3 = 1.4; what the smallest leaves over is not needed.
        AssertClose([1, 1.4 / 3, 0.14], Rates([1, 3, 10], 0.3, minimum: 0));
    }

    [Fact]
    public void Rebalance_Floor_HoldsAfterTheBalancing()
    {
        AssertClose([1, 4.0 / 9, 0.2, 0.2], Rates([1, 3, 7, 9], 0.25, floor: 0.2));
        Assert.Equal([1, 1], Rates([5, 6], 0.25, floor: 1));
    }

    [Fact]
    public void Rebalance_MoreRoomThanClasses_LeavesTheRestAlone()
    {
        double[] rates = [Untouched, Untouched, Untouched];

        FullRebalancing.Rebalance(Classes([5, 5]), rates, 0.5);

        Assert.Equal([0.5, 0.5, Untouched], rates);
    }

    [Fact]
    public void Rebalance_IdsDifferInCase_AreDifferent() =>
        FullRebalancing.Rebalance([new("a", 1), new("A", 1), new("é", 1), new("e\u0301", 1)], new double[4], 0.5);

    // One rounding step was enough to keep a larger class whole after a smaller one had been cut.
    [Theory]
    [InlineData(0.1, 5, 1, 1 - 1.1102230246251565e-16, 0.6)]
    [InlineData(9007199254740990, 9, 2, 1 - 2.220446049250313e-16, null)]
    public void Rebalance_CountsAlmostEqual_LargerNeverGetsMore(double small, int many, int large, double rate, double? minimum)
    {
        var next = Math.BitIncrement(small);
        double[] counts = minimum is null
            ? [.. Enumerable.Repeat(small, many), next, .. Enumerable.Repeat(Math.BitIncrement(next), large)]
            : [.. Enumerable.Repeat(small, many), .. Enumerable.Repeat(next, large)];

        var rates = Rates(counts, rate, minimum: minimum);

        Assert.Equal(rates.OrderDescending(), rates);
    }

    public static TheoryData<string, Action<double[]>, string> Errors => new()
    {
        { "rate", rates => FullRebalancing.Rebalance(Classes([1]), rates, -0.1), "rate" },
        { "rate", rates => FullRebalancing.Rebalance(Classes([1]), rates, 1.1), "rate" },
        { "rate", rates => FullRebalancing.Rebalance(Classes([1]), rates, double.NaN), "rate" },
        { "intensity", rates => FullRebalancing.Rebalance(Classes([1]), rates, 0.5, intensity: 2), "intensity" },
        { "intensity", rates => FullRebalancing.Rebalance(Classes([1]), rates, 0.5, intensity: double.PositiveInfinity), "intensity" },
        { "floor", rates => FullRebalancing.Rebalance(Classes([1]), rates, 0.5, floor: -1), "floor" },
        { "floor", rates => FullRebalancing.Rebalance(Classes([1]), rates, 0.5, floor: double.NaN), "floor" },
        { "minimum", rates => FullRebalancing.Rebalance(Classes([1]), rates, 0.5, minimum: -1), "minimum" },
        { "minimum", rates => FullRebalancing.Rebalance(Classes([1]), rates, 0.5, minimum: double.NaN), "minimum" },
        { "minimum", rates => FullRebalancing.Rebalance(Classes([1]), rates, 0.5, minimum: double.PositiveInfinity), "minimum" },
        { "rates", rates => FullRebalancing.Rebalance(Classes([1, 2]), rates.AsSpan(0, 1), 0.5), "2 classes" },
        { "classes", rates => FullRebalancing.Rebalance([new("good", 1), new("culprit", -1)], rates, 0.5), "'culprit'" },
        { "classes", rates => FullRebalancing.Rebalance([new("good", 1), new("culprit", double.NaN)], rates, 0), "'culprit'" },
        { "classes", rates => FullRebalancing.Rebalance([new("culprit", double.PositiveInfinity), new("good", 1)], rates, 1), "'culprit'" },
        { "classes", rates => FullRebalancing.Rebalance([new("a", 1), new("culprit", 2), new("culprit", 1)], rates, 0.5), "'culprit'" },
        { "classes", rates => FullRebalancing.Rebalance([new("culprit", 2), new("culprit", 2)], rates, 1), "'culprit'" },
        { "classes", rates => FullRebalancing.Rebalance([new("a", 1), new(null!, 2)], rates, 0.5), "no id" },
        { "classes", rates => FullRebalancing.Rebalance([default], rates, 0.5), "no id" },
        { "classes", rates => FullRebalancing.Rebalance([new("a", double.MaxValue), new("b", double.MaxValue)], rates, 0.5), "add up" },
    };

    [Theory]
    [MemberData(nameof(Errors), DisableDiscoveryEnumeration = true)]
    public void Rebalance_InvalidInput_NamesTheCulpritAndLeavesTheRates(string parameter, Action<double[]> rebalance, string culprit)
    {
        double[] rates = [Untouched, Untouched, Untouched];

        var exception = Assert.ThrowsAny<ArgumentException>(() => rebalance(rates));

        Assert.Equal(parameter, exception.ParamName);
        Assert.Contains(culprit, exception.Message, StringComparison.Ordinal);
        Assert.All(rates, rate => Assert.Equal(Untouched, rate));
    }

    internal static ClassVolume[] Classes(double[] counts) => [.. counts.Select((count, index) => new ClassVolume($"class {index}", count))];

    internal static double[] Rates(double[] counts, double rate, double intensity = 1, double? minimum = null, double floor = 0)
    {
        var rates = new double[counts.Length];
        FullRebalancing.Rebalance(Classes(counts), rates, rate, intensity, minimum, floor);
        return rates;
    }

    internal static void AssertClose(double[] expected, double[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var index = 0; index < expected.Length; index++)
            Assert.Equal(expected[index], actual[index], 1e-12);
    }
}
