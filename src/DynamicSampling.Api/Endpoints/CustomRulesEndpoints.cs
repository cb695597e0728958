using System.Text.Json.Serialization;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Rules that users make to get a number of samples, and which expire by themselves.</summary>
internal static class CustomRulesEndpoints
{
    public const string Expired = "The rule has expired: make a new one.";

    public static void MapCustomRules(this IEndpointRouteBuilder app)
    {
        var rules = app.MapGroup("/api/organizations/{org}/custom-rules").WithTags("Custom rules").RequireScope(Scope.Read);
        rules.MapPost("", Create)
            .RequireScope(Scope.Operate)
            .WithName("CreateCustomRule").WithSummary("Makes a rule that keeps a number of traces, until its end")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        rules.MapGet("", List)
            .WithName("ListCustomRules").WithSummary("Custom rules, in the order in which they were made; those that have expired too")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        rules.MapGet("/{id:guid}", Get)
            .WithName("GetCustomRule").WithSummary("A custom rule")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        rules.MapPatch("/{id:guid}", Extend)
            .RequireScope(Scope.Operate)
            .WithName("ExtendCustomRule").WithSummary("Gives an active rule a later end, or more samples")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        rules.MapDelete("/{id:guid}", Delete)
            .RequireScope(Scope.Operate)
            .WithName("DeleteCustomRule").WithSummary("Deletes a custom rule")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
    }

    /// <summary>The answer about an organization that has no room for another rule.</summary>
    public static string DescribeFull(string organization) =>
        $"organization '{organization}' has {CustomRule.MaxActive} active custom rules, which is the most. Delete one, or wait until one expires.";

    private static async Task<Results<Created<CustomRuleItem>, ProblemHttpResult>> Create(
        PathName org, CustomRuleBody body, HttpContext http, SqlCustomRuleStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (body.Check(now) is { } problem)
            return Problems.BadRequest(problem);
        if (await store.AddAsync(body.ToRule(org.Value, now), Caller.NameOf(http), cancellationToken) is not { } rule)
            return Problems.BadRequest(DescribeFull(org.Value));

        return TypedResults.Created($"/api/organizations/{Uri.EscapeDataString(org.Value)}/custom-rules/{rule.Id}", CustomRuleItem.Of(rule, now));
    }

    private static async Task<Ok<Page<CustomRuleItem>>> List(
        PathName org, SqlCustomRuleStore store, TimeProvider clock, int? limit, string? cursor, CancellationToken cancellationToken)
    {
        var count = Paging.Limit(limit);
        var now = clock.GetUtcNow();
        var rows = await store.ListAsync(org.Value, Paging.Cursor<RuleCursor>(cursor)?.Id, count + 1, cancellationToken);
        return TypedResults.Ok(Paging.ToPage(rows, count, rule => CustomRuleItem.Of(rule, now), rule => new RuleCursor(rule.Id)));
    }

    private static async Task<Results<Ok<CustomRuleItem>, ProblemHttpResult>> Get(
        PathName org, Guid id, SqlCustomRuleStore store, TimeProvider clock, CancellationToken cancellationToken) =>
        await store.FindAsync(org.Value, id, cancellationToken) is { } rule
            ? TypedResults.Ok(CustomRuleItem.Of(rule, clock.GetUtcNow()))
            : Unknown(org, id);

    private static async Task<Results<Ok<CustomRuleItem>, ProblemHttpResult>> Extend(
        PathName org, Guid id, CustomRuleExtension body, HttpContext http, SqlCustomRuleStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (await store.FindAsync(org.Value, id, cancellationToken) is not { } known)
            return Unknown(org, id);
        if (body.Check(known, now) is { } problem)
            return Problems.BadRequest(problem);
        return await store.ChangeAsync(org.Value, id, now, body.ApplyTo, Caller.NameOf(http), cancellationToken) is { } changed
            ? TypedResults.Ok(CustomRuleItem.Of(changed, now))
            : Problems.Conflict(Expired);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        PathName org, Guid id, HttpContext http, SqlCustomRuleStore store, CancellationToken cancellationToken) =>
        await store.DeleteAsync(org.Value, id, Caller.NameOf(http), cancellationToken) ? TypedResults.NoContent() : Unknown(org, id);

    private static ProblemHttpResult Unknown(PathName org, Guid id) =>
        Problems.NotFound($"Organization '{org.Value}' has no custom rule {id}.");

    private sealed record RuleCursor(Guid Id);
}

