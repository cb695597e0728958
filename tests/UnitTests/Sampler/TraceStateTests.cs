using DynamicSampling.Sampler.Decisions;

namespace DynamicSampling.Tests.Sampler;

public sealed class TraceStateTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("vendor=1", "")]
    [InlineData("ot=rv:0123456789abcd", "0123456789abcd")]
    [InlineData("vendor=1, ot=th:8;rv:0123456789abcd ,other=2", "0123456789abcd")]
    [InlineData("ot=rv:0123456789abc", "")]
    [InlineData("ot=rv:0123456789abcde", "")]
    [InlineData("ot=rv:0123456789ABCD", "")]
    [InlineData("ot=xrv:0123456789abcd", "")]
    [InlineData("not=rv:0123456789abcd", "")]
    public void RandomnessOf_TraceState_Is14DigitsOrNothing(string traceState, string randomness) => Assert.Equal(randomness, TraceState.RandomnessOf(traceState).ToString());

    [Theory]
    [InlineData("", "8", "ot=th:8")]
    [InlineData("", null, "")]
    [InlineData("vendor=1,other=a:b;c", "8", "ot=th:8,vendor=1,other=a:b;c")]
    [InlineData("vendor=1,ot=th:0;rv:0123456789abcd,other=2", "c", "ot=th:c;rv:0123456789abcd,vendor=1,other=2")]
    [InlineData("vendor=1,ot=th:0;rv:0123456789abcd", null, "ot=rv:0123456789abcd,vendor=1")]
    [InlineData("vendor=1,ot=th:0", null, "vendor=1")]
    [InlineData("ot=th:0", null, "")]
    [InlineData(" vendor=1 ,\tother=2,,", "8", "ot=th:8,vendor=1,other=2")]
    public void With_Threshold_ComesFirstAndTheRestStays(string traceState, string? threshold, string expected) =>
        Assert.Equal(expected, TraceState.With(traceState, threshold));

    [Fact]
    public void With_MoreOfOthersThanFits_KeepsThresholdAndRandomness()
    {
        var (most, little) = ("a:" + new string('x', 218), "b:1");
        const string Randomness = "rv:0123456789abcd";

        // 256 characters, and one more.
        Assert.Equal($"ot=th:e6666666666666;{Randomness};{most},vendor=1", TraceState.With($"vendor=1,ot={most};{little};th:8;{Randomness}", "e6666666666666"));
        Assert.Equal($"ot=th:e6666666666666;{Randomness};{little}", TraceState.With($"ot={most}x;{little};{Randomness}", "e6666666666666"));
    }

    [Fact]
    public void With_AsManyMembersAsThereMayBe_LosesTheLast()
    {
        var members = Enumerable.Range(0, 32).Select(i => $"v{i}=1").ToList();

        Assert.Equal("ot=th:8," + string.Join(',', members.SkipLast(1)), TraceState.With(string.Join(',', members), "8"));
    }
}
