using System.Text.Json;
using DynamicSampling.Tasks.Models;

namespace DynamicSampling.Tests.Models;

public sealed class RecalibrationModelTests
{
    private static readonly JsonElement Vector = Vectors.Read("recalibration");

    public static TheoryData<int> Cases => new(Enumerable.Range(0, Vector.GetProperty("cases").GetArrayLength()));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Factor_ConformanceCase_IsAsExpected(int number)
    {
        var given = Vector.GetProperty("cases")[number];
        var expected = given.GetProperty("expected").Deserialize<double?>();

        var factor = RecalibrationModel.Factor(
            given.GetProperty("live").GetDouble(), 1, given.GetProperty("effective").GetDouble(), given.GetProperty("target").GetDouble());

        Assert.Equal(expected is null, factor is null);
        Assert.Equal(expected ?? 0, factor ?? 0, Vector.GetProperty("tolerance").GetDouble());
    }

    [Fact]
    public void Bounds_AreThoseOfTheConformanceCases() =>
        Assert.Equal(Vector.GetProperty("bounds").Deserialize<double[]>()!, new[] { RecalibrationModel.MinFactor, RecalibrationModel.MaxFactor });

    [Theory]
    [InlineData(0, 1, 0.5)]
    [InlineData(-3, 1, 0.5)]
    [InlineData(10, 0, 0.5)]
    [InlineData(10, -1, 0.5)]
    [InlineData(10, 1, 0)]
    public void Factor_NothingToGoBy_IsNull(double total, double kept, double target) =>
        Assert.Null(RecalibrationModel.Factor(1, total, kept, target));

    [Theory]
    [InlineData(2, 1000, 100, 0.2, 4)]
    [InlineData(1, 1000, 1000, 0.001, 0.1)]
    [InlineData(1, 1000, 100, 0.1 * (1 + 9e-10), 1)]
    [InlineData(1, 1000, 100, 0.1 * (1 + 2e-9), 1 + 2e-9)]
    [InlineData(1, 1e300, double.Epsilon, double.Epsilon, 10)]
    [InlineData(1, double.Epsilon, 1e300, 1, 0.1)]
    public void Factor_AnyNumbers_IsLiveTimesTargetByEffectiveWithinBounds(double live, double total, double kept, double target, double expected) =>
        Assert.Equal(expected, RecalibrationModel.Factor(live, total, kept, target)!.Value, 1e-14);

    [Theory]
    [InlineData(0, 1, 1, 1, "live")]
    [InlineData(double.NaN, 1, 1, 1, "live")]
    [InlineData(double.PositiveInfinity, 1, 1, 1, "live")]
    [InlineData(1, double.NaN, 1, 1, "total")]
    [InlineData(1, double.PositiveInfinity, 1, 1, "total")]
    [InlineData(1, 1, double.NaN, 1, "kept")]
    [InlineData(1, 0, double.NegativeInfinity, 1, "kept")]
    [InlineData(1, 1, 1, 1.1, "target")]
    [InlineData(1, 0, 0, double.NaN, "target")]
    public void Factor_InvalidInput_NamesTheCulprit(double live, double total, double kept, double target, string culprit)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(culprit, () => RecalibrationModel.Factor(live, total, kept, target));

