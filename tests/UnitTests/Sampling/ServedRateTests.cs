using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tests.Sampling;

public class ServedRateTests
{
    private static readonly ProjectRate Plain = new("p", 0.1, 1000, 100) { ImplicitRate = 0.2, Transactions = [new("own", 0.4, 10, 1)] };

    [Theory]
    [InlineData("own", 1, 0.4)]
    [InlineData("own", 2, 0.8)]
    [InlineData("own", 10, 1)]
    [InlineData("other", 1, 0.2)]
    [InlineData("other", 0.5, 0.1)]
    [InlineData("OWN", 1, 0.2)]
    public void Of_Plain_IsBaseTimesFactorUpToOne(string transaction, double factor, double rate) =>
        Assert.Equal(rate, ServedRate.Of(Plain, transaction, factor));

    [Fact]
    public void OfProject_Plain_IsItsOwnRateTimesFactor()
    {
        Assert.Equal(0.2, ServedRate.OfProject(Plain, 2));
        Assert.Equal(0.4, ServedRate.OfOthers(Plain, 2));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public void Of_ProjectOfExactlyZeroOrOne_IsServedAsItIs(double rate, double served)
    {
        var project = Plain with { Rate = rate, ImplicitRate = rate, Floor = 0.3, HealthChecks = true };

        Assert.All((string[])["own", "other", "GET /health"], name => Assert.Equal(served, ServedRate.Of(project, name, 0.1)));
        Assert.Null(ServedRate.ReasonOf(project, "other", own: null, 0.1));
    }

    [Fact]
    public void Of_Floor_HoldsAfterTheFactor()
    {
        var project = Plain with { Floor = 0.15 };

        Assert.Equal(0.15, ServedRate.Of(project, "other", 0.5));
        Assert.Equal(RateReason.Floor, ServedRate.ReasonOf(project, "other", own: null, 0.5));
        Assert.Equal(0.2, ServedRate.Of(project, "other", 1));
        Assert.Null(ServedRate.ReasonOf(project, "other", own: null, 1));
    }

    [Theory]
    [InlineData(0, 0.02)]
    [InlineData(0.05, 0.05)]
    public void Of_HealthCheck_GetsAFifthOfTheProjectsRateWhateverTheFactor(double floor, double rate)
    {
        var project = Plain with { HealthChecks = true, Floor = floor, Transactions = [new("GET /healthz", 0.9, 10, 1)] };

        Assert.All((double[])[0.1, 1, 10], factor => Assert.Equal(rate, ServedRate.Of(project, "GET /healthz", factor)));
        Assert.Equal(RateReason.HealthCheck, ServedRate.ReasonOf(project, "GET /healthz", project.Transactions[0], 1));
        Assert.Equal(0.9, ServedRate.Of(project with { HealthChecks = false }, "GET /healthz", 1));
    }

    [Fact]
    public void Of_NewProject_IsWholeUpToItsPin()
    {
        var project = Plain with { IsNew = true, HealthChecks = true };

        Assert.Equal(1, ServedRate.Of(project, "GET /healthz", 0.1));
        Assert.Equal(RateReason.New, ServedRate.ReasonOf(project, "own", own: null, 0.1));
        Assert.Equal(0.3, ServedRate.Of(project with { Maximum = 0.3 }, "own", 0.1));
        Assert.Equal(RateReason.Maximum, ServedRate.ReasonOf(project with { Maximum = 0.3 }, "own", own: null, 0.1));
    }

    [Fact]
    public void Of_PinnedProject_IsAlwaysKept()
    {
        var project = Plain with { Always = true, Rate = 0, HealthChecks = true };

        Assert.Equal(1, ServedRate.Of(project, "GET /healthz", 0.1));
        Assert.Equal(1, ServedRate.OfProject(project, 0.1));
        Assert.Equal(RateReason.Always, ServedRate.ReasonOf(project, "own", own: null, 1));
    }

    [Fact]
    public void Of_Maximum_CapsAlsoTheFloorAndOne()
    {
        var project = Plain with { Maximum = 0.05, Floor = 0.1 };

        Assert.Equal(0.05, ServedRate.Of(project, "other", 1));
        Assert.Equal(0.05, ServedRate.Of(project with { Rate = 1 }, "other", 1));
        Assert.Equal(0, ServedRate.Of(project with { Rate = 0 }, "other", 1));
        Assert.Equal(RateReason.Maximum, ServedRate.ReasonOf(project, "other", own: null, 1));
        Assert.Equal(RateReason.Maximum, ServedRate.ReasonOf(Plain with { Maximum = 0.5, Floor = 0.9 }, "other", own: null, 1));
        Assert.Null(ServedRate.ReasonOf(Plain with { Maximum = 0.9 }, "other", own: null, 1));
    }

    [Fact]
    public void Of_PinOfTheTransaction_CountsBeforeThatOfItsProject()
    {
        var project = Plain with
        {
            Always = true,
            Transactions = [new("capped", 0.5, 1, 1) { Maximum = 0.01 }, new("plain", 0.5, 1, 1)],
        };

        Assert.Equal(0.01, ServedRate.Of(project, "capped", 1));
        Assert.Equal(1, ServedRate.Of(project, "plain", 1));
        Assert.Equal(1, ServedRate.Of(Plain with { Maximum = 0.01, Transactions = [new("kept", null, 1, 1) { Always = true }] }, "kept", 0.1));
    }

    [Theory]
    [InlineData(0.1, 0, 0.1)]
    [InlineData(0.1, 0.2, 0.2)]
    [InlineData(0, 0.2, 0)]
    [InlineData(1, 0.2, 1)]
    public void OfTarget_Floor_HoldsUnlessItIsZeroOrOne(double target, double floor, double served) => Assert.Equal(served, ServedRate.OfTarget(target, floor));

    [Theory]
    [InlineData(0.1, 0.1, false)]
    [InlineData(0.1, 0.10049, false)]
    [InlineData(0.1, 0.10051, true)]
    [InlineData(0.1, 0.0994, true)]
    [InlineData(0.999, 1, true)]
    [InlineData(1, 0.999, true)]
    [InlineData(1e-9, 0, true)]
    [InlineData(0, 1e-9, true)]
    [InlineData(0, 0, false)]
    public void Moved_Threshold_IsRelativeAndZeroAndOneAlwaysCount(double before, double now, bool moved) => Assert.Equal(moved, ServedRate.Moved(before, now, 0.005));
}
