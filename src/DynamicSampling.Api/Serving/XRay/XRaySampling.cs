using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Serving.XRay;

/// <summary>The rules for X-Ray's samplers, from memory: made when they are first asked for, of the rates that <see cref="SamplingStrategies"/> serves.</summary>
internal sealed class XRaySampling(SamplingStrategies strategies, TimeProvider clock)
{
    // Of organizations that nobody has heard of, or that cannot be read.
    private readonly XRayRules _unknown = new(
        new(version: 0, until: null)
        {
            Projects = new Dictionary<string, ProjectRate>(StringComparer.Ordinal),
            FactorOf = static _ => 1,
            Default = JaegerStrategy.Of(version: 0, strategies.DefaultRate),
        },
        before: null,
        clock.GetUtcNow());

    /// <summary>The rules of an organization, if its rates are in memory and still hold; else null.</summary>
    public XRayRules? Find(string organization) => strategies.FindFresh(organization)?.RulesAt(clock);

    /// <summary>The rules of an organization; never an error.</summary>
    public async ValueTask<XRayRules> FindAsync(string organization) =>
        // Not the request's token: what is read stays for the next one.
        (await strategies.FindOrganizationAsync(organization, CancellationToken.None))?.RulesAt(clock) ?? _unknown;
}
