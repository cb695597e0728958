using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tests.Models;
using FsCheck;
using FsCheck.Fluent;

namespace DynamicSampling.Tests.Sampling;

public sealed class SpendingTests
{
    private static readonly ProjectRate Project = new("p", 0.1, Total: 1000, Kept: 10)
    {
        ImplicitRate = 0.2,
        TransactionsTotal = 1000,
        Transactions = [new("a", 0.05, 600, 1), new("b", 0.5, 100, 1), new("pinned", null, 0, 0) { Always = true }],
    };

    [Fact]
    public void Of_NamedAndOthers_IsTheSumOfCountTimesServedRate()
    {
        Assert.Equal((600 * 0.05) + (100 * 0.5) + (300 * 0.2), Spending.Of(Project, 1), 1e-9);
        Assert.Equal((600 * 0.15) + 100 + (300 * 0.6), Spending.Of(Project, 3), 1e-9);
    }

    [Fact]
    public void Of_ProjectCountedAnew_TakesTheTransactionsSharesOver() =>
        Assert.Equal(2 * Spending.Of(Project, 1), Spending.Of(Project with { Total = 2000 }, 1), 1e-9);

    [Fact]
    public void Of_NoTransactionsKnown_IsTheImplicitRate() =>
        Assert.Equal(1000 * 0.2, Spending.Of(Project with { TransactionsTotal = 0, Transactions = [] }, 1), 1e-9);

    [Fact]
    public void OfOthers_Rounding_IsNeverNegative() =>
        Assert.Equal(0, Spending.OfOthers(new("p", 0.1, 0.3, 0) { TransactionsTotal = 0.3, Transactions = [new("a", 0.1, 0.1, 0), new("b", 0.1, 0.2, 0)] }));

    [Fact]
    public void Of_AnyProject_IsTheSumOfCountTimesServedRate() => (
        from counts in Gen.NonEmptyListOf(Given.Count)
        from rates in Given.Rate.ArrayOf(counts.Count)
        from others in Given.Count
        from implicitRate in Given.Rate
        from floor in Gen.OneOf(Gen.Constant(0.0), Given.Rate)
        from factor in Gen.Choose(100, 10_000)
        select (counts, rates, others, implicitRate, floor, factor: factor / 1000.0)).Check(given =>
    {
        var total = given.counts.Sum() + given.others;
        if (total == 0)
            return;
        var project = new ProjectRate("p", 0.5, total, 0)
        {
            ImplicitRate = given.implicitRate,
            Floor = given.floor,
            TransactionsTotal = total,
            Transactions = [.. given.counts.Select((count, index) => new TransactionRate($"t{index}", given.rates[index], count, 0))],
        };
        var expected = (given.others * ServedRate.OfOthers(project, given.factor))
            + project.Transactions.Sum(transaction => transaction.Total * ServedRate.Of(project, transaction.Transaction, given.factor));

        Assert.Equal(expected, Spending.Of(project, given.factor), (expected * 1e-9) + (total * 1e-12));
    });
}
