using DynamicSampling.Tasks.SamplingTasks;
using FsCheck;
using FsCheck.Fluent;

namespace DynamicSampling.Tests.SamplingTasks;

public sealed class ObedienceTests
{
    [Fact]
    public void Obedience_RatesHold_IsTheShare() =>
        Assert.Equal(0.7, Find(known: null, Same(70_000), Same(70_000), Same(70_000))!.Value, 1e-12);

    [Fact]
    public void Obedience_JustChanged_IsFoundAtOnce() =>
        Assert.Equal(0.7, Find(known: 1, Same(100_000), Same(100_000), Same(70_000))!.Value, 1e-12);

    // A factor of 1 / 0.7 was published a moment ago. What is kept fits clients that obey and follow late as well.
    [Fact]
    public void Obedience_TheFactorThatMakesUpForItHidesIt_IsRemembered()
    {
        KeptOfMinute[] minutes = [Same(70_000), new(100_000, Least: 100_000, Most: 142_857), new(100_000, Least: 100_000, Most: 142_857)];

        Assert.Equal(0.7, Find(known: 0.7, minutes)!.Value, 1e-12);
        Assert.Equal(1, Find(known: null, minutes[1..])!.Value, 1e-12);
    }

    [Fact]
    public void Obedience_RatesMove_IsTheNearestThatFits() =>
        Assert.Equal(0.8, Find(known: 1, new KeptOfMinute(80_000, Least: 100_000, Most: 200_000))!.Value, 1e-12);

    [Theory]
    [InlineData(30, 0.92, 0.95)]
    [InlineData(49, 1.03, 1.06)]
    [InlineData(40, 1.0, 1.0)]
    public void Obedience_FewTraces_ChanceMovesItLittle(double kept, double least, double most) =>
        Assert.InRange(Find(known: 1, new KeptOfMinute(kept, Least: 40, Most: 40))!.Value, least, most);

    [Theory]
    [InlineData(10_000, 0.5)]
    [InlineData(900_000, 2)]
    public void Obedience_BeyondItsBounds_IsTheBound(double kept, double expected) => Assert.Equal(expected, Find(known: 1, Same(kept)));

    [Theory]
    [InlineData(null)]
    [InlineData(0.8)]
    public void Obedience_NothingToGoBy_IsWhatWasKnown(double? known)
    {
        Assert.Equal(known, Find(known));
        Assert.Equal(known, Find(known, default(KeptOfMinute), default));
        // Nothing at all was kept: more likely it was not counted.
        Assert.Equal(known, Find(known, Same(0), Same(0)));
        Assert.Equal(known, Find(known, new KeptOfMinute(5, Least: 0, Most: 0)));
    }

    [Fact]
    public void Obedience_AMinuteWithoutTraffic_SaysNothing() => Assert.Equal(0.7, Find(known: 1, Same(70_000), default)!.Value, 1e-12);

    // However late clients follow, the share that they really keep always fits. So the distance to it never grows, which is why
    // nothing can swing.
    [Fact]
    public void Obedience_ConstantShare_ComesNearerAndStays()
    {
        var minutes = (from least in Gen.Choose(0, 1_000_000)
                       from most in Gen.Choose(least, 1_000_000)
                       from had in Gen.Choose(least, most)
                       select (Least: (double)least, Most: (double)most, Had: (double)had)).ArrayOf();
        var cases = from share in Gen.Choose(50, 200)
                    from known in Gen.Choose(50, 200)
                    from list in minutes
                    select (Share: share / 100.0, Known: known / 100.0, Minutes: list);
        Prop.ForAll(cases.ToArbitrary(), item =>
        {
            var found = Find(item.Known, [.. item.Minutes.Select(minute => new KeptOfMinute(item.Share * minute.Had, minute.Least, minute.Most))])!.Value;

            return Math.Abs(found - item.Share) <= Math.Abs(item.Known - item.Share) + 1e-9;
        }).QuickCheckThrowOnFailure();
    }

    private static KeptOfMinute Same(double kept) => new(kept, Least: 100_000, Most: 100_000);

    private static double? Find(double? known, params KeptOfMinute[] minutes) => RecalibrationStep.Obedience(known, minutes);
}
