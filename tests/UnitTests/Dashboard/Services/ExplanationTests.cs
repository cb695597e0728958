using DynamicSampling.Dashboard.Services;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tests.Dashboard.Services;

public sealed class ExplanationTests
{
    private static readonly ProjectKey Project = new("acme", "checkout");
    private static readonly TargetRate Target = new(0.05, TargetSource.Setting);

    private static readonly OrganizationRates Version = new(
        "acme", Version: 7, Guid.Empty, Rendered.Now.AddMinutes(-1), MinuteWindow.Ending(Rendered.Now, 60), Target, Floor: 0);

    private static readonly ProjectRate Loud = new("checkout", Rate: 0.01, Total: 13_369_016, Kept: 0);

    [Fact]
    public void Of_LoudService_SaysThatItPaysForTheQuietOnes()
    {
        var said = Explanation.Of(Published(Loud) with { BudgetShare = 0.2, ExpectedKept = 133_690 }, Rendered.Now);

        Assert.Equal("Of 13,369,016 traces in 1 h, 1.00 % are to be kept.", said.Lead);
        Assert.Equal(
            [
                "It is one of the loud services. The target for all services together is 5.00 % (set by hand); what boosts the quiet ones is taken from the loud ones, so its base rate is 1.00 %.",
                "That is 20.0 % of all traces that the organization keeps, about 133,690.",
            ],
            said.Because);
    }

    [Theory]
    [InlineData(1, "so quiet that all of its traces fit")]
    [InlineData(0.4, "Low volumes are boosted, so its base rate is 40.0 %")]
    [InlineData(0.05, "what the target of 5.00 % (set by hand) asks for")]
    [InlineData(0, "the target is 0")]
    public void Of_BaseRate_IsComparedWithTheTarget(double rate, string expected) =>
        Assert.Contains(expected, Explanation.Of(Published(Loud with { Rate = rate }), Rendered.Now).Because[0], StringComparison.Ordinal);

    [Theory]
    [InlineData(RateReason.Always, "always kept")]
    [InlineData(RateReason.Maximum, "does not let it rise above 2.00 %")]
    [InlineData(RateReason.New, "new service is kept whole")]
    public void Of_PinnedOrNewService_SaysSoFirst(RateReason reason, string expected) =>
        Assert.Contains(expected, Explanation.Of(Published(Loud with { Maximum = 0.02 }) with { Reason = reason }, Rendered.Now).Because[0], StringComparison.Ordinal);

    [Fact]
    public void Of_OwnTarget_ComesFirst()
    {
        var rate = Loud with { Rate = 0.3, Target = new(0.3, TargetSource.Setting) };
        var service = Published(rate) with { Version = Version with { Mode = SamplingMode.Project }, Target = rate.Target };

        Assert.Equal("It has a target of its own: 30.0 % (set by hand).", Explanation.Of(service, Rendered.Now).Because[0]);
    }

    [Fact]
    public void Of_Factor_SaysWhetherLessOrMoreWasKept()
    {
        var version = Version with { Recalibration = new(1.25, Rendered.Now.AddMinutes(2), Obedience: null) };

        Assert.Contains(
            "The last recalibration multiplies it by 1.25, because less was kept lately than the target asks for.",
            Explanation.Of(Published(Loud) with { Version = version, Factor = 1.25 }, Rendered.Now).Because);
        Assert.Contains("by 0.500, because more was kept", Read(Published(Loud) with { Version = version, Factor = 0.5 }), StringComparison.Ordinal);
        Assert.Contains("has expired", Read(Published(Loud) with { Version = version }, Rendered.Now.AddMinutes(2)), StringComparison.Ordinal);
        // One that is kept whole follows no factor.
        Assert.DoesNotContain("recalibration", Read(Published(Loud with { Rate = 1 }) with { Version = version, Factor = 1.25 }), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Floor_SaysThatTheMinimumCounts() => Assert.Contains(
        "so the minimum counts: 2.00 %", Read(Published(Loud) with { Reason = RateReason.Floor, Floor = 0.02, Rate = 0.02 }), StringComparison.Ordinal);

    [Fact]
    public void Of_Rollback_SaysUntilWhen()
    {
        var version = Version with { RestoredFrom = 3, Pin = new(3, Rendered.Now.AddHours(1), "me") };

        Assert.Contains("rolled back to version 3 by me. Until 2026-11-22 11:00:00 UTC", Read(Published(Loud) with { Version = version }), StringComparison.Ordinal);
        Assert.DoesNotContain("rolled back", Read(Published(Loud) with { Version = version }, Rendered.Now.AddHours(1)), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Transactions_SaysWhereTheyLie()
    {
        var rate = Loud with { ImplicitRate = 0.5, Transactions = [new("GET /", 0.002, 13_000_000, 0), new("GET /cart", 0.1, 1000, 0)] };
        var service = Published(rate) with { RateOfOthers = 0.5 };

        Assert.Contains("2 have rates of their own, from 0.200 % to 10.0 %; all others get 50.0 %.", Read(service), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_Rules_CountsThoseOfUsersAndReleases()
    {
        var rule = new SamplingRule(RuleIds.FirstCustomRule, RuleType.Transaction, SamplingValue.Reservoir(10), RuleCondition.Always);
        var rules = new RulesDocument(RulesDocument.CurrentVersion, [rule, rule with { Id = RuleIds.FirstRelease }, rule with { Id = RuleIds.FirstPin }]);
        var text = Read(Published(Loud) with { Rules = rules });

        Assert.Contains("1 custom rule takes its samples first", text, StringComparison.Ordinal);
        Assert.Contains("1 new release is boosted", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NoRates_SaysWhatComesNext()
    {
        var none = new ServiceView(Project, IsKnown: true, Version: null, Published: null, Target, Base: 0.05, Rate: 0.05, Factor: 1, Floor: 0, Reason: null);

        Assert.Equal("Its clients are told to keep 5.00 % of its traces.", Explanation.Of(none, Rendered.Now).Lead);
        Assert.Contains("rebalance_orgs", Read(none), StringComparison.Ordinal);
        Assert.Contains("Until the next pass after its first traces it gets the target, 5.00 %", Read(none with { Version = Version }), StringComparison.Ordinal);
    }

    private static ServiceView Published(ProjectRate rate) =>
        new(Project, IsKnown: true, Version, rate, Target, rate.Rate, rate.Rate, Factor: 1, Floor: 0, Reason: null) { ExpectedKept = rate.Total * rate.Rate };

    private static string Read(ServiceView service, DateTimeOffset? now = null) => string.Join(' ', Explanation.Of(service, now ?? Rendered.Now).Because);
}
