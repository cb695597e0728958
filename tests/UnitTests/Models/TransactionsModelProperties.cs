using DynamicSampling.Tasks.Models;
using FsCheck;
using FsCheck.Fluent;

namespace DynamicSampling.Tests.Models;

/// <summary>What holds for every input.</summary>
public sealed class TransactionsModelProperties
{
    private static readonly Gen<Case> Cases =
        from counts in Gen.ArrayOf(Given.Count)
        from rate in Given.Rate
        from intensity in Given.Intensity
        from order in Gen.Shuffle(Enumerable.Range(0, counts.Length))
        from floor in Gen.OneOf(Gen.Constant(0.0), Given.Rate)
        from others in Given.Count
        from total in Gen.Elements<double?>(null, others, Sum(counts), Sum(counts) + others, Sum(counts) + (others / 1e6))
        from more in Gen.OneOf(Gen.Choose(0, 9).Select(names => (long)names), Gen.Choose(0, int.MaxValue).Select(names => names * 1000L))
        from names in Gen.Elements<long?>(null, more, counts.Length + more, counts.Length + more)
        select new Case(counts, rate, total, names, intensity, order, floor);

    private static readonly Gen<(double[] Counts, double Rate, double? Total, long? Names, double Intensity, double Floor)> NastyCases =
        from counts in Gen.ArrayOf(Given.NastyAmount)
        from rate in Given.NastyShare
        from total in Gen.OneOf(Gen.Constant<double?>(null), Given.NastyAmount.Select(total => (double?)total))
        from names in Gen.Elements<long?>(null, 0, counts.Length + 1, 1000, long.MaxValue, long.MaxValue - 1, -1)
        from intensity in Given.NastyShare
        from floor in Given.NastyShare
        select (counts, rate, total, names, intensity, floor);

    [Fact]
    public void Rebalance_NoFloor_SpendsTheBudgetExactly() => Cases.Check(given =>
    {
        var (rates, rest) = (given with { Floor = 0 }).Rates();

        var explicitTotal = Sum(given.Counts);
        var total = Math.Max(given.Total ?? 0, explicitTotal);
        Given.AssertRelative(total * given.Rate, Given.Spent(given.Counts, rates) + ((total - explicitTotal) * rest));
    });

    [Fact]
    public void Rebalance_FloorThatDoesNotBind_ChangesNothing() => Cases.Check(given =>
    {
        var (rates, rest) = (given with { Floor = 0 }).Rates();
        var floor = rates.Append(rest).Min() * (1 - 1e-9);

        var (same, sameRest) = (given with { Floor = floor }).Rates();

        Assert.Equal(rates, same);
        Assert.Equal(rest, sameRest);
    });

    [Fact]
    public void Rebalance_AnyInput_RatesAreFromFloorToOne() => Cases.Check(given =>
    {
        var (rates, rest) = given.Rates();

        Assert.All(rates.Append(rest), rate => Assert.InRange(rate, Math.Min(given.Floor, given.Rate), 1));
    });

    [Fact]
    public void Rebalance_LargerCount_NeverGetsALargerRate() =>
        Cases.Check(given => Given.AssertLargerNeverGetsMore(given.Counts, given.Rates().Rates));

    [Fact]
    public void Rebalance_EqualCounts_GetEqualRates() => Cases.Check(given =>
    {
        var (rates, _) = (given with { Counts = [.. given.Counts, .. given.Counts] }).Rates();

        Assert.Equal(rates[..given.Counts.Length], rates[given.Counts.Length..]);
    });

    [Fact]
    public void Rebalance_OrderOfInput_IsIrrelevantToTheLastBit() => Cases.Check(given =>
    {
        var (rates, rest) = given.Rates();
        var (shuffled, shuffledRest) = (given with { Counts = Array.ConvertAll(given.Order, index => given.Counts[index]) }).Rates();

        Assert.Equal(given.Order.Select(index => BitConverter.DoubleToInt64Bits(rates[index])), shuffled.Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal(BitConverter.DoubleToInt64Bits(rest), BitConverter.DoubleToInt64Bits(shuffledRest));
    });

    [Fact]
    public void Rebalance_IntensityZeroWithoutOthers_IsTheRateEverywhere() => Cases.Check(given =>
    {
        if (Sum(given.Counts) == 0)
            return;
        var (rates, rest) = (given with { Names = null, Intensity = 0, Floor = 0 }).Rates();

        Assert.All(rates.Append(rest), rate => Assert.Equal(given.Rate, rate));
    });

    [Fact]
    public void Rebalance_NastyNumbers_FiniteRatesOrAnArgumentError()
    {
        var (results, errors) = (0, 0);
        NastyCases.Check(given =>
        {
            const double Untouched = -7;
            var rates = new double[given.Counts.Length];
            Array.Fill(rates, Untouched);
            try
            {
                var rest = TransactionsModel.Rebalance(
                    FullRebalancingTests.Classes(given.Counts), rates, given.Rate, given.Total, given.Names, given.Intensity, given.Floor);
                Assert.All(rates.Append(rest), rate => Assert.InRange(rate, Math.Min(given.Floor, given.Rate), 1));
                Given.AssertLargerNeverGetsMore(given.Counts, rates);
                results++;
            }
            catch (ArgumentException)
            {
                Assert.All(rates, rate => Assert.Equal(Untouched, rate));
                errors++;
            }
        });

        Assert.True(results > 1000 && errors > 1000, $"{results} results, {errors} errors");
    }

    [Fact]
    public void Check_PropertyThatDoesNotHold_Fails() =>
        Assert.ThrowsAny<Exception>(() => Cases.Check(given => Assert.True(given.Rates().Implicit < 1)));

    // In ascending order, as the model adds them up.
    private static double Sum(double[] counts) => counts.Order().Sum();

    private sealed record Case(double[] Counts, double Rate, double? Total, long? Names, double Intensity, int[] Order, double Floor)
    {
        public (double[] Rates, double Implicit) Rates()
        {
            var rates = new double[Counts.Length];
            var rest = TransactionsModel.Rebalance(FullRebalancingTests.Classes(Counts), rates, Rate, Total, Names, Intensity, Floor);
            return (rates, rest);
        }
    }
}
