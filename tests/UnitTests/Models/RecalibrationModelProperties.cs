using DynamicSampling.Tasks.Models;
using FsCheck;
using FsCheck.Fluent;

namespace DynamicSampling.Tests.Models;

/// <summary>What holds for every input.</summary>
public sealed class RecalibrationModelProperties
{
    private static readonly Gen<double> Share = Gen.OneOf(Gen.Elements(0.0, 1.0), Given.Rate);

    private static readonly Gen<FactorClass> Class =
        from count in Given.Count
        from rate in Share
        from one in Share
        from other in Share
        from limits in Gen.Elements((0.0, 1.0), (Math.Min(one, other), 1.0), (Math.Min(one, other), Math.Max(one, other)), (one, one))
        select new FactorClass(count, rate, limits.Item1, limits.Item2);

    private static readonly Gen<(FactorClass[] Classes, double Least, double Most, double[] Wanted)> Cases =
        from classes in Gen.ArrayOf(Class)
        let least = RecalibrationModel.Predicted(classes, RecalibrationModel.MinFactor)
        let most = RecalibrationModel.Predicted(classes, RecalibrationModel.MaxFactor)
        from factor in Gen.Choose(100, 10_000)
        from shares in Gen.Choose(-200, 1_200).ArrayOf(2)
        select (classes, least, most, (double[])
        [
            .. shares.Select(share => Math.Max(0, least + ((most - least) * share / 1_000.0))),
            RecalibrationModel.Predicted(classes, factor / 1_000.0),
        ]);

    private static readonly Gen<(FactorClass[] Classes, double Wanted)> NastyCases =
        from classes in Gen.ArrayOf(
            from count in Given.NastyAmount
            from rate in Given.NastyShare
            from minimum in Given.NastyShare
            from maximum in Gen.OneOf(Gen.Constant(1.0), Given.NastyShare)
            select new FactorClass(count, rate, Math.Min(minimum, maximum), Math.Max(minimum, maximum)))
        from wanted in Given.NastyAmount
        select (classes, wanted);

    [Fact]
    public void Solve_WithinReach_KeepsWhatIsWanted() => Cases.Check(given =>
    {
        foreach (var wanted in given.Wanted.Where(wanted => wanted >= given.Least && wanted <= given.Most))
        {
            var factor = RecalibrationModel.Solve(given.Classes, wanted);

            Given.AssertRelative(wanted, RecalibrationModel.Predicted(given.Classes, factor), 2e-9);
        }
    });

    [Fact]
    public void Solve_WithinReach_IsTheSolutionNearestToOne() => Cases.Check(given =>
    {
        foreach (var wanted in given.Wanted.Where(wanted => wanted >= given.Least && wanted <= given.Most))
        {
            var factor = RecalibrationModel.Solve(given.Classes, wanted);

            if (factor * (1 - 1e-6) >= 1)
                Assert.True(RecalibrationModel.Predicted(given.Classes, factor * (1 - 1e-6)) < wanted);
            else if (factor * (1 + 1e-6) <= 1)
                Assert.True(RecalibrationModel.Predicted(given.Classes, factor * (1 + 1e-6)) > wanted);
        }
    });

    [Fact]
    public void Solve_OutOfReach_IsTheBound() => Cases.Check(given =>
    {
        if (given.Least == given.Most)
            return;
        Assert.Equal(RecalibrationModel.MaxFactor, RecalibrationModel.Solve(given.Classes, given.Most * (1 + 1e-8)));
        if (given.Least > 0)
            Assert.Equal(RecalibrationModel.MinFactor, RecalibrationModel.Solve(given.Classes, given.Least * (1 - 1e-8)));
    });

    [Fact]
    public void Solve_NoClassResponds_IsOne() => Cases.Check(given =>
    {
        var classes = Array.ConvertAll(given.Classes, item => item with { Maximum = item.Minimum });

        Assert.All(given.Wanted, wanted => Assert.Equal(1, RecalibrationModel.Solve(classes, wanted)));
    });

    [Fact]
    public void Solve_MoreWanted_IsNeverASmallerFactor() => Cases.Check(given =>
    {
        double[] wanted = [.. given.Wanted, .. given.Wanted.Select(Math.BitIncrement), .. given.Wanted.Select(item => item * (1 + 1e-9))];
        double[] factors = [.. wanted.Order().Select(item => RecalibrationModel.Solve(given.Classes, item))];

        Assert.Equal(factors.Order(), factors);
    });

    [Fact]
    public void Predicted_LargerFactor_IsNeverLess() => Cases.Check(given =>
    {
        double[] factors = [0, 0.1, 0.5, 1, Math.BitIncrement(1.0), 1.5, 9.999, 10, 1e300];
        double[] predicted = [.. factors.Select(factor => RecalibrationModel.Predicted(given.Classes, factor))];

        Assert.Equal(predicted.Order(), predicted);
    });

    [Fact]
    public void Solve_NastyNumbers_FactorWithinBoundsOrAnArgumentError()
    {
        var (results, errors) = (0, 0);
        NastyCases.Check(given =>
        {
            try
            {
                Assert.InRange(RecalibrationModel.Solve(given.Classes, given.Wanted), RecalibrationModel.MinFactor, RecalibrationModel.MaxFactor);
                results++;
            }
            catch (ArgumentException)
            {
                errors++;
            }
        });

        Assert.True(results > 1000 && errors > 1000, $"{results} results, {errors} errors");
    }

    [Fact]
    public void Factor_NastyNumbers_NothingOrWithinBoundsOrAnArgumentError() => (
        from live in Given.NastyAmount
        from total in Given.NastyAmount
        from kept in Given.NastyAmount
        from target in Given.NastyShare
        select (live, total, kept, target)).Check(given =>
    {
        try
        {
            if (RecalibrationModel.Factor(given.live, given.total, given.kept, given.target) is { } factor)
                Assert.InRange(factor, RecalibrationModel.MinFactor, RecalibrationModel.MaxFactor);
        }
        catch (ArgumentOutOfRangeException error)
        {
            Assert.Contains(error.ParamName, (string[])["live", "total", "kept", "target"]);
        }
    });
}
