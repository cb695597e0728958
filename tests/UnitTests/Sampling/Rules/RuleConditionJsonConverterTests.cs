using System.Text;
using System.Text.Json;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tests.Sampling.Rules;

public sealed class RuleConditionJsonConverterTests
{
    [Theory]
    [InlineData("""{"op":"and","inner":[]}""")]
    [InlineData("""{"op":"or","inner":[{"op":"and","inner":[]},{"op":"or","inner":[]}]}""")]
    [InlineData("""{"op":"not","inner":{"op":"eq","name":"trace.replay_id","value":null}}""")]
    [InlineData("""{"op":"eq","name":"trace.release","value":["1.0","2.0"]}""")]
    [InlineData("""{"op":"eq","name":"trace.release","value":[]}""")]
    [InlineData("""{"op":"eq","name":"event.x","value":["a"],"options":{"ignoreCase":true}}""")]
    [InlineData("""{"op":"glob","name":"event.transaction","value":["*x*","?"]}""")]
    public void RoundTrip_WireForm_StaysAsItIs(string json) => Assert.Equal(json, Write(Read(json)));

    [Theory]
    [InlineData("""{"value":"1.0","name":"trace.release","op":"eq"}""", """{"op":"eq","name":"trace.release","value":["1.0"]}""")]
    [InlineData("""{"op":"eq","options":{},"name":"trace.x","value":null}""", """{"op":"eq","name":"trace.x","value":null}""")]
    [InlineData("""{"op":"eq","name":"trace.x","value":null,"options":{"ignoreCase":false}}""", """{"op":"eq","name":"trace.x","value":null}""")]
    public void Read_OtherSpellings_AreWrittenInOne(string json, string expected) => Assert.Equal(expected, Write(Read(json)));

    [Theory]
    [InlineData("5", "condition: must be an object.")]
    [InlineData("null", "condition: must be an object.")]
    [InlineData("[]", "condition: must be an object.")]
    [InlineData("{}", "op: is missing.")]
    [InlineData("""{"op":5}""", "op: must be a string.")]
    [InlineData("""{"op":"xor","inner":[]}""", "op: must be 'and', 'or', 'not', 'eq' or 'glob'.")]
    [InlineData("""{"op":"AND","inner":[]}""", "op: must be 'and', 'or', 'not', 'eq' or 'glob'.")]
    [InlineData("""{"op":"and"}""", "inner: is missing.")]
    [InlineData("""{"op":"and","inner":{"op":"and","inner":[]}}""", "inner: must be an array of conditions.")]
    [InlineData("""{"op":"or","inner":[{"op":"and","inner":[]},null]}""", "inner[1]: must be an object.")]
    [InlineData("""{"op":"not","inner":[]}""", "inner: must be an object.")]
    [InlineData("""{"op":"not"}""", "inner: is missing.")]
    [InlineData("""{"op":"not","inner":{"op":"or","inner":[{"op":"x"}]}}""", "inner.inner[0].op: must be 'and', 'or', 'not', 'eq' or 'glob'.")]
    [InlineData("""{"op":"and","inner":[],"name":"trace.x"}""", "condition: has the unknown member 'name'.")]
    [InlineData("""{"op":"and","inner":[],"inner":[]}""", "condition: has the member 'inner' twice.")]
    [InlineData("""{"op":"eq","value":["a"]}""", "name: is missing.")]
    [InlineData("""{"op":"eq","name":null,"value":["a"]}""", "name: must be a string.")]
    [InlineData("""{"op":"eq","name":"","value":["a"]}""", "name: must be 'event.' or 'trace.' and the name of an attribute.")]
    [InlineData("""{"op":"eq","name":"trace.","value":["a"]}""", "name: must be 'event.' or 'trace.' and the name of an attribute.")]
    [InlineData("""{"op":"eq","name":"Trace.x","value":["a"]}""", "name: must be 'event.' or 'trace.' and the name of an attribute.")]
    [InlineData("""{"op":"eq","name":"\ud800","value":["a"]}""", "name: must be well-formed Unicode.")]
    [InlineData("""{"op":"eq","name":"trace.x"}""", "value: is missing.")]
    [InlineData("""{"op":"eq","name":"trace.x","value":5}""", "value: must be a string, an array of strings or null.")]
    [InlineData("""{"op":"eq","name":"trace.x","value":["a",null]}""", "value[1]: must be a string.")]
    [InlineData("""{"op":"eq","name":"trace.x","value":["\ud800"]}""", "value[0]: must be well-formed Unicode.")]
    [InlineData("""{"op":"eq","name":"trace.x","value":"a","options":true}""", "options: must be an object.")]
    [InlineData("""{"op":"eq","name":"trace.x","value":"a","options":{"ignoreCase":1}}""", "options.ignoreCase: must be true or false.")]
    [InlineData("""{"op":"eq","name":"trace.x","value":"a","options":{"x":1}}""", "options: has the unknown member 'x'.")]
    [InlineData("""{"op":"eq","name":"trace.x","value":"a","options":{"ignoreCase":true,"x":1}}""", "options: has the unknown member 'x'.")]
    [InlineData("""{"op":"eq","name":"trace.x","value":"a","\ud800":1}""", "condition: has a member whose name is not well-formed Unicode.")]
    [InlineData("""{"op":"glob","name":"trace.x","value":[]}""", "value: must be an array of at least one pattern.")]
    [InlineData("""{"op":"glob","name":"trace.x","value":"*"}""", "value: must be an array of at least one pattern.")]
    [InlineData("""{"op":"glob","name":"trace.x","value":null}""", "value: must be an array of at least one pattern.")]
    [InlineData("""{"op":"glob","name":"trace.x","value":["*",5]}""", "value[1]: must be a string.")]
    [InlineData("""{"op":"glob","name":"x","value":["*"]}""", "name: must be 'event.' or 'trace.' and the name of an attribute.")]
    [InlineData("""{"op":"glob","name":"trace.x","value":["*"],"options":{}}""", "condition: has the unknown member 'options'.")]
    [InlineData("""{"op":"and","inner":[{"op":"and","inner":[]},{"op":"eq","name":"trace.x","value":1}]}""",
        "inner[1].value: must be a string, an array of strings or null.")]
    [InlineData("""{"op":"and","inner":[{"op":"and","inner":[],"a23456789012345678901234567890123456789012345":1}]}""",
        "inner[0]: has the unknown member 'a234567890123456789012345678901234567890…'.")]
    public void Read_NotACondition_SaysWhatAndWhere(string json, string expected) => AssertError(json, expected);

