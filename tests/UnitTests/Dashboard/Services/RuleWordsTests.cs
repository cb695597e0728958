using System.Globalization;
using System.Text.Json;
using DynamicSampling.Dashboard.Services;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tests.Dashboard.Services;

public sealed class RuleWordsTests
{
    [Theory]
    [InlineData("""{"op":"and","inner":[]}""", "every trace")]
    [InlineData("""{"op":"eq","name":"event.transaction","value":["GET /"]}""", "traces whose transaction is “GET /”")]
    [InlineData("""{"op":"eq","name":"trace.release","value":["1","2"]}""", "traces whose release is one of “1”, “2”")]
    [InlineData("""{"op":"eq","name":"trace.environment","value":null}""", "traces whose environment is missing")]
    [InlineData("""{"op":"not","inner":{"op":"eq","name":"trace.replay_id","value":null}}""", "traces whose replay is there")]
    [InlineData("""{"op":"not","inner":{"op":"eq","name":"trace.user","value":["17"]}}""", "traces whose trace.user is not “17”")]
    [InlineData("""{"op":"glob","name":"event.transaction","value":["*/health"]}""", "traces whose transaction looks like “*/health”")]
    [InlineData("""{"op":"not","inner":{"op":"glob","name":"event.level","value":["err*"]}}""", "traces whose event.level does not look like “err*”")]
    [InlineData(
        """{"op":"and","inner":[{"op":"eq","name":"trace.a","value":["1"]},{"op":"or","inner":[{"op":"eq","name":"trace.b","value":["2"]},{"op":"eq","name":"trace.c","value":["3"]}]}]}""",
        "traces whose trace.a is “1” and (trace.b is “2” or trace.c is “3”)")]
    [InlineData("""{"op":"not","inner":{"op":"or","inner":[{"op":"eq","name":"trace.b","value":["2"]},{"op":"eq","name":"trace.c","value":["3"]}]}}""", "traces whose not (trace.b is “2” or trace.c is “3”)")]
    public void Who_Condition_IsSaidInWords(string json, string expected) => Assert.Equal(expected, RuleWords.Who(JsonSerializer.Deserialize<RuleCondition>(json)!));

    [Fact]
    public void Who_ManyValues_SaysHowManyMore()
    {
        var condition = new EqCondition("trace.release", [.. Enumerable.Range(0, 1234).Select(i => i.ToString(CultureInfo.InvariantCulture))]);

        Assert.EndsWith("“9” and 1,224 more", RuleWords.Who(condition), StringComparison.Ordinal);
    }

    [Fact]
    public void What_EachKind_IsSaidInWords()
    {
        var rule = new SamplingRule(RuleIds.Uniform, RuleType.Trace, SamplingValue.SampleRate(0.1), RuleCondition.Always);

        Assert.Equal("keep 10.0 %, times what was multiplied before", RuleWords.What(rule));
        Assert.Equal("keep 10.0 %, and look no further", RuleWords.What(rule with { Id = RuleIds.HealthChecks }));
        Assert.Equal("multiply the rate by 2.40", RuleWords.What(rule with { SamplingValue = SamplingValue.Factor(2.4) }));
        Assert.Equal(
            "multiply the rate by 2.40, falling to 1.00",
            RuleWords.What(rule with { SamplingValue = SamplingValue.Factor(2.4), DecayingFn = new(DecayingType.Linear, 1) }));
        Assert.Equal("keep 5.00 % at least", RuleWords.What(rule with { SamplingValue = SamplingValue.MinimumSampleRate(0.05) }));
        Assert.Equal("keep all until there are 1,000", RuleWords.What(rule with { SamplingValue = SamplingValue.Reservoir(1000) }));
    }
}