/// <summary>A custom rule, as it is made.</summary>
/// <param name="Condition">Which traces it is for, for instance <c>{"op":"glob","name":"event.transaction","value":["*/checkout"]}</c>.</param>
/// <param name="Samples">How many are wanted, 1 to 1,000,000,000.</param>
/// <param name="End">Until when it holds, at most 2 days from its start.</param>
/// <param name="Start">From when it holds; from now on when left out.</param>
/// <param name="Project">The project; all of the organization's when left out.</param>
/// <param name="Description">What it is for, in up to 500 characters.</param>
internal sealed record CustomRuleBody(
    RuleCondition? Condition = null,
    long? Samples = null,
    [property: JsonConverter(typeof(RuleTimeJsonConverter))] DateTimeOffset? End = null,
    [property: JsonConverter(typeof(RuleTimeJsonConverter))] DateTimeOffset? Start = null,
    string? Project = null,
    string? Description = null)
{
    /// <summary>What is wrong with it, or null.</summary>
    public string? Check(DateTimeOffset now) => Problems(now).FirstOrDefault()?.ToString();

    /// <summary>All that is wrong with it.</summary>
    public IEnumerable<MemberProblem> Problems(DateTimeOffset now)
    {
        var isRight = true;
        foreach (var problem in CustomRuleCheck.Problems(Condition, Samples, Start ?? now, End, Project, Description, now))
        {
            isRight = false;
            yield return problem;
        }

        if (isRight && CustomRuleCheck.OfEndToCome(End!.Value, now) is { } past)
            yield return past;
    }

    public CustomRule ToRule(string organization, DateTimeOffset now) =>
        new(Guid.CreateVersion7(now), organization, Project, Number: 0, Condition!, Samples!.Value, Start ?? now, End!.Value)
        {
            Description = Description,
            CreatedAt = now,
        };
}

/// <summary>What can be changed of a custom rule. Members left out stay as they are.</summary>
/// <param name="End">Until when it holds, at most 2 days from now.</param>
/// <param name="Samples">How many traces are wanted, 1 to 1,000,000,000.</param>
internal sealed record CustomRuleExtension(
    [property: JsonConverter(typeof(RuleTimeJsonConverter))] DateTimeOffset? End = null, long? Samples = null)
{
    /// <summary>What is wrong with it, or null.</summary>
    public string? Check(CustomRule rule, DateTimeOffset now) => Problems(rule, now).FirstOrDefault()?.ToString();

    /// <summary>All that is wrong with it.</summary>
    public IEnumerable<MemberProblem> Problems(CustomRule rule, DateTimeOffset now)
    {
        if (Samples is not null && CustomRuleCheck.OfSamples(Samples) is { } samples)
            yield return samples;
        if (End is not { } end)
            yield break;
        if (CustomRuleCheck.OfEnd(rule.Start, end, now) is { } wrong)
            yield return wrong;
        else if (CustomRuleCheck.OfEndToCome(end, now) is { } past)
            yield return past with { Text = $"{past.Text} To end a rule, delete it." };
    }

    // More samples are a new goal, to be announced again.
    public CustomRule ApplyTo(CustomRule rule) => rule with
    {
        End = End ?? rule.End,
        Samples = Samples ?? rule.Samples,
        AnnouncedAt = Samples > rule.Collected ? null : rule.AnnouncedAt,
    };
}

/// <summary>A custom rule.</summary>
/// <param name="Id">Names it.</param>
/// <param name="RuleId">Its id in rules documents.</param>
/// <param name="Organization">The organization's name.</param>
/// <param name="Project">The project; null for all of the organization's.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Condition">Which traces it is for.</param>
/// <param name="Samples">How many are wanted.</param>
/// <param name="Collected">How many have been stored since it started, as far as volumes tell; by the last run of custom_rule_notifications.</param>
/// <param name="Start">From when it holds.</param>
/// <param name="End">Until when it holds.</param>
/// <param name="Active">Whether it has not expired.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="AnnouncedAt">When it was announced that its samples are complete; null before.</param>
internal sealed record CustomRuleItem(
    Guid Id, int RuleId, string Organization, string? Project, string? Description, RuleCondition Condition, long Samples, double Collected,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset Start,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset End,
    bool Active,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset CreatedAt,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset? AnnouncedAt)
{
    public static CustomRuleItem Of(CustomRule rule, DateTimeOffset now) => new(
        rule.Id, RuleIds.FirstCustomRule + rule.Number, rule.Organization, rule.Project, rule.Description, rule.Condition, rule.Samples, rule.Collected, rule.Start,
        rule.End, rule.IsActive(now), rule.CreatedAt, rule.AnnouncedAt);
}
