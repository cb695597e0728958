using DynamicSampling.Dashboard.Forms;

namespace DynamicSampling.Dashboard.CustomRules;

/// <summary>What the list of rules shows.</summary>
/// <param name="View">The rules.</param>
/// <param name="All">Whether those are among them that have expired.</param>
public sealed record CustomRulesModel(CustomRulesView View, bool All)
{
    /// <summary>What has just been done; null for nothing.</summary>
    public string? Done { get; init; }
}

/// <summary>What the form of a new rule shows.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Projects">Names of projects to choose from.</param>
/// <param name="Form">What was typed.</param>
public sealed record NewCustomRuleModel(string Organization, IReadOnlyList<string> Projects, FormValues Form)
{
    /// <summary>The rule as typed, to be looked at before it is made; null when nobody has asked.</summary>
    public CustomRuleDraft? Preview { get; init; }

    /// <summary>How many traces it is for; null where nobody can tell.</summary>
    public RuleReach? Reach { get; init; }

    /// <summary>Why it was not made although every field is right; null for nothing.</summary>
    public string? Refused { get; init; }
}

/// <summary>What the page of a rule shows.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Line">The rule.</param>
/// <param name="Form">What was typed to extend it.</param>
public sealed record CustomRuleModel(string Organization, CustomRuleLine Line, FormValues Form)
{
    /// <summary>What has just been done; null for nothing.</summary>
    public string? Done { get; init; }

    /// <summary>Why nothing was done; null for nothing.</summary>
    public string? Refused { get; init; }
}
