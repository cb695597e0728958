using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;
using Microsoft.AspNetCore.Http;

namespace DynamicSampling.Dashboard.CustomRules;

/// <summary>Custom rules, as the HTTP API has them.</summary>
public interface ICustomRulesEditor
{
    /// <summary>Rules of an organization, in the order in which they were made.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="all">Also those that have expired.</param>
    /// <param name="after">Only rules after this one; null for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    Task<CustomRulesView> ListAsync(string organization, bool all, Guid? after, int limit, CancellationToken cancellationToken);

    /// <summary>A rule; null when there is none of that id.</summary>
    Task<CustomRuleLine?> FindAsync(string organization, Guid id, CancellationToken cancellationToken);

    /// <summary>Names of projects to choose from, some at most.</summary>
    Task<IReadOnlyList<string>> ListProjectsAsync(string organization, CancellationToken cancellationToken);

    /// <summary>Reads a condition.</summary>
    /// <returns>The condition, or what is wrong with it.</returns>
    (RuleCondition? Condition, string? Problem) ReadCondition(string json);

    /// <summary>All that is wrong with a rule.</summary>
    IReadOnlyList<MemberProblem> Check(CustomRuleDraft draft);

    /// <summary>Makes a rule that has been checked.</summary>
    /// <returns>The rule; or why there is no room for it.</returns>
    Task<(CustomRule? Rule, string? Problem)> AddAsync(HttpContext http, string organization, CustomRuleDraft draft, CancellationToken cancellationToken);

    /// <summary>Gives a rule a later end, or more samples; null leaves them as they are.</summary>
    /// <returns>What is wrong; nothing when it was done.</returns>
    Task<IReadOnlyList<MemberProblem>> ExtendAsync(
        HttpContext http, string organization, Guid id, DateTimeOffset? until, long? samples, CancellationToken cancellationToken);

    /// <summary>Deletes a rule.</summary>
    /// <returns>False when there is none of that id.</returns>
    Task<bool> DeleteAsync(HttpContext http, string organization, Guid id, CancellationToken cancellationToken);
}

/// <summary>Some of an organization's rules.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Rules">The rules.</param>
/// <param name="Next">After which rule the next page begins; null for none.</param>
/// <param name="IsOff">Whether custom rules are switched off in the organization's settings.</param>
public sealed record CustomRulesView(string Organization, IReadOnlyList<CustomRuleLine> Rules, Guid? Next, bool IsOff);

/// <summary>A rule, and who made it.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="MadeBy">Who made it; null when that is no longer known.</param>
public sealed record CustomRuleLine(CustomRule Rule, string? MadeBy);

/// <summary>A rule that is to be made.</summary>
/// <param name="Condition">Which traces it is for; null where it is missing.</param>
/// <param name="Samples">How many are wanted; null where that is missing.</param>
/// <param name="Start">From when it holds; null for now.</param>
/// <param name="End">Until when it holds; null where that is missing.</param>
/// <param name="Project">The project; null for all of the organization's.</param>
/// <param name="Description">What it is for; null for nothing.</param>
public sealed record CustomRuleDraft(
    RuleCondition? Condition, long? Samples, DateTimeOffset? Start, DateTimeOffset? End, string? Project, string? Description);