    [Fact]
    public void Read_Limits_HoldExactly()
    {
        Assert.NotNull(Read(Nested(16)));
        AssertError(Nested(17), $"{string.Join('.', Enumerable.Repeat("inner", 16))}: conditions must not be nested deeper than 16.");
        Assert.NotNull(Read(Wide(99)));
        AssertError(Wide(100), "inner: there must not be more than 100 conditions.");
        AssertError(
            $$"""{"op":"and","inner":[{{Wide(60)}},{{Wide(50)}}]}""", "inner[1].inner: there must not be more than 100 conditions.");
        foreach (var op in new[] { "eq", "glob" })
        {
            Assert.NotNull(Read(Values(op, Enumerable.Repeat("a", 100))));
            AssertError(Values(op, Enumerable.Repeat("a", 101)), "value: must not have more than 100 values.");
            Assert.NotNull(Read(Values(op, [new('a', 500)])));
            AssertError(Values(op, ["a", new('a', 501)]), "value[1]: must not be longer than 500 characters.");
        }

        AssertError($$"""{"op":"eq","name":"trace.x","value":"{{new string('a', 501)}}"}""", "value: must not be longer than 500 characters.");
        Assert.NotNull(Read($$"""{"op":"eq","name":"trace.{{new string('a', 194)}}","value":null}"""));
        AssertError($$"""{"op":"eq","name":"trace.{{new string('a', 195)}}","value":null}""", "name: must not be longer than 200 characters.");

        static string Nested(int depth) => depth == 1 ? """{"op":"and","inner":[]}""" : $$"""{"op":"not","inner":{{Nested(depth - 1)}}}""";

        static string Wide(int count) => $$"""{"op":"or","inner":[{{string.Join(',', Enumerable.Repeat(Nested(1), count))}}]}""";

        static string Values(string op, IEnumerable<string> values) =>
            $$"""{"op":"{{op}}","name":"trace.x","value":{{JsonSerializer.Serialize(values)}}}""";
    }

    [Fact]
    public void Read_BytesThatAreNoUtf8_AreRefused()
    {
        byte[] json = [.. """{"op":"eq","name":"trace.x","value":"""u8, (byte)'"', 0xFF, .. "\"}"u8];

        var exception = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<RuleCondition>(json, JsonSerializerOptions.Web));

        Assert.Equal("value: must be well-formed Unicode.", exception.Message);
    }

    [Fact]
    public void Read_DeeperThanTheReaderGoes_IsAJsonException()
    {
        var json = new StringBuilder();
        for (var i = 0; i < 5_000; i++)
            json.Append("""{"op":"not","inner":""");

        Assert.Throws<JsonException>(() => Read(json.ToString()));
    }

    [Fact]
    public void Write_ConditionOfSomebodyElse_IsRefused() =>
        Assert.Throws<NotSupportedException>(() => Write(new Odd()));

    private static RuleCondition Read(string json) => JsonSerializer.Deserialize<RuleCondition>(json, JsonSerializerOptions.Web)!;

    private static string Write(RuleCondition condition) => JsonSerializer.Serialize(condition, JsonSerializerOptions.Web);

    private static void AssertError(string json, string expected) =>
        Assert.Equal(expected, Assert.Throws<JsonException>(() => Read(json)).Message);

    private sealed record Odd : RuleCondition
    {
        public override bool Matches(IRuleFields fields) => false;
    }
}
