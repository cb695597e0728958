using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tests.Sampling;

public class TransactionRatesTests
{
    private static readonly TransactionRate A = new("a", 0.5, 10, 1);
    private static readonly TransactionRate B = new("b", null, 5, 1) { Always = true };

    [Fact]
    public void Equals_SameItemsInTheSameOrder()
    {
        TransactionRates one = [A, B];
        TransactionRates same = [A with { }, B with { }];

        Assert.Equal(one, same);
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.True(one.Equals((object)same));
        Assert.NotEqual(one, [B, A]);
        Assert.NotEqual(one, [A]);
        Assert.NotEqual(one, [A, B with { Total = 6 }]);
        Assert.False(one.Equals(null));
        Assert.False(one.Equals("a"));
    }

    // Publishing leans on it: a record that compared its list by reference would differ in every pass.
    [Fact]
    public void Equals_InAProjectRate_ComparesTheTransactions()
    {
        Assert.Equal(new ProjectRate("p", 0.1, 1, 1) { Transactions = [A, B] }, new("p", 0.1, 1, 1) { Transactions = [A with { }, B] });
        Assert.NotEqual(new ProjectRate("p", 0.1, 1, 1) { Transactions = [A] }, new("p", 0.1, 1, 1) { Transactions = [A with { Rate = 0.4 }] });
    }

    [Fact]
    public void Create_None_IsEmpty()
    {
        Assert.Same(TransactionRates.Empty, TransactionRates.Create([]));
        Assert.Equal(0, TransactionRates.Empty.GetHashCode());
        Assert.Null(TransactionRates.Empty.Find("a"));
    }

    [Fact]
    public void Find_IsByOrdinalName()
    {
        TransactionRates rates = [A, B];

        Assert.Same(A, rates.Find("a"));
        Assert.Same(B, rates[1]);
        Assert.Null(rates.Find("A"));
        Assert.Equal([A, B], rates);
    }

    [Fact]
    public void Find_NameComesTwice_Throws() => Assert.Throws<ArgumentException>(() => TransactionRates.Create([A, A]).Find("a"));
}
