using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tests.Sampling;

public sealed class CustomRuleCheckTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    // 2,000 rules of the largest conditions that can be read would be a document of gigabytes.
    [Theory]
    [InlineData(9_976, null)]
    [InlineData(9_977, "condition must not have more than 10000 characters in its names and values together, but has 10001.")]
    public void Of_MuchTextInCondition_SaysSo(int length, string? expected)
    {
        // Three names of 8 characters.
        var condition = new AndCondition(
        [
            new NotCondition(new EqCondition("trace.xy", null)),
            new OrCondition([new EqCondition("trace.xy", [new('a', length - 100)]), new GlobCondition("event.xy", [new('b', 60), new('c', 40)])]),
        ]);

        Assert.Equal(expected, CustomRuleCheck.Of(condition, samples: 1, Now, Now.AddHours(1), project: null, description: null, Now));
    }

    [Theory]
    [InlineData("a\0b", "description must not have the character U+0000.")]
    [InlineData("first line\r\n\tsecond line", null)]
    public void Of_DescriptionThatPostgresCannotStore_SaysSo(string description, string? expected) =>
        Assert.Equal(expected, CustomRuleCheck.Of(new EqCondition("trace.x", null), samples: 1, Now, Now.AddHours(1), project: null, description, Now));
}
