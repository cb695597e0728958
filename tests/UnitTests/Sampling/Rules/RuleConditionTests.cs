using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tests.Sampling.Rules;

public sealed class RuleConditionTests
{
    private static readonly RuleCondition Never = new OrCondition([]);

    private static readonly TraceFields Fields = new()
    {
        Transaction = "checkout",
        Release = "1.0",
        ReplayId = "abc",
        Others = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["trace.user.segment"] = "vip",
            ["event.transaction"] = "pay",
            ["event.release"] = null,
        },
    };

    [Theory]
    [InlineData("trace.transaction", "checkout")]
    [InlineData("event.transaction", "pay")]
    [InlineData("trace.release", "1.0")]
    [InlineData("event.release", null)]
    [InlineData("trace.environment", null)]
    [InlineData("event.environment", null)]
    [InlineData("trace.replay_id", "abc")]
    [InlineData("trace.user.segment", "vip")]
    [InlineData("trace.unknown", null)]
    public void Find_Name_IsTheAttribute(string name, string? expected) => Assert.Equal(expected, Fields.Find(name));

    [Fact]
    public void Find_WithoutOthers_TheEventIsAsTheTrace()
    {
        var fields = new TraceFields { Transaction = "a", Release = "b", Environment = "c" };

        Assert.Equal(["a", "b", "c"], new[] { "event.transaction", "event.release", "event.environment" }.Select(fields.Find));
    }

    [Fact]
    public void Eq_Values_AreComparedAsAsked()
    {
        Assert.True(new EqCondition("trace.transaction", ["x", "checkout"]).Matches(Fields));
        Assert.False(new EqCondition("trace.transaction", ["CHECKOUT"]).Matches(Fields));
        Assert.True(new EqCondition("trace.transaction", ["CHECKOUT"], IgnoreCase: true).Matches(Fields));
        Assert.False(new EqCondition("trace.transaction", []).Matches(Fields));
    }

    [Fact]
    public void Eq_Null_IsTheMissingAttributeOnly()
    {
        Assert.True(new EqCondition("trace.environment", null).Matches(Fields));
        Assert.False(new EqCondition("trace.release", null).Matches(Fields));
        Assert.False(new EqCondition("trace.environment", ["", "null"]).Matches(Fields));
    }

    [Fact]
    public void Glob_AnyPattern_IsEnoughButNeverForNull()
    {
        Assert.True(new GlobCondition("trace.transaction", ["x*", "CHECK*"]).Matches(Fields));
        Assert.False(new GlobCondition("trace.transaction", ["x*", "*y"]).Matches(Fields));
        Assert.False(new GlobCondition("trace.environment", ["*", ""]).Matches(Fields));
    }

    [Fact]
    public void AndOrNot_Inner_AreCombined()
    {
        Assert.True(RuleCondition.Always.Matches(Fields));
        Assert.False(Never.Matches(Fields));
        Assert.True(new NotCondition(Never).Matches(Fields));
        Assert.True(new AndCondition([RuleCondition.Always, RuleCondition.Always]).Matches(Fields));
        Assert.False(new AndCondition([RuleCondition.Always, Never]).Matches(Fields));
        Assert.True(new OrCondition([Never, RuleCondition.Always]).Matches(Fields));
        Assert.False(new OrCondition([Never, Never]).Matches(Fields));
    }
}
