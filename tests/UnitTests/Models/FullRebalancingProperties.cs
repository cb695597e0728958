using DynamicSampling.Tasks.Models;
using FsCheck;
using FsCheck.Fluent;

namespace DynamicSampling.Tests.Models;

/// <summary>What holds for every input; the seed is fixed, so a failure repeats.</summary>
public sealed class FullRebalancingProperties
{
    private static readonly Gen<Case> Cases =
        from counts in Gen.ArrayOf(Given.Count)
        from rate in Given.Rate
        from intensity in Given.Intensity
        from order in Gen.Shuffle(Enumerable.Range(0, counts.Length))
        from floor in Gen.OneOf(Gen.Constant(0.0), Given.Rate)
        from minimum in Gen.Choose(0, 2_000)
        select new Case(counts, rate, intensity, order, floor, minimum / 1_000.0);

    [Fact]
    public void Rebalance_AnyIntensity_SpendsTheBudgetExactly() => Check(given =>
    {
        var budget = given.Counts.Sum() * given.Rate;
        Given.AssertRelative(budget, Given.Spent(given.Counts, FullRebalancingTests.Rates(given.Counts, given.Rate, given.Intensity)));
    });

    [Fact]
    public void Rebalance_MinimumAtLeastTheBudget_SpendsItAsFarAsItCan() => Check(given =>
    {
        var total = given.Counts.Sum();
        var minimum = Math.Max(total * given.Rate, total * given.Minimum);
        Given.AssertRelative(Math.Min(total, minimum), Given.Spent(given.Counts, FullRebalancingTests.Rates(given.Counts, given.Rate, minimum: minimum)));
    });

    [Fact]
    public void Rebalance_AnyInput_RatesAreFromFloorToOne() => Check(given => Assert.All(
        FullRebalancingTests.Rates(given.Counts, given.Rate, given.Intensity, given.Minimum * given.Counts.Sum(), given.Floor),
        rate => Assert.InRange(rate, given.Floor, 1)));

    [Fact]
    public void Rebalance_LargerCount_NeverGetsALargerRate() => Check(given =>
    {
        var rates = FullRebalancingTests.Rates(given.Counts, given.Rate, given.Intensity, given.Minimum * given.Counts.Sum(), given.Floor);
        Given.AssertLargerNeverGetsMore(given.Counts, rates);
    });

    [Fact]
    public void Rebalance_EqualCounts_GetEqualRates() => Check(given =>
    {
        double[] counts = [.. given.Counts, .. given.Counts];
        var rates = FullRebalancingTests.Rates(counts, given.Rate, given.Intensity);
        Assert.Equal(rates[..given.Counts.Length], rates[given.Counts.Length..]);
    });

    [Fact]
    public void Rebalance_OrderOfInput_IsIrrelevantToTheLastBit() => Check(given =>
    {
        var classes = FullRebalancingTests.Classes(given.Counts);
        var expected = new double[classes.Length];
        var shuffled = new double[classes.Length];

        FullRebalancing.Rebalance(classes, expected, given.Rate, given.Intensity);
        FullRebalancing.Rebalance(Array.ConvertAll(given.Order, index => classes[index]), shuffled, given.Rate, given.Intensity);

        Assert.Equal(
            given.Order.Select(index => BitConverter.DoubleToInt64Bits(expected[index])), shuffled.Select(BitConverter.DoubleToInt64Bits));
    });

    [Fact]
    public void Rebalance_DuplicateId_IsAlwaysRejected() => Check(given =>
    {
        if (given.Counts.Length < 2)
            return;
        var classes = FullRebalancingTests.Classes(given.Counts);
        var repeated = classes[given.Order[0]].Id;
        classes[given.Order[1]] = new(new string(repeated), given.Rate);
        var rates = new double[classes.Length];

        var exception = Assert.Throws<ArgumentException>("classes", () => FullRebalancing.Rebalance(classes, rates, given.Rate, given.Intensity));

        Assert.Contains($"'{repeated}'", exception.Message, StringComparison.Ordinal);
        Assert.All(rates, rate => Assert.Equal(0, rate));
    });

    [Fact]
    public void Check_PropertyThatDoesNotHold_Fails() =>
        Assert.ThrowsAny<Exception>(() => Check(given => Assert.True(given.Counts.Sum() < 1_000_000)));

    private static void Check(Action<Case> property) => Cases.Check(property);

    private sealed record Case(double[] Counts, double Rate, double Intensity, int[] Order, double Floor, double Minimum);
}
