using DynamicSampling.Tasks.Models;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace DynamicSampling.Tests.Models;

/// <summary>What holds for every input; the seed is fixed, so a failure repeats.</summary>
public sealed class FullRebalancingProperties
{
    private static readonly Config Config = Config.QuickThrowOnFailure.WithMaxTest(2_000).WithQuietOnSuccess(true)
        .WithReplay(FSharpOption<Replay>.Some(new(new Rnd(20_261_122, 20_261_123), FSharpOption<int>.None)));

    private static readonly Gen<double> Count = Gen.OneOf(
        Gen.Choose(0, 9).Select(count => (double)count),
        Gen.Choose(0, 1_000_000).Select(count => (double)count),
        Gen.Choose(0, int.MaxValue).Select(count => count * 1_000.0),
        Gen.Choose(0, 1_000_000).Select(count => count / 977.0));

    // Strictly between 0 and 1, also close to both.
    private static readonly Gen<double> Rate = Gen.OneOf(
        Gen.Choose(1, 999).Select(rate => rate / 1_000.0),
        Gen.Choose(1, 999).Select(rate => rate / 1e7),
        Gen.Choose(1, 999).Select(rate => 1 - (rate / 1e7)));

    private static readonly Gen<double> Intensity = Gen.OneOf(
        Gen.Elements(0.0, 0.5, 0.8, 1.0), Gen.Choose(0, 1_000).Select(share => share / 1_000.0));

    private static readonly Gen<Case> Cases =
        from counts in Gen.ArrayOf(Count)
        from rate in Rate
        from intensity in Intensity
        from order in Gen.Shuffle(Enumerable.Range(0, counts.Length))
        from floor in Gen.OneOf(Gen.Constant(0.0), Rate)
        from minimum in Gen.Choose(0, 2_000)
        select new Case(counts, rate, intensity, order, floor, minimum / 1_000.0);

    [Fact]
    public void Rebalance_AnyIntensity_SpendsTheBudgetExactly() => Check(given =>
    {
        var budget = given.Counts.Sum() * given.Rate;
        AssertRelative(budget, Spent(given.Counts, FullRebalancingTests.Rates(given.Counts, given.Rate, given.Intensity)));
    });

    [Fact]
    public void Rebalance_MinimumAtLeastTheBudget_SpendsItAsFarAsItCan() => Check(given =>
    {
        var total = given.Counts.Sum();
        var minimum = Math.Max(total * given.Rate, total * given.Minimum);
        AssertRelative(Math.Min(total, minimum), Spent(given.Counts, FullRebalancingTests.Rates(given.Counts, given.Rate, minimum: minimum)));
    });

    [Fact]
    public void Rebalance_AnyInput_RatesAreFromFloorToOne() => Check(given => Assert.All(
        FullRebalancingTests.Rates(given.Counts, given.Rate, given.Intensity, given.Minimum * given.Counts.Sum(), given.Floor),
        rate => Assert.InRange(rate, given.Floor, 1)));

    [Fact]
    public void Rebalance_LargerCount_NeverGetsALargerRate() => Check(given =>
    {
        var rates = FullRebalancingTests.Rates(given.Counts, given.Rate, given.Intensity, given.Minimum * given.Counts.Sum(), given.Floor);
        Array.Sort((double[])given.Counts.Clone(), rates);
        for (var index = 1; index < rates.Length; index++)
            Assert.True(rates[index] <= rates[index - 1], $"{rates[index]:R} after {rates[index - 1]:R}");
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

    private static void Check(Action<Case> property) => Prop.ForAll(Cases.ToArbitrary(), property).Check(Config);

    private static double Spent(double[] counts, double[] rates) => counts.Zip(rates, (count, rate) => count * rate).Sum();

    private static void AssertRelative(double expected, double actual) => Assert.InRange(actual, expected * (1 - 1e-9), expected * (1 + 1e-9));

    private sealed record Case(double[] Counts, double Rate, double Intensity, int[] Order, double Floor, double Minimum);
}
