using System.Text.Json;
using System.Text.Json.Serialization;

namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>What a rule does to the rate of the traces it is for. Made by the methods that are named after the types.</summary>
/// <param name="Type">Of what kind it is.</param>
/// <param name="Value">The rate or the factor, finite and 0 or more; null for a reservoir.</param>
/// <param name="Limit">How many traces a reservoir takes, 0 or more; null for the others.</param>
public sealed record SamplingValue(
    [property: JsonRequired] SamplingValueType Type,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? Value = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Limit = null) : IJsonOnDeserialized
{
    /// <summary>The rate, times the factors before it; no later rule counts.</summary>
    public static SamplingValue SampleRate(double value) => new(SamplingValueType.SampleRate, value, null);

    /// <summary>Multiplies the rate.</summary>
    public static SamplingValue Factor(double value) => new(SamplingValueType.Factor, value, null);

    /// <summary>The rate is not below this.</summary>
    public static SamplingValue MinimumSampleRate(double value) => new(SamplingValueType.MinimumSampleRate, value, null);

    /// <summary>Keeps traces until there are so many.</summary>
    public static SamplingValue Reservoir(long limit) => new(SamplingValueType.Reservoir, null, limit);

    void IJsonOnDeserialized.OnDeserialized()
    {
        switch (Type)
        {
            case SamplingValueType.Reservoir when !(Limit >= 0) || Value is not null:
                throw new JsonException("A reservoir must have a limit that is not negative, and no value.");
            case SamplingValueType.Reservoir:
                break;
            case SamplingValueType.SampleRate or SamplingValueType.Factor or SamplingValueType.MinimumSampleRate:
                if (!(Value >= 0 && double.IsFinite(Value.Value)) || Limit is not null)
                    throw new JsonException("A samplingValue must have a value that is finite and not negative, and no limit.");
                break;
            default:
                throw new JsonException("The type of a samplingValue must be sampleRate, factor, minimumSampleRate or reservoir.");
        }
    }
}

/// <summary>What a rule's value means.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SamplingValueType>))]
public enum SamplingValueType
{
    /// <summary>The rate; the first rule of this type that matches ends the evaluation.</summary>
    [JsonStringEnumMemberName("sampleRate")]
    SampleRate,

    /// <summary>Multiplies the rate.</summary>
    [JsonStringEnumMemberName("factor")]
    Factor,

    /// <summary>The rate is not below this.</summary>
    [JsonStringEnumMemberName("minimumSampleRate")]
    MinimumSampleRate,

    /// <summary>Keeps a number of traces; then the rule does nothing any more.</summary>
    [JsonStringEnumMemberName("reservoir")]
    Reservoir,
}
