using System.Text.Json;
using DynamicSampling.Tasks.Models;

namespace DynamicSampling.Tests.Models;

public sealed class TransactionsModelTests
{
    // What was in the caller's memory before, to see that errors leave it alone.
    private const double Untouched = -7;

    private static readonly JsonElement Vector = Vectors.Read("transactions_rebalancing");

    public static TheoryData<int> Cases => new(Enumerable.Range(0, Vector.GetProperty("cases").GetArrayLength()));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rebalance_ConformanceCase_IsAsExpected(int number)
    {
        var given = Vector.GetProperty("cases")[number];
        var tolerance = Vector.GetProperty("tolerance").GetDouble();
        var expected = given.GetProperty("expected");
        var rate = given.GetProperty("rate").GetDouble();
        ClassVolume[] classes = [.. given.GetProperty("explicit").EnumerateObject().Select(item => new ClassVolume(item.Name, item.Value.GetDouble()))];
        var rates = new double[classes.Length];

        var rest = TransactionsModel.Rebalance(
            classes,
            rates,
            rate,
            given.GetProperty("total").Deserialize<double?>(),
            given.GetProperty("names").Deserialize<long?>(),
            given.GetProperty("intensity").GetDouble(),
            given.TryGetProperty("floor", out var floor) ? floor.GetDouble() : 0);

        Assert.Equal(given.GetProperty("implicit").GetDouble(), rest, tolerance);
        Assert.Equal(expected.EnumerateObject().Count(), classes.Length);
        for (var index = 0; index < classes.Length; index++)
            Assert.Equal(expected.GetProperty(classes[index].Id).GetDouble(), rates[index], tolerance);
        Assert.Equal(given.GetProperty("branch").GetString(), Branch(rates, rest, rate));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Rebalance_RateZeroOrOne_IsTheRateOfAll(double rate)
    {
        foreach (var total in new double?[] { null, 0, 15, 1e9 })
        {
            Assert.Equal(rate, Rates([5, 0, 10], out var rates, rate, total, names: 9, floor: 0.5));
            Assert.Equal([rate, rate, rate], rates);
        }
    }

    [Fact]
    public void Rebalance_NoExplicitClasses_ImplicitIsTheRate()
    {
        Assert.Equal(0.3, TransactionsModel.Rebalance([], [], 0.3));
        Assert.Equal(0.3, TransactionsModel.Rebalance([], [], 0.3, total: 0, names: 0));
        Assert.Equal(0.3, TransactionsModel.Rebalance([], [], 0.3, total: 1000, names: 7, floor: 0.9));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(20.0, 4L)]
    [InlineData(3.0, 0L)]
    public void Rebalance_NoOthers_BalancesTheExplicitClasses(double? total, long? names)
    {
        Assert.Equal(0.25, Rates([9, 7, 3, 1], out var rates, 0.25, total, names, intensity: 1));
        FullRebalancingTests.AssertClose([4.0 / 27, 4.0 / 21, 4.0 / 9, 1], rates);

        Rates([9, 7, 3, 1], out rates, 0.25, total, names, intensity: 0);
        Assert.Equal([0.25, 0.25, 0.25, 0.25], rates);
    }

    [Fact]
    public void Rebalance_OthersWithoutNames_KeepTheRate()
    {
        // 80 traces have names that nobody counted.
        Assert.Equal(0.5, Rates([15, 5], out var rates, 0.5, total: 100, names: 2, intensity: 1));
        FullRebalancingTests.AssertClose([1.0 / 3, 1], rates);
    }

    [Fact]
    public void Rebalance_OthersUnderTheirShare_AreKeptWhole()
    {
        // B = 20, b = 5: the two others could spend 10 and have 8. The explicit classes share 12: 4 + 8.
        Assert.Equal(1, Rates([88, 4], out var rates, 0.2, total: 100, names: 4, intensity: 1));
        FullRebalancingTests.AssertClose([8.0 / 88, 1], rates);

        Rates([88, 4], out rates, 0.2, total: 100, names: 4, intensity: 0);
        FullRebalancingTests.AssertClose([12.0 / 92, 12.0 / 92], rates);
    }

    [Fact]
    public void Rebalance_OthersWithoutTraces_AreKeptWhole()
    {
        Assert.Equal(1, Rates([15, 5], out var rates, 0.5, total: 20, names: 40, intensity: 1));
        FullRebalancingTests.AssertClose([1.0 / 3, 1], rates);
    }

    [Fact]
    public void Rebalance_ExplicitUnderTheirShare_AreKeptWhole()
    {
        // B = 50, b = 12.5: the two explicit classes could spend 25 and have 20. The 80 others share 30.
        Assert.Equal(0.375, Rates([12, 8], out var rates, 0.5, total: 100, names: 4), 1e-12);
        Assert.Equal([1, 1], rates);
    }

    [Theory]
    [InlineData(1, 1, 0.153, 1)]
    [InlineData(0.5, (1 + (18.15 / 101)) / 2, (0.153 + (18.15 / 101)) / 2, (36.3 - ((16.3 + 18.15) / 2)) / 20)]
    [InlineData(0, 18.15 / 101, 18.15 / 101, 0.9075)]
    public void Rebalance_BothCanSpend_ExplicitTakeWhatTheOthersCannotUse(double intensity, double small, double large, double others)
    {
        // B = 36.3, b = 9.075. The small class leaves 8.075 over, of which the 20 others can use 20 - 18.15 only.
        Assert.Equal(others, Rates([1, 100], out var rates, 0.3, total: 121, names: 4, intensity), 1e-12);
        FullRebalancingTests.AssertClose([small, large], rates);
    }

    [Fact]
    public void Rebalance_BothCanSpend_OthersTakeWhatTheExplicitCannotUse()
    {
        // B = 40, b = 10: 1 + 10 explicit, 29 of 899.
        Assert.Equal(29.0 / 899, Rates([1, 100], out var rates, 0.04, total: 1000, names: 4, intensity: 1), 1e-12);
        FullRebalancingTests.AssertClose([1, 0.1], rates);
    }

    [Theory]
    [InlineData(0.4, 0.4)]
    [InlineData(0.9, 0.5)]
    public void Rebalance_FloorAboveWhatTheOthersGet_Holds(double floor, double expected)
    {
        Assert.Equal(expected, Rates([12, 8], out var rates, 0.5, total: 100, names: 4, floor: floor));
        Assert.Equal([1, 1], rates);
    }

    [Fact]
    public void Rebalance_FloorAboveWhatExplicitGet_OthersPayForIt()
    {
        // B = 200, b = 20. Explicit: 1 whole, 30 of 300 by the floor where 20 would do. The others: 169 of 699.
        Assert.Equal(169.0 / 699, Rates([1, 300], out var rates, 0.2, total: 1000, names: 10, intensity: 1, floor: 0.1), 1e-12);
        FullRebalancingTests.AssertClose([1, 0.1], rates);
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(0.0, 9L)]
    [InlineData(1000.0, 9L)]
    public void Rebalance_ExplicitWithoutTraces_AreWholeAndTheOthersKeepTheRate(double? total, long? names)
    {
        Assert.Equal(0.3, Rates([0, 0], out var rates, 0.3, total, names));
        Assert.Equal([1, 1], rates);
    }

    [Fact]
    public void Rebalance_MoreRoomThanClasses_LeavesTheRestAlone()
    {
        double[] rates = [Untouched, Untouched, Untouched];

        TransactionsModel.Rebalance(FullRebalancingTests.Classes([5, 5]), rates, 0.5);

        Assert.Equal([0.5, 0.5, Untouched], rates);
    }

    [Fact]
    public void Rebalance_Defaults_AreIntensityOfFourFifthsAndNoFloor()
    {
        Rates([1, 3, 7, 9], out var expected, 0.25, intensity: 0.8, floor: 0);
        var rates = new double[4];

        TransactionsModel.Rebalance(FullRebalancingTests.Classes([1, 3, 7, 9]), rates, 0.25);

        Assert.Equal(expected, rates);
    }

    public static TheoryData<string, Action<double[]>, string> Errors => new()
    {
        { "rate", rates => TransactionsModel.Rebalance(FullRebalancingTests.Classes([1]), rates, -0.1), "from 0 to 1" },
        { "rate", rates => TransactionsModel.Rebalance([], rates, double.NaN), "from 0 to 1" },
        { "intensity", rates => TransactionsModel.Rebalance([], rates, 0.5, intensity: 1.1), "from 0 to 1" },
        { "floor", rates => TransactionsModel.Rebalance([], rates, 0.5, floor: double.PositiveInfinity), "from 0 to 1" },
        { "total", rates => TransactionsModel.Rebalance(FullRebalancingTests.Classes([1]), rates, 0.5, total: -1), "total" },
        { "total", rates => TransactionsModel.Rebalance(FullRebalancingTests.Classes([1]), rates, 1, total: double.NaN), "total" },
        { "total", rates => TransactionsModel.Rebalance(FullRebalancingTests.Classes([1]), rates, 0, total: double.PositiveInfinity), "total" },
        { "names", rates => TransactionsModel.Rebalance(FullRebalancingTests.Classes([1]), rates, 0.5, names: -1), "names" },
        { "rates", rates => TransactionsModel.Rebalance(FullRebalancingTests.Classes([1, 2]), rates.AsSpan(0, 1), 0.5), "2 classes" },
        { "explicitClasses", rates => TransactionsModel.Rebalance([new("good", 1), new("culprit", -1)], rates, 0.5), "'culprit'" },
        { "explicitClasses", rates => TransactionsModel.Rebalance([new("good", 1), new("culprit", double.NaN)], rates, 0), "'culprit'" },
        { "explicitClasses", rates => TransactionsModel.Rebalance([new("culprit", 2), new("a", 1), new("culprit", 1)], rates, 1), "'culprit'" },
        { "explicitClasses", rates => TransactionsModel.Rebalance([default], rates, 0.5), "no id" },
        {
            "explicitClasses",
            rates => TransactionsModel.Rebalance([new("a", double.MaxValue), new("b", double.MaxValue)], rates, 0.5, names: 9),
            "add up"
        },
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

    private static double Rates(
        double[] counts, out double[] rates, double rate, double? total = null, long? names = null, double intensity = 0.8, double floor = 0)
    {
        rates = new double[counts.Length];
        return TransactionsModel.Rebalance(FullRebalancingTests.Classes(counts), rates, rate, total, names, intensity, floor);
    }

    // In the conformance cases the results tell the branches apart.
    private static string Branch(double[] rates, double rest, double rate) =>
        rates.Length == 0 ? "none explicit"
        : rest == rate ? "all"
        : rest == 1 ? "implicit-under"
        : rates.All(item => item == 1) ? "explicit-under"
        : "both";
}
