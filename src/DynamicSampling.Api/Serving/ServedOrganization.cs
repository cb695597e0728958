using System.Collections.Concurrent;
using DynamicSampling.Api.Serving.XRay;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Serving;

/// <summary>What one organization's services are served: one version of its rates, in memory. Answers are made on first use and then kept.</summary>
internal sealed class ServedOrganization
{
    private readonly ConcurrentDictionary<string, JaegerStrategy> _strategies = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, JaegerStrategy>.AlternateLookup<ReadOnlySpan<char>> _made;
    private readonly Lock _gate = new();
    private XRayRules? _rules;
    private XRayRules? _rulesBefore;

    /// <param name="version">The version; 0 before the first.</param>
    /// <param name="until">When a factor expires, and the answers with it; null for never.</param>
    public ServedOrganization(long version, DateTimeOffset? until)
    {
        Version = version;
        Until = until;
        _made = _strategies.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>The version; 0 before the first.</summary>
    public long Version { get; }

    /// <summary>When a factor expires, and the answers with it; null for never.</summary>
    public DateTimeOffset? Until { get; }

    /// <summary>The projects, by name.</summary>
    public required IReadOnlyDictionary<string, ProjectRate> Projects { get; init; }

    /// <summary>The factor of each project.</summary>
    public required Func<ProjectRate, double> FactorOf { get; init; }

    /// <summary>The answer for services without a rate of their own.</summary>
    public required JaegerStrategy Default { get; init; }

    /// <summary>The answer for a service that has a rate of its own, if it has been made; else null.</summary>
    public JaegerStrategy? FindMade(ReadOnlySpan<char> service) => _made.TryGetValue(service, out var made) ? made : null;

    /// <summary>The answer for a service.</summary>
    public JaegerStrategy StrategyOf(string service)
    {
        if (_strategies.TryGetValue(service, out var made))
            return made;
        // Services without rates share one answer and leave nothing behind, whatever names come.
        return Projects.TryGetValue(service, out var project)
            ? _strategies.GetOrAdd(service, static (_, state) => JaegerStrategy.Of(state.Version, state.project, state.factor), (Version, project, factor: FactorOf(project)))
            : Default;
    }

    /// <summary>The rules for X-Ray's samplers, made when they are first asked for.</summary>
    public XRayRules RulesAt(TimeProvider clock)
    {
        if (Volatile.Read(ref _rules) is { } made)
            return made;
        lock (_gate)
        {
            _rules ??= new(this, _rulesBefore, clock.GetUtcNow());
            // These know their own rates, and those the rules before them: nothing of it would ever go.
            _rulesBefore = null;
            return _rules;
        }
    }

    /// <summary>These rates replace others, and so do the rules.</summary>
    public void Replace(ServedOrganization before)
    {
        lock (before._gate)
            _rulesBefore = before._rules ?? before._rulesBefore;
    }
}
