using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.SamplingTasks;
using DynamicSampling.Tests.Models;
using FsCheck;
using FsCheck.Fluent;

namespace DynamicSampling.Tests.SamplingTasks;

/// <summary>What a whole pass comes to, whatever the volumes and settings are.</summary>
public sealed class PassProperties
{
    private static readonly string[] Names = ["a", "b", "c", "d", "e", "f", "GET /healthz", "g"];

    private static readonly Gen<double[][]> Volumes = Few(Few(Given.Count, 8).Where(counts => counts.Sum() > 0), 5);

    private static readonly Gen<OrganizationSettings> PlainSettings =
        from target in Given.Rate
        from intensity in Given.Intensity
        select new OrganizationSettings { TargetSampleRate = target, Intensity = intensity };

    private static readonly Gen<Pin[]> Pins = Few(
            from project in Gen.Choose(0, 3)
            from transaction in Gen.Elements(null, "a", "c", "z")
            from maximum in Gen.OneOf(Gen.Constant((double?)null), Given.Rate.Select(rate => (double?)rate))
            select new Pin($"p{project}", transaction, maximum is null, maximum), 4)
        .Select(pins => pins.DistinctBy(pin => (pin.Project, pin.Transaction)).ToArray());

    private static readonly Gen<OrganizationSettings> AnySettings =
        from settings in PlainSettings
        from floor in Gen.OneOf(Gen.Constant(0.0), Given.Rate)
        from pins in Pins
        from healthChecks in Gen.Elements(true, false)
        from transactions in Gen.Elements(true, true, false)
        select settings with { MinimumSampleRate = floor, Pins = pins, Biases = new() { HealthChecks = healthChecks, Transactions = transactions } };

    [Fact]
    public void Run_NothingBinds_SpendsTheTarget() => (
        from volumes in Volumes
        from settings in PlainSettings
        from top in Gen.Choose(0, 4)
        select (volumes, settings, top)).Check(given =>
    {
        var host = Host(given.volumes, given.settings with { Biases = new() { HealthChecks = false } }, given.top);
        // The models alone do it, so that there is nothing left to recalibrate.
        host.Run(PassParts.All & ~PassParts.Recalibration);
        var total = host.Volumes.Sum(volume => volume.Total);
        var kept = Kept(host);

        Given.AssertRelative(given.settings.TargetSampleRate!.Value * total, kept, 1e-6);
        // What the pass says of itself is the same.
        Given.AssertRelative(kept, host.Spent.Values.Sum(), 1e-6);
        host.Run();
        Assert.Equal(1, host.Publications);
        Assert.Equal(1, host.Published!.Recalibration.Factor);
    });

    [Fact]
    public void Run_FloorsPinsAndHealthChecks_SpendsTheTargetOrTheFactorIsAtItsBound() => (
        from volumes in Volumes
        from settings in AnySettings
        from top in Gen.Choose(0, 4)
        select (volumes, settings, top)).Check(given =>
    {
        var host = Host(given.volumes, given.settings, given.top);
        host.Run();
        var wanted = given.settings.TargetSampleRate!.Value * host.Volumes.Sum(volume => volume.Total);
        var kept = Kept(host);

        switch (host.Published!.Recalibration.Factor)
        {
            case RecalibrationModel.MaxFactor:
                Assert.True(kept <= wanted * (1 + 1e-6), $"kept {kept:R} of {wanted:R}");
                break;
            case RecalibrationModel.MinFactor:
                Assert.True(kept >= wanted * (1 - 1e-6), $"kept {kept:R} of {wanted:R}");
                break;
            default:
                // No class responds, or the target is met.
                if (Math.Abs(kept - wanted) > wanted * 1e-6)
                    Assert.Equal(1, host.Published.Recalibration.Factor);
                break;
        }
    });

    [Fact]
    public void Run_Again_ChangesNothing() => (
        from volumes in Volumes
        from settings in AnySettings
        select (volumes, settings)).Check(given =>
    {
        var host = Host(given.volumes, given.settings, top: 3);
        host.Run();
        var dry = host.Run(dryRun: true);
        host.Run();

        Assert.Equal(1, host.Publications);
        Assert.Equal(1, dry.Unchanged);
        Given.AssertRelative(host.Spent.Values.Sum(), dry.Difference!.ExpectedKeptAfter, 1e-6);
    });

    private static Gen<T[]> Few<T>(Gen<T> item, int most) => from count in Gen.Choose(1, most) from items in item.ArrayOf(count) select items;

    private static PassHost Host(double[][] volumes, OrganizationSettings settings, int top)
    {
        var host = new PassHost(settings, new() { ExplicitTransactions = top });
        for (var project = 0; project < volumes.Length; project++)
        {
            for (var transaction = 0; transaction < volumes[project].Length; transaction++)
                host.Volumes.Add(($"p{project}", Names[transaction], volumes[project][transaction], 0));
        }

        return host;
    }

    private static double Kept(PassHost host) => host.Volumes.Sum(volume => volume.Total * host.Served(volume.Project, volume.Transaction));
}
