using System.Text.Json;
using System.Text.Json.Serialization;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Serving;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DynamicSampling.Api.Endpoints;

/// <summary>The rules of a project, and what they say of a trace.</summary>
internal static class RulesEndpoints
{
    public static void MapRules(this IEndpointRouteBuilder app)
    {
        var rules = app.MapGroup("/api/organizations/{org}/projects/{project}").WithTags("Rules").RequireScope(Scope.Read);
        rules.MapGet("/rules", Get)
            .WithName("GetRules").WithSummary("The rules document of a project, in the format that Relay reads (version 2)")
            .WithDescription("The order of the rules matters: factors multiply until the first sampleRate that matches.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        rules.MapPost("/rules:evaluate", Evaluate)
            .WithName("EvaluateRules").WithSummary("Which rate a trace gets, and by which rules")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
    }

    private static async Task<Ok<RulesDocument>> Get(PathName org, PathName project, ProjectRules rules, CancellationToken cancellationToken) =>
        TypedResults.Ok(await rules.GenerateAsync(new(org.Value, project.Value), cancellationToken));

    private static async Task<Results<Ok<EvaluationAnswer>, ProblemHttpResult>> Evaluate(
        PathName org, PathName project, TraceToEvaluate trace, ProjectRules rules, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (trace.Check() is { } problem)
            return Problems.BadRequest(problem);
        var document = await rules.GenerateAsync(new(org.Value, project.Value), cancellationToken);
        var evaluation = RulesEvaluator.Evaluate(document, trace.ToFields(), clock.GetUtcNow());
        return TypedResults.Ok(new EvaluationAnswer(
            evaluation.Rate,
            [.. evaluation.Rules.Select(rule => new AppliedRuleItem(rule.Id, RuleIds.SourceOf(rule.Id), rule.Type, rule.Value))]));
    }
}

/// <summary>
/// A trace, by the attributes that rules ask for. Other attributes go under their full names, such as <c>"event.level": "error"</c>.
/// </summary>
internal sealed class TraceToEvaluate
{
    /// <summary>The root operation.</summary>
    public string? Transaction { get; init; }

    /// <summary>The release.</summary>
    public string? Release { get; init; }

    /// <summary>The environment.</summary>
    public string? Environment { get; init; }

    /// <summary>The replay that the trace belongs to.</summary>
    public string? ReplayId { get; init; }

    /// <summary>Others, by their full names: <c>trace.x</c> or <c>event.x</c>.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Others { get; init; }

    /// <summary>What is wrong with it, or null.</summary>
    public string? Check()
    {
        foreach (var (name, value) in Others ?? [])
        {
            if (!TraceFields.IsName(name))
                return $"'{name}' is not a known member; known are transaction, release, environment, replayId, and attributes such as trace.x and event.x.";
            if (value.ValueKind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False or JsonValueKind.Null))
                return $"'{name}' must be a string, a number, true, false or null.";
            if (!IsWellFormed(value))
                return $"'{name}' must be well-formed Unicode.";
        }

        return null;
    }

    // An escaped half of a surrogate pair gets through the parser and is found when the text is asked for.
    private static bool IsWellFormed(JsonElement value)
    {
        try
        {
            return value.ValueKind != JsonValueKind.String || value.GetString() is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    public TraceFields ToFields() => new()
    {
        Transaction = Transaction,
        Release = Release,
        Environment = Environment,
        ReplayId = ReplayId,
        Others = Others?.ToDictionary(
            item => item.Key,
            item => item.Value.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => item.Value.GetString(),
                _ => item.Value.GetRawText(),
            },
            StringComparer.Ordinal),
    };
}

/// <summary>What the rules say of a trace.</summary>
/// <param name="Rate">The rate it gets, 0 to 1.</param>
/// <param name="Rules">The rules that took part, in their order; the last one decided.</param>
internal sealed record EvaluationAnswer(double? Rate, IReadOnlyList<AppliedRuleItem> Rules);

/// <summary>A rule that took part.</summary>
/// <param name="Id">Its id in the rules document.</param>
/// <param name="Bias">What it is for.</param>
/// <param name="Type">What its value means.</param>
/// <param name="Value">Its value at this instant.</param>
internal sealed record AppliedRuleItem(int Id, string Bias, SamplingValueType Type, double Value);
