using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests.Runtime;

public sealed class NameTableTests
{
    [Fact]
    public void GetOrAdd_KnownName_IsFoundByValue()
    {
        var table = Create(8);
        var added = table.GetOrAdd("a", 1, Make);

        Assert.Same(added, table.GetOrAdd(new string('a', 1), 2, Make));
        Assert.Same(added, table.Find("a"));
        Assert.Null(table.Find("b"));
    }

    [Fact]
    public void GetOrAdd_Full_IsNullForNewNamesOnly()
    {
        var table = Create(5);
        for (var index = 0; index < 5; index++)
            Assert.NotNull(table.GetOrAdd($"{index}", index, Make));

        Assert.Null(table.GetOrAdd("5", 5, Make));
        Assert.Equal("3", table.GetOrAdd("3", 3, Make)!.Item1);
        Assert.Equal(["0", "1", "2", "3", "4"], table.Items.ToArray().Select(item => item.Item1));
    }

    [Fact]
    public void Items_WhileOthersAdd_HaveNoGaps()
    {
        const int Names = 1_000;
        var table = Create(Names);
        void Add()
        {
            for (var index = 0; index < Names; index++)
                table.GetOrAdd($"{index}", index, Make);
        }

        void Watch()
        {
            int count;
            do
            {
                var items = table.Items;
                count = items.Length;
                for (var index = 0; index < count; index++)
                    Assert.Equal(index, items[index].Item2);
            }
            while (count < Names);
        }

        // Both adders add in the same order, so place and number agree.
        Threads.Run(Add, Add, Watch);
    }

    private static NameTable<Tuple<string, int>> Create(int limit) => new(limit, static item => item.Item1);

    private static Tuple<string, int> Make(string name, int number) => new(name, number);
}
