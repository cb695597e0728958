using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tests.Sampling.Rules;

public sealed class GlobTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("*", "", true)]
    [InlineData("***", "anything", true)]
    [InlineData("?", "", false)]
    [InlineData("?", "a", true)]
    [InlineData("?", "ab", false)]
    [InlineData("abc", "ABC", true)]
    [InlineData("abc", "abcd", false)]
    [InlineData("*/health", "GET /Health", true)]
    [InlineData("*/health", "/health/x", false)]
    [InlineData("get*", "GET /", true)]
    [InlineData("*dev*", "my-DEVELOPMENT", true)]
    [InlineData("a*b", "ab", true)]
    [InlineData("a*b", "a-b-b", true)]
    [InlineData("a*b", "a-b-c", false)]
    [InlineData("a*b?d*", "a b b bxd", true)]
    [InlineData("*a*a*", "a", false)]
    [InlineData("É?", "éx", true)]
    [InlineData("?", "😀", true)]
    [InlineData("??", "😀", false)]
    [InlineData("*??", "😀", false)]
    [InlineData("*?b", "😀cb", true)]
    [InlineData("[a]", "a", false)]
    [InlineData("[a].{b}\\", "[A].{B}\\", true)]
    [InlineData("a*c", "a\nc", true)]
    public void IsMatch_PatternAndText_IsAsExpected(string pattern, string text, bool expected) =>
        Assert.Equal(expected, Glob.IsMatch(pattern, text));

    [Fact]
    public void IsMatch_ManyStars_TakesNoTime()
    {
        var pattern = string.Concat(Enumerable.Repeat("a*", 200)) + "?b";

        Assert.False(Glob.IsMatch(pattern, new string('a', 20_000)));
    }
}
