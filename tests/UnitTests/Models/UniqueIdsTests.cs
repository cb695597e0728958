using DynamicSampling.Tasks.Models;

namespace DynamicSampling.Tests.Models;

public sealed class UniqueIdsTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(5_000)]
    public void ThrowIfRepeated_EveryPairOfPlaces_IsFound(int count)
    {
        ClassVolume[] classes = [.. Enumerable.Range(0, count).Select(index => new ClassVolume($"{index}", 1))];
        UniqueIds.ThrowIfRepeated(classes);

        for (var step = 1; step < count; step *= 2)
        {
            var (first, second) = (count - 1 - step, count - 1);
            var unique = classes[second];
            classes[second] = new($"{first}", 2);
            var exception = Assert.Throws<ArgumentException>("classes", () => UniqueIds.ThrowIfRepeated(classes));
            Assert.Contains($"'{first}'", exception.Message, StringComparison.Ordinal);
            classes[second] = unique;
        }
    }

    [Fact]
    public void ThrowIfRepeated_NoneOrOne_IsFine()
    {
        UniqueIds.ThrowIfRepeated([]);
        UniqueIds.ThrowIfRepeated([new("a", 1)]);
    }
}
