using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tests.Models;
using FsCheck;
using FsCheck.Fluent;

namespace DynamicSampling.Tests.Sampling;

/// <summary>What holds for every project, transaction and factor.</summary>
public sealed class ServedRateProperties
{
    private static readonly Gen<double> Share = Gen.OneOf(Gen.Elements(0.0, 1.0), Given.Rate);

    private static readonly Gen<double?> Cap = Gen.OneOf(Gen.Constant((double?)null), Share.Select(share => (double?)share));

    private static readonly Gen<TransactionRate> Transaction =
        from name in Gen.Elements("own", "GET /healthz")
        from rate in Cap
        from always in Gen.Elements(false, false, true)
        from maximum in Cap
        select new TransactionRate(name, rate, 10, 1) { Always = always, Maximum = always ? null : maximum };

    private static readonly Gen<(ProjectRate Project, double[] Factors)> Cases =
        from rate in Share
        from other in Share
        from floor in Share
        from isNew in Gen.Elements(false, false, true)
        from always in Gen.Elements(false, false, true)
        from healthChecks in Gen.Elements(false, true)
        from maximum in Cap
        from transaction in Transaction
        from factors in Gen.Choose(100, 10_000).ArrayOf(3)
        select (
            new ProjectRate("p", rate, 1000, 10)
            {
                ImplicitRate = rate is 0 or 1 ? rate : other,
                Floor = floor,
                IsNew = isNew,
                Always = always,
                HealthChecks = healthChecks,
                Maximum = always ? null : maximum,
                Transactions = [transaction],
            },
            factors.Select(factor => factor / 1000.0).Order().ToArray());

    private static readonly string[] Names = ["own", "other", "GET /healthz", "/readyz"];

    [Fact]
    public void Of_AnyFactor_IsWithinFloorAndOneUnlessThereIsAPinOrTheRateIsZero() => Cases.Check(given =>
    {
        var project = given.Project;
        foreach (var name in Names)
        {
            var own = project.Transactions.Find(name);
            var isPinned = own?.IsPinned == true || project.Always || project.Maximum is not null;
            foreach (var factor in given.Factors)
            {
                var served = ServedRate.Of(project, name, factor);
                Assert.InRange(served, 0, 1);
                if (!isPinned && project.Rate > 0)
                    Assert.True(served >= project.Floor, $"{served:R} of {name} is less than the floor {project.Floor:R}.");
                if ((own?.IsPinned == true ? own.Maximum : project.Maximum) is { } cap)
                    Assert.True(served <= cap);
            }
        }
    });

    [Fact]
    public void Of_LargerFactor_IsNeverLess() => Cases.Check(given =>
    {
        foreach (var name in Names)
        {
            double[] served = [.. given.Factors.Select(factor => ServedRate.Of(given.Project, name, factor))];
            Assert.Equal(served.Order(), served);
        }
    });

    [Fact]
    public void ReasonOf_None_IsBaseTimesFactor() => Cases.Check(given =>
    {
        foreach (var name in Names)
        {
            var own = given.Project.Transactions.Find(name);
            foreach (var factor in given.Factors)
            {
                if (ServedRate.ReasonOf(given.Project, name, own, factor) is null && given.Project.Rate is not (0 or 1))
                    Assert.Equal(Math.Min(1, (own?.Rate ?? given.Project.ImplicitRate) * factor), ServedRate.Of(given.Project, name, factor));
            }
        }
    });
}
