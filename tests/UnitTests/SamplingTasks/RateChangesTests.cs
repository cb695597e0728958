using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.SamplingTasks;

namespace DynamicSampling.Tests.SamplingTasks;

public sealed class RateChangesTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private static readonly ProjectRate Rate = new("p", 0.1, Total: 1000, Kept: 10)
    {
        ImplicitRate = 0.1,
        TransactionsTotal = 1000,
        Transactions = [new("a", 0.2, 400, 1), new("b", 0.4, 100, 1)],
    };

    [Fact]
    public void Of_Same_IsNothing()
    {
        var changes = Changes(Rate, Rate with { });

        Assert.False(changes.IsWorthPublishing);
        Assert.Empty(changes.Changed);
        Assert.Empty(changes.Removed);
        Assert.Empty(changes.Difference!.Changes);
        Assert.Equal((400 * 0.2) + (100 * 0.4) + (500 * 0.1), changes.Difference.ExpectedKeptAfter, 1e-9);
        Assert.Equal(changes.Difference.ExpectedKeptBefore, changes.Difference.ExpectedKeptAfter);
    }

    [Fact]
    public void Of_OnlyVolumesChanged_IsNotWorthPublishing()
    {
        var changes = Changes(Rate, Rate with { Total = 2000, TransactionsTotal = 2000, Transactions = [new("a", 0.2, 900, 1), new("b", 0.4, 100, 1)] });

        Assert.False(changes.IsWorthPublishing);
        Assert.Equal("p", Assert.Single(changes.Changed).Rate.Project);
    }

    public static TheoryData<string, bool> Cases() => new()
    {
        { "implicit rate within the threshold", false },
        { "implicit rate beyond the threshold", true },
        { "own rate beyond the threshold", true },
        { "transaction appeared", true },
        { "transaction vanished", true },
        { "transaction replaced", true },
        { "health checks", true },
        { "floor that does not bind", true },
        { "pin that does not bind", true },
        { "pin of a transaction that does not bind", true },
        { "target's source", true },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Of_Change_IsWorthPublishingOrNot(string change, bool isWorth)
    {
        var after = change switch
        {
            "implicit rate within the threshold" => Rate with { ImplicitRate = 0.1004 },
            "implicit rate beyond the threshold" => Rate with { ImplicitRate = 0.1006 },
            "own rate beyond the threshold" => Rate with { Transactions = [Rate.Transactions[0], Rate.Transactions[1] with { Rate = 0.41 }] },
            "transaction appeared" => Rate with { Transactions = [.. Rate.Transactions, new("c", 0.1, 10, 1)] },
            "transaction vanished" => Rate with { Transactions = [Rate.Transactions[0]] },
            "transaction replaced" => Rate with { Transactions = [Rate.Transactions[0], Rate.Transactions[1] with { Transaction = "c" }] },
            "health checks" => Rate with { HealthChecks = true },
            "floor that does not bind" => Rate with { Floor = 0.01 },
            "pin that does not bind" => Rate with { Maximum = 0.9 },
            "pin of a transaction that does not bind" => Rate with { Transactions = [Rate.Transactions[0] with { Maximum = 0.9 }, Rate.Transactions[1]] },
            _ => Rate with { Target = new(0.1, TargetSource.Setting) },
        };

        Assert.Equal(isWorth, Changes(Rate, after).IsWorthPublishing);
    }

    [Fact]
    public void Of_FactorMoved_IsWorthPublishingWithWhatItSpends()
    {
        var changes = Changes(Rate, Rate with { }, factor: 2);

        Assert.True(changes.IsWorthPublishing);
        Assert.Equal(2 * ((400 * 0.2) + (100 * 0.4) + (500 * 0.1)), Assert.Single(changes.Changed).Spent, 1e-9);
        Assert.Equal(3, changes.Difference!.ChangedRates);
    }

    [Fact]
    public void Of_ProjectIsGone_IsRemoved()
    {
        var work = Work(Rate, Rate with { }, factor: 1);
        work.ProjectsBefore.Add("gone", new("gone", 0.5, 1, 1));
        var changes = RateChanges.Of(work, projects: true, threshold: 0.005, listChanges: false);

        Assert.True(changes.IsWorthPublishing);
        Assert.Equal(["gone"], changes.Removed);
        Assert.Null(changes.Difference);
    }

    [Fact]
    public void Of_ProjectIsNew_WasServedTheTargetAndNotLessThanTheFloor()
    {
        var work = Work(Rate, Rate, factor: 1, floor: 0.3);
        var first = new ProjectWork(work.Projects[0].Entry, work.Projects[0].Policy, before: null) { After = Rate };
        work.ProjectsBefore.Clear();
        work.Projects[0] = first;
        var changes = RateChanges.Of(work, projects: true, threshold: 0.005, listChanges: true).Difference!;

        Assert.All(changes.Changes, change => Assert.Equal(0.3, change.Before));
        Assert.Equal(300, changes.ExpectedKeptBefore, 1e-9);
    }

    [Fact]
    public void Of_Difference_AddsUpToWhatIsSpent()
    {
        var after = Rate with { ImplicitRate = 0.3, Transactions = [new("a", 0.1, 400, 1), new("c", 0.6, 100, 1)] };
        var changes = Changes(Rate, after);
        var difference = changes.Difference!;

        Assert.Equal(Spending.Of(after, 1), difference.ExpectedKeptAfter, 1e-9);
        Assert.Equal(
            [(null, 0.1, 0.3, 50, 150), ("c", 0.1, 0.6, 10, 60), ("a", 0.2, 0.1, 80, 40), ("b", 0.4, 0.3, 0, 0)],
            difference.Changes.Select(change => (change.Transaction, change.Before, change.After, Math.Round(change.ExpectedKeptBefore, 9), Math.Round(change.ExpectedKeptAfter, 9))));
        Assert.Equal(
            difference.ExpectedKeptAfter - difference.ExpectedKeptBefore, difference.Changes.Sum(change => change.ExpectedKeptAfter - change.ExpectedKeptBefore), 1e-9);
    }

    [Fact]
    public void With_TwoOrganizations_AddsUpAndKeepsTheHundredLargest()
    {
        var one = new RateDifference(1, 2, 80, RateDifference.Largest(Enumerable.Range(0, 80).Select(i => new RateChange("one", "p", null, 0, 1, 0, i))));
        var two = new RateDifference(10, 20, 300, RateDifference.Largest(Enumerable.Range(0, 300).Select(i => new RateChange("two", "p", null, 1, 0, i, 0))));
        var both = one.With(two);

        Assert.Equal((11, 22, 380), (both.ExpectedKeptBefore, both.ExpectedKeptAfter, both.ChangedRates));
        Assert.Equal(Enumerable.Range(200, 100).Reverse().Select(i => (double)i), both.Changes.Select(change => change.ExpectedKeptBefore));
    }

    private static RateChanges Changes(ProjectRate before, ProjectRate after, double factor = 1) =>
        RateChanges.Of(Work(before, after, factor), projects: true, threshold: 0.005, listChanges: true);

    private static OrganizationWork Work(ProjectRate before, ProjectRate after, double factor, double floor = 0)
    {
        var target = new TargetRate(0.1, TargetSource.Setting);
        var work = new OrganizationWork(new("acme", Settings: null, SettingsError: null), MinuteWindow.Ending(Now, 60), Now)
        {
            Before = new("acme", 1, Guid.Empty, Now, MinuteWindow.Ending(Now, 60), target, floor),
            Target = target,
            Floor = floor,
            Recalibration = new(factor, Until: null, Obedience: null),
        };
        work.ProjectsBefore.Add(before.Project, before);
        work.Projects.Add(new(new(new("acme", before.Project), Settings: null, SettingsError: null, FirstMinute: 0), new(1, 0, Bias.All), before) { After = after });
        return work;
    }
}
