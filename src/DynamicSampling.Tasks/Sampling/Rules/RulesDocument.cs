using System.Text.Json;
using System.Text.Json.Serialization;

namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>The rules of one project. Serialized with the web defaults it has the format that Relay reads.</summary>
/// <param name="Version">The format's version: 2.</param>
/// <param name="Rules">The rules; their order matters.</param>
public sealed record RulesDocument(
    [property: JsonRequired] int Version,
    [property: JsonRequired] IReadOnlyList<SamplingRule> Rules) : IJsonOnDeserialized
{
    /// <summary>The only version there is.</summary>
    public const int CurrentVersion = 2;

    void IJsonOnDeserialized.OnDeserialized()
    {
        if (Version != CurrentVersion)
            throw new JsonException($"The version of a rules document must be {CurrentVersion}.");
        if (Rules?.Contains(null!) != false)
            throw new JsonException("The rules must be an array of objects.");
    }
}
