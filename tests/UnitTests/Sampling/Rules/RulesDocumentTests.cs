using System.Text.Json;
using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tests.Sampling.Rules;

public sealed partial class RulesDocumentTests
{
    private const string Always = """{"op":"and","inner":[]}""";

    private static readonly DateTimeOffset Start = new(2026, 11, 22, 11, 0, 0, TimeSpan.FromHours(1));

    public static TheoryData<SamplingRule, string> Rules => new()
    {
        {
            new(1000, RuleType.Trace, SamplingValue.SampleRate(0.1), RuleCondition.Always),
            $$$"""{"id":1000,"type":"trace","samplingValue":{"type":"sampleRate","value":0.1},"condition":{{{Always}}}}"""
        },
        {
            new(1004, RuleType.Trace, SamplingValue.Factor(0.5), RuleCondition.Always),
            $$$"""{"id":1004,"type":"trace","samplingValue":{"type":"factor","value":0.5},"condition":{{{Always}}}}"""
        },
        {
            new(1006, RuleType.Trace, SamplingValue.MinimumSampleRate(0.01), RuleCondition.Always),
            $$$"""{"id":1006,"type":"trace","samplingValue":{"type":"minimumSampleRate","value":0.01},"condition":{{{Always}}}}"""
        },
        {
            new(3007, RuleType.Transaction, SamplingValue.Reservoir(50), RuleCondition.Always, new(Start, Start.AddMilliseconds(1500))),
            $$$"""{"id":3007,"type":"transaction","samplingValue":{"type":"reservoir","limit":50},"condition":{{{Always}}}"""
                + ""","timeRange":{"start":"2026-11-22T10:00:00Z","end":"2026-11-22T10:00:01.5Z"}}"""
        },
        {
            new(1500, RuleType.Trace, SamplingValue.Factor(1.5), RuleCondition.Always, new(Start, Start.AddHours(1)), new(DecayingType.Linear, 1)),
            $$$"""{"id":1500,"type":"trace","samplingValue":{"type":"factor","value":1.5},"condition":{{{Always}}}"""
                + ""","timeRange":{"start":"2026-11-22T10:00:00Z","end":"2026-11-22T11:00:00Z"},"decayingFn":{"type":"linear","decayedValue":1}}"""
        },
    };

    [Theory]
    [MemberData(nameof(Rules), DisableDiscoveryEnumeration = true)]
    public void RoundTrip_EveryKindOfRule_HasTheWireForm(SamplingRule rule, string expected)
    {
        var json = JsonSerializer.Serialize(new RulesDocument(2, [rule]), JsonSerializerOptions.Web);

        Assert.Equal($$"""{"version":2,"rules":[{{expected}}]}""", json);
        var back = JsonSerializer.Deserialize<RulesDocument>(json, JsonSerializerOptions.Web)!;
        Assert.Equal(json, JsonSerializer.Serialize(back, JsonSerializerOptions.Web));
        Assert.Equal(rule with { Condition = back.Rules[0].Condition }, back.Rules[0]);
    }

