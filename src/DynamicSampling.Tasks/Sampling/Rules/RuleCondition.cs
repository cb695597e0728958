using System.Text.Json.Serialization;

namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>What a rule asks of a trace. In JSON it is an object with an <c>op</c>.</summary>
/// <remarks>
/// Serialize conditions as <see cref="RuleCondition"/>, not as what they derive to. As records that hold lists, two are equal only
/// if their lists are the same objects: compare their JSON.
/// </remarks>
[JsonConverter(typeof(RuleConditionJsonConverter))]
public abstract record RuleCondition
{
    /// <summary>Matches every trace.</summary>
    public static RuleCondition Always { get; } = new AndCondition([]);

    /// <summary>Whether a trace with these attributes matches. Nothing is allocated.</summary>
    public abstract bool Matches(IRuleFields fields);
}
