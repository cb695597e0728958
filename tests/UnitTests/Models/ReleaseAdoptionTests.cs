using System.Globalization;
using DynamicSampling.Tasks.Models;

namespace DynamicSampling.Tests.Models;

public sealed class ReleaseAdoptionTests
{
    [Fact]
    public void InitialFactor_ConformanceCases_AreAsExpected()
    {
        var vector = Vectors.Read("rules");
        var cases = vector.GetProperty("releaseFactor").EnumerateObject().ToList();

        Assert.Equal(7, cases.Count);
        Assert.All(cases, item => Assert.Equal(
            item.Value.GetDouble(), ReleaseAdoption.InitialFactor(double.Parse(item.Name, CultureInfo.InvariantCulture)),
            vector.GetProperty("tolerance").GetDouble()));
    }

    [Theory]
    [InlineData(-100, 1.4)]
    [InlineData(0, 1.4)]
    [InlineData(900, 1.3)]
    [InlineData(1800, 1.2)]
    [InlineData(3599, 1.4 - (0.4 * 3599 / 3600))]
    [InlineData(3600, 1)]
    [InlineData(1e300, 1)]
    public void Factor_Elapsed_IsOnTheLine(double elapsed, double expected) =>
        Assert.Equal(expected, ReleaseAdoption.Factor(1.4, 1, elapsed, 3600), 1e-12);

    [Fact]
    public void Factor_GrowingOrAtOnce_IsFine()
    {
        Assert.Equal(0.75, ReleaseAdoption.Factor(0.5, 1, 5, 10), 1e-12);
        Assert.Equal(1, ReleaseAdoption.Factor(1.4, 1, 0, 0));
    }

    public static TheoryData<string, Action> Errors => new()
    {
        { "baseRate", () => ReleaseAdoption.InitialFactor(-0.1) },
        { "baseRate", () => ReleaseAdoption.InitialFactor(1.1) },
        { "baseRate", () => ReleaseAdoption.InitialFactor(double.NaN) },
        { "initial", () => ReleaseAdoption.Factor(double.PositiveInfinity, 1, 5, 10) },
        { "decayed", () => ReleaseAdoption.Factor(1, -1, 5, 10) },
        { "elapsedSeconds", () => ReleaseAdoption.Factor(1, 1, double.NaN, 10) },
        { "adoptionSeconds", () => ReleaseAdoption.Factor(1, 1, 5, -10) },
    };

    [Theory]
    [MemberData(nameof(Errors), DisableDiscoveryEnumeration = true)]
    public void InvalidInput_NamesTheCulprit(string parameter, Action action)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(parameter, action);

        Assert.Contains($"The {parameter} must be", exception.Message, StringComparison.Ordinal);
    }
}
