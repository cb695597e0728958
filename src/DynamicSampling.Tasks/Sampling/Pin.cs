using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Sampling.Rules;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>A project or a transaction whose rate is not left to the models. What it spends, the others save.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Transaction">The transaction's name; null for the whole project.</param>
/// <param name="Always">Whether it is always kept.</param>
/// <param name="MaximumSampleRate">The rate above which it is never served, 0 to 1. Either this or <c>always</c>.</param>
/// <param name="Until">When it expires: the next pass does without it, though it stays in the settings. Null for never.</param>
public sealed record Pin(
    string Project, string? Transaction = null, bool Always = false, double? MaximumSampleRate = null,
    [property: JsonConverter(typeof(RuleTimeJsonConverter))] DateTimeOffset? Until = null)
{
    /// <summary>Whether it has not expired.</summary>
    public bool HoldsAt(DateTimeOffset now) => !(now >= Until);
}
