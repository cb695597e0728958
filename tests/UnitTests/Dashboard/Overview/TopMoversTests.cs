using DynamicSampling.Dashboard.Overview;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tests.Dashboard.Overview;

public sealed class TopMoversTests
{
    private static readonly OrganizationRates Before = new(
        "acme", 1, Guid.NewGuid(), Rendered.Now.AddMinutes(-2), new(0, 59), new(0.1, TargetSource.Setting), Floor: 0.01);

    private static readonly OrganizationRates Now = Before with { Version = 2, ComputedAt = Rendered.Now.AddMinutes(-1) };

    private static readonly ProjectRate Shop = Project("shop", 0.1, 1000);

    [Fact]
    public void Find_SameRates_IsNothing() => Assert.Empty(Find(Now, (Shop, Shop with { Rate = 0.1005, ImplicitRate = 0.1005, Total = 2000 })));

    [Fact]
    public void Find_SeveralRates_AreByTheTracesThatTheyMove()
    {
        var movers = Find(
            Now,
            (Project("quiet", 0.5, 10), Project("quiet", 1, 10)),
            (Project("loud", 0.1, 1000), Project("loud", 0.05, 5000)),
            (null, Project("first", 0.3, 100)));

        Assert.Equal(["loud", "first", "quiet"], movers.Select(mover => mover.Project));
        Assert.Equal((0.1, 0.05, -250), (movers[0].Before, movers[0].After, movers[0].Traces));
        Assert.All(movers, mover => Assert.True(mover.Transaction is null && mover.IsWhole));
    }

    [Fact]
    public void Find_Transactions_AreComparedByName()
    {
        var before = Shop with { Total = 1000, TransactionsTotal = 1000, Transactions = [new("GET /", 0.05, 900, 45)] };
        var after = before with { ImplicitRate = 0.9, Transactions = [new("GET /", 0.04, 880, 44), new("POST /", 0.8, 60, 50)] };

        Assert.Equal(
            [
                (null, 0.1, 0.9, "other traffic changed, and with it its share of the budget"),
                ("POST /", 0.1, 0.8, "has a rate of its own now"),
                ("GET /", 0.05, 0.04, "other traffic changed, and with it its share of the budget"),
            ],
            Find(Now, (before, after)).Select(mover => (mover.Transaction, mover.Before, mover.After, mover.Why)));
    }

    [Fact]
    public void Find_TargetFellAndCorrectionRose_ItIsTheCorrectionThatRaisedIt()
    {
        var now = Now with { Target = new(0.08, TargetSource.Setting), Recalibration = new(2, Rendered.Now.AddMinutes(3), 0.5) };

        Assert.Equal("the correction went from 1.00 to 2.00", Assert.Single(Find(now, (Shop, Project("shop", 0.08, 1000)))).Why);
    }

    [Theory]
    [InlineData("the target went from 10.0 % to 20.0 %", 0.2, 1000, 0.2)]
    [InlineData("its traffic went from 1,000 to 4,000 traces an hour", 0.05, 4000, 0.1)]
    [InlineData("other traffic changed, and with it its share of the budget", 0.05, 1050, 0.1)]
    public void Find_OneCause_IsWhy(string why, double rate, double total, double target)
    {
        var now = Now with { Target = new(target, TargetSource.Setting) };

        Assert.Equal(why, Assert.Single(Find(now, (Shop, Project("shop", rate, total)))).Why);
    }

    [Fact]
    public void Find_WhatIsNotComputed_IsWhy()
    {
        Assert.Equal("pinned: always kept", Assert.Single(Find(Now, (Shop, Shop with { Always = true }))).Why);
        Assert.Equal("held down by a pin", Assert.Single(Find(Now, (Shop, Shop with { Maximum = 0.02 }))).Why);
        Assert.Equal("new service, kept whole for now", Assert.Single(Find(Now, (Shop, Shop with { IsNew = true }))).Why);
        Assert.Equal("no longer new", Assert.Single(Find(Now, (Shop with { IsNew = true }, Shop))).Why);
        Assert.Equal("at its minimum rate", Assert.Single(Find(Now, (Shop, Shop with { Floor = 0.4 }))).Why);
        Assert.Equal("first rate of its own; before it got the target", Assert.Single(Find(Now, (null, Project("shop", 0.3, 100)))).Why);
        Assert.Equal("rolled back to version 1", Assert.Single(Find(Now with { Version = 3, RestoredFrom = 1 }, (Project("shop", 0.5, 100), Shop))).Why);
    }

    [Fact]
    public void Find_Many_AreCut() =>
        Assert.Equal(8, Find(Now, [.. Enumerable.Range(0, 20).Select(i => ((ProjectRate?)Project($"p{i}", 0.1, 100), Project($"p{i}", 0.5, 100)))]).Count);

    private static ProjectRate Project(string name, double rate, double total) => new(name, rate, total, total / 10);

    private static IReadOnlyList<Mover> Find(OrganizationRates now, params (ProjectRate? Before, ProjectRate After)[] projects) =>
        TopMovers.Find(Before, now, projects, Rendered.Now, 8);
}
