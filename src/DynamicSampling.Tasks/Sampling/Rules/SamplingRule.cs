using System.Text.Json;
using System.Text.Json.Serialization;

namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>One rule: which traces it is for, and what it does to their rate.</summary>
/// <param name="Id">Names the rule within its document, and says what made it.</param>
/// <param name="Type">What the rule looks at.</param>
/// <param name="SamplingValue">What it does.</param>
/// <param name="Condition">Which traces it is for.</param>
/// <param name="TimeRange">When it holds; always when null.</param>
/// <param name="DecayingFn">How its value changes over <c>timeRange</c>; not at all when null.</param>
public sealed record SamplingRule(
    [property: JsonRequired] int Id,
    [property: JsonRequired] RuleType Type,
    [property: JsonRequired] SamplingValue SamplingValue,
    [property: JsonRequired] RuleCondition Condition,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] TimeRange? TimeRange = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DecayingFunction? DecayingFn = null) : IJsonOnDeserialized
{
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (SamplingValue is null)
            throw new JsonException("The samplingValue of a rule must be an object.");
        if (DecayingFn is not null && (TimeRange is null || SamplingValue.Value is null))
            throw new JsonException("Only a rule with a timeRange and a value can have a decayingFn.");
    }
}

/// <summary>What a rule looks at.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RuleType>))]
public enum RuleType
{
    /// <summary>The trace, as its head describes it.</summary>
    [JsonStringEnumMemberName("trace")]
    Trace,

    /// <summary>The root operation.</summary>
    [JsonStringEnumMemberName("transaction")]
    Transaction,
}

/// <summary>When a rule holds.</summary>
/// <param name="Start">From then on.</param>
/// <param name="End">Until then; at this very instant no longer.</param>
public sealed record TimeRange(
    [property: JsonRequired, JsonConverter(typeof(RuleTimeJsonConverter))] DateTimeOffset Start,
    [property: JsonRequired, JsonConverter(typeof(RuleTimeJsonConverter))] DateTimeOffset End)
{
    /// <summary>Whether an instant lies in it.</summary>
    public bool Contains(DateTimeOffset instant) => Start <= instant && instant < End;
}

/// <summary>How a rule's value changes.</summary>
/// <param name="Type">The shape of the change.</param>
/// <param name="DecayedValue">What the value has become at the end of the rule's time range: 0 or more.</param>
public sealed record DecayingFunction([property: JsonRequired] DecayingType Type, [property: JsonRequired] double DecayedValue) : IJsonOnDeserialized
{
    void IJsonOnDeserialized.OnDeserialized()
    {
        if (!(DecayedValue >= 0 && double.IsFinite(DecayedValue)))
            throw new JsonException("A decayedValue must be finite and not negative.");
    }
}

/// <summary>The shape of a change.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DecayingType>))]
public enum DecayingType
{
    /// <summary>A straight line.</summary>
    [JsonStringEnumMemberName("linear")]
    Linear,
}
