using System.Text.Json;
using DynamicSampling.Dashboard.CustomRules;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tests.Dashboard.CustomRules;

public sealed class ConditionTextTests
{
    [Theory]
    [InlineData("""{"op":"and","inner":[]}""", "anything is so")]
    [InlineData("""{"op":"or","inner":[]}""", "nothing is so")]
    [InlineData("""{"op":"eq","name":"trace.release","value":["1","2"]}""", "release is 1 or 2")]
    [InlineData("""{"op":"eq","name":"trace.release","value":["A"],"options":{"ignoreCase":true}}""", "release is A, in either case,")]
    [InlineData("""{"op":"eq","name":"trace.replay_id","value":null}""", "replay ID is missing")]
    [InlineData("""{"op":"not","inner":{"op":"eq","name":"trace.replay_id","value":null}}""", "replay ID is there")]
    [InlineData("""{"op":"not","inner":{"op":"eq","name":"event.environment","value":["prod"]}}""", "environment is not prod")]
    [InlineData("""{"op":"glob","name":"event.transaction","value":["POST /order*"]}""", "transaction looks like POST /order*")]
    [InlineData("""{"op":"not","inner":{"op":"glob","name":"event.level","value":["err*"]}}""", "event.level does not look like err*")]
    [InlineData(
        """{"op":"and","inner":[{"op":"eq","name":"trace.release","value":["1"]},{"op":"or","inner":[{"op":"eq","name":"event.x","value":[""]},{"op":"eq","name":"event.y","value":[]}]}]}""",
        "release is 1 and (event.x is empty or event.y is none)")]
    [InlineData("""{"op":"not","inner":{"op":"and","inner":[{"op":"eq","name":"event.x","value":["1"]}]}}""", "it is not so that (event.x is 1)")]
    public void Of_Condition_IsInWords(string json, string words) => Assert.Equal(words, ConditionText.Of(JsonSerializer.Deserialize<RuleCondition>(json)!));

    [Fact]
    public void AsksForTransactionsOnly_AnyOtherAttribute_IsFalse()
    {
        var transaction = new NotCondition(new GlobCondition("event.transaction", ["*"]));

        Assert.True(ConditionText.AsksForTransactionsOnly(new AndCondition([transaction, new EqCondition("trace.transaction", null)])));
        Assert.False(ConditionText.AsksForTransactionsOnly(new OrCondition([transaction, new EqCondition("trace.release", ["1"])])));
    }
}
