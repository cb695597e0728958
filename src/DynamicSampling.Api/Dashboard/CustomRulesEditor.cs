using System.Text.Json;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Endpoints;
using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.CustomRules;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Dashboard;

/// <summary>Custom rules for the dashboard: the same as <c>…/custom-rules</c>.</summary>
internal sealed class CustomRulesEditor(
    SqlCustomRuleStore store, SqlOrganizationStore organizations, SqlProjectStore projects, SqlAuditLog audit, IOptions<JsonOptions> http, TimeProvider clock) : ICustomRulesEditor
{
    private const int ProposedProjects = 200;

    public async Task<CustomRulesView> ListAsync(string organization, bool all, Guid? after, int limit, CancellationToken cancellationToken)
    {
        var rules = all
            ? await store.ListAsync(organization, after, limit + 1, cancellationToken)
            : await store.ListActiveAsync(organization, after, limit + 1, cancellationToken);
        List<CustomRule> shown = [.. rules.Take(limit)];
        var makers = await FindMakersAsync(organization, shown, cancellationToken);
        var settings = (await organizations.FindAsync(organization, cancellationToken))?.Settings;
        return new(
            organization,
            [.. shown.Select(rule => new CustomRuleLine(rule, makers.GetValueOrDefault(rule.Id)))],
            rules.Count > limit ? shown[^1].Id : null,
            settings?.Biases?.CustomRules == false);
    }

    public async Task<CustomRuleLine?> FindAsync(string organization, Guid id, CancellationToken cancellationToken) =>
        await store.FindAsync(organization, id, cancellationToken) is { } rule
            ? new(rule, (await FindMakersAsync(organization, [rule], cancellationToken)).GetValueOrDefault(id))
            : null;

    public async Task<IReadOnlyList<string>> ListProjectsAsync(string organization, CancellationToken cancellationToken) =>
        // Of their volumes nothing is shown, so those of the running minute do.
        [.. (await projects.ListWithVolumesAsync(organization, MinuteWindow.Ending(clock.GetUtcNow(), 1), after: null, ProposedProjects, cancellationToken))
            .Select(project => project.Project.Key.Project)];

    public (RuleCondition? Condition, string? Problem) ReadCondition(string json)
    {
        try
        {
            return (JsonSerializer.Deserialize<RuleCondition>(json, http.Value.SerializerOptions), null);
        }
        catch (JsonException exception)
        {
            return (null, JsonErrors.Describe(exception, "The condition"));
        }
    }

    public IReadOnlyList<MemberProblem> Check(CustomRuleDraft draft) => [.. BodyOf(draft).Problems(clock.GetUtcNow())];

    public async Task<(CustomRule? Rule, string? Problem)> AddAsync(
        HttpContext http, string organization, CustomRuleDraft draft, CancellationToken cancellationToken)
    {
        try
        {
            return await store.AddAsync(BodyOf(draft).ToRule(organization, clock.GetUtcNow()), Caller.NameOf(http), cancellationToken) is { } rule
                ? (rule, null)
                : (null, CustomRulesEndpoints.DescribeFull(organization));
        }
        catch (NoRoomException exception)
        {
            return (null, exception.Message);
        }
    }

    public async Task<IReadOnlyList<MemberProblem>> ExtendAsync(
        HttpContext http, string organization, Guid id, DateTimeOffset? until, long? samples, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var extension = new CustomRuleExtension(until, samples);
        if (await store.FindAsync(organization, id, cancellationToken) is { } known && extension.Problems(known, now).ToList() is { Count: > 0 } problems)
            return problems;
        return await store.ChangeAsync(organization, id, now, extension.ApplyTo, Caller.NameOf(http), cancellationToken) is null
            ? [new("end", CustomRulesEndpoints.Expired)]
            : [];
    }

    public Task<bool> DeleteAsync(HttpContext http, string organization, Guid id, CancellationToken cancellationToken) =>
        store.DeleteAsync(organization, id, Caller.NameOf(http), cancellationToken);

    private static CustomRuleBody BodyOf(CustomRuleDraft draft) =>
        new(draft.Condition, draft.Samples, draft.End, draft.Start, draft.Project, draft.Description);

    private async Task<Dictionary<Guid, string>> FindMakersAsync(string organization, List<CustomRule> rules, CancellationToken cancellationToken)
    {
        if (rules.Count == 0)
            return [];
        var made = await audit.ListAsync(
            new(rules.Count) { Organization = organization, Action = AuditAction.CustomRuleCreated, Subjects = [.. rules.Select(rule => rule.Id.ToString())] },
            cancellationToken);
        var makers = new Dictionary<Guid, string>();
        foreach (var entry in made)
            makers[Guid.Parse(entry.Subject!)] = entry.Actor;
        return makers;
    }
}