    [Theory]
    [InlineData("""{"rules":[]}""")]
    [InlineData("""{"version":1,"rules":[]}""")]
    [InlineData("""{"version":2}""")]
    [InlineData("""{"version":2,"rules":null}""")]
    [InlineData("""{"version":2,"rules":[null]}""")]
    public void Read_NotADocument_IsRefused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<RulesDocument>(json, JsonSerializerOptions.Web));

    [Theory]
    [InlineData("""{"type":"trace","samplingValue":{"type":"sampleRate","value":1},"condition":{"op":"and","inner":[]}}""")]
    [InlineData("""{"id":1,"samplingValue":{"type":"sampleRate","value":1},"condition":{"op":"and","inner":[]}}""")]
    [InlineData("""{"id":1,"type":"span","samplingValue":{"type":"sampleRate","value":1},"condition":{"op":"and","inner":[]}}""")]
    [InlineData("""{"id":1,"type":"trace","condition":{"op":"and","inner":[]}}""")]
    [InlineData("""{"id":1,"type":"trace","samplingValue":null,"condition":{"op":"and","inner":[]}}""")]
    [InlineData("""{"id":1,"type":"trace","samplingValue":{"type":"sampleRate","value":1}}""")]
    [InlineData("""{"id":1,"type":"trace","samplingValue":{"type":"sampleRate","value":1},"condition":null}""")]
    [InlineData("""{"id":1,"type":"trace","samplingValue":{"type":"sampleRate","value":1},"condition":{"op":"x"}}""")]
    [InlineData("""
        {"id":1,"type":"trace","samplingValue":{"type":"sampleRate","value":1},"condition":{"op":"and","inner":[]},"decayingFn":{"type":"linear","decayedValue":1}}
        """)]
    public void Read_NotARule_IsRefused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<SamplingRule>(json, JsonSerializerOptions.Web));

    [Theory]
    [InlineData("""{"value":1}""")]
    [InlineData("""{"type":"sampleRate"}""")]
    [InlineData("""{"type":"rate","value":1}""")]
    [InlineData("""{"type":9,"value":1}""")]
    [InlineData("""{"type":"sampleRate","limit":1}""")]
    [InlineData("""{"type":"sampleRate","value":1,"limit":1}""")]
    [InlineData("""{"type":"factor","value":-1}""")]
    [InlineData("""{"type":"factor","value":1e999}""")]
    [InlineData("""{"type":"minimumSampleRate","value":null}""")]
    [InlineData("""{"type":"reservoir","value":1}""")]
    [InlineData("""{"type":"reservoir","limit":-1}""")]
    [InlineData("""{"type":"reservoir","limit":1,"value":1}""")]
    public void Read_NotAValue_IsRefused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<SamplingValue>(json, JsonSerializerOptions.Web));

    [Theory]
    [InlineData("""{"start":"2026-11-22T10:00:00Z"}""")]
    [InlineData("""{"start":"2026-11-22T10:00:00Z","end":null}""")]
    [InlineData("""{"start":"2026-11-22T10:00:00Z","end":"2026-11-22T10:00:00"}""")]
    [InlineData("""{"start":"2026-11-22T10:00:00Z","end":"tomorrow"}""")]
    [InlineData("""{"start":"2026-11-22T10:00:00Z","end":5}""")]
    public void Read_NotATimeRange_IsRefused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<TimeRange>(json, JsonSerializerOptions.Web));

    [Theory]
    [InlineData("""{"type":"linear"}""")]
    [InlineData("""{"decayedValue":1}""")]
    [InlineData("""{"type":"cubic","decayedValue":1}""")]
    [InlineData("""{"type":"linear","decayedValue":-1}""")]
    public void Read_NotADecay_IsRefused(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<DecayingFunction>(json, JsonSerializerOptions.Web));

    [Fact]
    public void Read_TimeWithAnOffset_IsTheSameInstantInUtc()
    {
        var range = JsonSerializer.Deserialize<TimeRange>(
            """{"start":"2026-11-22T11:00:00+01:00","end":"2026-11-22T11:00:00Z"}""", JsonSerializerOptions.Web)!;

        Assert.Equal(Start, range.Start);
        Assert.Equal(TimeSpan.Zero, range.Start.Offset);
    }

    [Fact]
    public void RoundTrip_SourceGeneratedJson_IsTheSame()
    {
        var document = new RulesDocument(2, [.. Rules.Select(row => (SamplingRule)((object[])row)[0])]);

        var json = JsonSerializer.Serialize(document, RulesJsonContext.Default.RulesDocument);

        Assert.Equal(JsonSerializer.Serialize(document, JsonSerializerOptions.Web), json);
        Assert.Equal(json, JsonSerializer.Serialize(JsonSerializer.Deserialize(json, RulesJsonContext.Default.RulesDocument), JsonSerializerOptions.Web));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"version":1,"rules":[]}""", RulesJsonContext.Default.RulesDocument));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize("""{"version":2}""", RulesJsonContext.Default.RulesDocument));
    }

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(RulesDocument))]
    private sealed partial class RulesJsonContext : JsonSerializerContext;
}
