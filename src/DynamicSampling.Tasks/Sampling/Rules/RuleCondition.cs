using System.Text.Json.Serialization;

namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>What a rule asks of a trace. In JSON it is an object with an <c>op</c>.</summary>
/// <remarks>Conditions are immutable, but hold lists: two equal ones are best compared by their JSON.</remarks>
[JsonConverter(typeof(RuleConditionJsonConverter))]
public abstract record RuleCondition
{
    /// <summary>Matches every trace.</summary>
    public static RuleCondition Always { get; } = new AndCondition([]);

    /// <summary>Whether a trace with these attributes matches. Nothing is allocated.</summary>
    public abstract bool Matches(IRuleFields fields);
}
