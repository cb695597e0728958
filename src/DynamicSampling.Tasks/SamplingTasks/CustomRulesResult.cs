using System.Collections.Immutable;
using System.Runtime.InteropServices;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>What became of the custom rules, as far as they have been looked at.</summary>
public sealed record CustomRulesResult
{
    internal CustomRulesResult(bool dryRun) => DryRun = dryRun;

    /// <summary>Whether nothing was to be announced or stored.</summary>
    public bool DryRun { get; }

    /// <summary>Active rules.</summary>
    public int Rules { get; private init; }

    /// <summary>Rules whose samples are complete, and which were announced just now, or would have been but for the dry run.</summary>
    public int Announced { get; private init; }

    /// <summary>Rules that had expired.</summary>
    public int Deactivated { get; private init; }

    /// <summary>Rules that failed; they come again in the next run.</summary>
    public int Failed { get; private init; }

    /// <summary>What failed, 100 of them at most.</summary>
    public ImmutableArray<CustomRuleFailure> Failures { get; private init; } = [];

    /// <summary>What it comes to, in a sentence.</summary>
    public string Message => $"{Rules} active custom rules: {Announced} announced, {Deactivated} deactivated, {Failed} failed.";

    internal CustomRulesResult With(RuleOutcome outcome) => this with
    {
        Rules = Rules + 1,
        Announced = Announced + (outcome.Announced ? 1 : 0),
        Deactivated = Deactivated + (outcome.Deactivated ? 1 : 0),
    };

    internal CustomRulesResult WithFailure(CustomRule rule, string error) => this with
    {
        Rules = Rules + 1,
        Failed = Failed + 1,
        Failures = Failures.Length < PassLimits.NamesInResult ? Failures.Add(new(rule.Organization, rule.Id, error)) : Failures,
    };
}

/// <summary>A custom rule that failed.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Rule">The rule.</param>
/// <param name="Error">What went wrong.</param>
public sealed record CustomRuleFailure(string Organization, Guid Rule, string Error);

[StructLayout(LayoutKind.Auto)]
internal readonly record struct RuleOutcome(bool Announced, bool Deactivated);