        Assert.Contains(culprit, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Predicted_Limits_HoldAfterTheFactor()
    {
        FactorClass[] classes = [new(100, 0.2, 0, 1), new(50, 0.5, 0.25, 0.75), new(10, 0.3, 1, 1), new(1000, 0, 0, 1)];

        Assert.Equal(20 + 25 + 10, RecalibrationModel.Predicted(classes, 1), 1e-12);
        Assert.Equal(40 + 37.5 + 10, RecalibrationModel.Predicted(classes, 2), 1e-12);
        Assert.Equal(100 + 37.5 + 10, RecalibrationModel.Predicted(classes, 10), 1e-12);
        Assert.Equal(2 + 12.5 + 10, RecalibrationModel.Predicted(classes, 0.1), 1e-12);
        Assert.Equal(0, RecalibrationModel.Predicted([], 5));
    }

    [Theory]
    [InlineData(40, 2)]
    [InlineData(10, 0.5)]
    [InlineData(20, 1)]
    [InlineData(20 * (1 + 9e-10), 1)]
    [InlineData(20 * (1 + 2e-9), 1 + 2e-9)]
    [InlineData(2, 0.1)]
    [InlineData(1, 0.1)]
    [InlineData(0, 0.1)]
    [InlineData(100, 5)]
    [InlineData(100 * (1 + 1e-13), 5)]
    [InlineData(101, 10)]
    public void Solve_OneClass_IsTheRatioWithinReach(double wanted, double expected) =>
        Assert.Equal(expected, RecalibrationModel.Solve([new(100, 0.2, 0, 1)], wanted), 1e-10);

    [Fact]
    public void Solve_ClassThatDoesNotRespond_LeavesItToTheOthers() =>
        Assert.Equal(2, RecalibrationModel.Solve([new(50, 0.7, 1, 1), new(100, 0.2, 0, 1)], 90), 1e-10);

    [Fact]
    public void Solve_NoClassResponds_IsOne()
    {
        Assert.Equal(1, RecalibrationModel.Solve([], 5));
        Assert.Equal(1, RecalibrationModel.Solve([new(100, 0, 0, 1), new(50, 0.2, 1, 1), new(0, 0.2, 0, 1)], 5));
    }

    [Theory]
    [InlineData(104, 2)]
    [InlineData(104 * (1 + 1e-15), 2)]
    [InlineData(104 * (1 - 1e-15), 2)]
    [InlineData(105, 5)]
    public void Solve_IntervalOfSolutionsAboveOne_IsItsLowerEnd(double wanted, double expected) =>
        Assert.Equal(expected, RecalibrationModel.Solve([new(100, 0.5, 0, 1), new(100, 0.01, 0.04, 1)], wanted), 1e-9);

    [Theory]
    [InlineData(45, 0.5)]
    [InlineData(45 * (1 + 1e-15), 0.5)]
    [InlineData(45 * (1 - 1e-15), 0.5)]
    [InlineData(41, 0.2)]
    public void Solve_IntervalOfSolutionsBelowOne_IsItsUpperEnd(double wanted, double expected) =>
        Assert.Equal(expected, RecalibrationModel.Solve([new(100, 0.5, 0.25, 1), new(100, 0.8, 0, 0.2)], wanted), 1e-9);

    // What is out of reach by no more than the tolerance is met by the whole interval at the limit.
    [Theory]
    [InlineData(10 * (1 - 5e-10), 0.5)]
    [InlineData(30 * (1 + 5e-10), 1.5)]
    public void Solve_HardlyOutOfReach_IsTheEndNearOneOfTheLimit(double wanted, double expected) =>
        Assert.Equal(expected, RecalibrationModel.Solve([new(100, 0.2, 0.1, 0.3)], wanted), 1e-9);

    [Fact]
    public void Solve_IntervalOfSolutionsAroundOne_IsOne() =>
        Assert.Equal(1, RecalibrationModel.Solve([new(100, 0.5, 0.2, 0.3), new(100, 0.01, 0.04, 1)], 34));

    public static TheoryData<FactorClass[], string> InvalidClasses => new()
    {
        { [new(1, 0.5, 0, 1), new(-1, 0.5, 0, 1)], "count of class 1 " },
        { [new(double.NaN, 0.5, 0, 1)], "count of class 0 " },
        { [new(1, 0.5, 0, 1), new(1, 1.5, 0, 1)], "rate of class 1 " },
        { [new(1, double.NaN, 0, 1)], "rate of class 0 " },
        { [new(1, 0.5, -0.1, 1)], "limits of class 0 " },
        { [new(1, 0.5, double.NaN, 1)], "limits of class 0 " },
        { [new(1, 0.5, 0, 1.1)], "limits of class 0 " },
        { [new(1, 0.5, 0, double.NaN)], "limits of class 0 " },
        { [new(1, 0.5, 0.6, 0.5)], "limits of class 0 " },
        { [new(double.MaxValue, 0.5, 0, 1), new(double.MaxValue, 0.5, 0, 1)], "add up" },
    };

    [Theory]
    [MemberData(nameof(InvalidClasses), DisableDiscoveryEnumeration = true)]
    public void SolveAndPredicted_InvalidClass_NameIt(FactorClass[] classes, string culprit)
    {
        var solving = Assert.Throws<ArgumentOutOfRangeException>(nameof(classes), () => RecalibrationModel.Solve(classes, 1));
        var predicting = Assert.Throws<ArgumentOutOfRangeException>(nameof(classes), () => RecalibrationModel.Predicted(classes, 1));

        Assert.Contains(culprit, solving.Message, StringComparison.Ordinal);
        Assert.Contains(culprit, predicting.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void SolveAndPredicted_InvalidNumber_NameIt(double number)
    {
        Assert.Throws<ArgumentOutOfRangeException>("wanted", () => RecalibrationModel.Solve([], number));
        Assert.Throws<ArgumentOutOfRangeException>("factor", () => RecalibrationModel.Predicted([], number));
    }
}
