using System.Text.Json.Serialization;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Ingest.XRay;
using DynamicSampling.Api.Serving.XRay;
using DynamicSampling.Dashboard.Routing;

namespace DynamicSampling.Api.Endpoints;

/// <summary>X-Ray's centralized sampling, as the samplers of OpenTelemetry ask for it.</summary>
internal static class XRayEndpoints
{
    private const string RulesPath = "/GetSamplingRules";
    private const string TargetsPath = "/SamplingTargets";

    public static void MapXRay(this IEndpointRouteBuilder app)
    {
        // As for /sampling: found late, and once.
        var sampling = new Lazy<XRaySampling>(app.ServiceProvider.GetRequiredService<XRaySampling>);
        DescribeRules(
            app.MapPost(RulesPath, (Delegate)((HttpContext http) => GetRulesAsync(Caller.OrganizationOf(http), http, sampling.Value))).RequireScope(Scope.Sample, Reach.Request),
            "GetSamplingRules",
            "The sampling rules of X-Ray, for SDKs");
        DescribeRules(
            app.MapPost("/o/{org}" + RulesPath, (Delegate)((PathName org, HttpContext http) => GetRulesAsync(org.Value, http, sampling.Value))).RequireScope(Scope.Sample),
            "GetSamplingRulesOfOrganization",
            "The sampling rules of X-Ray of an organization, for SDKs");
        DescribeTargets(
            app.MapPost(TargetsPath, (HttpContext http, XRayCounts counts, TimeProvider clock) => PostStatisticsAsync(Caller.OrganizationOf(http), http, sampling.Value, counts, clock))
                .RequireScope(Scope.Ingest, Reach.Request),
            "GetSamplingTargets",
            "Takes what samplers of X-Ray have counted, and answers with their rates");
        DescribeTargets(
            app.MapPost("/o/{org}" + TargetsPath, (PathName org, HttpContext http, XRayCounts counts, TimeProvider clock) => PostStatisticsAsync(org.Value, http, sampling.Value, counts, clock))
                .RequireScope(Scope.Ingest),
            "GetSamplingTargetsOfOrganization",
            "Takes what samplers of X-Ray have counted for an organization, and answers with their rates");
    }

    // Some send an empty body, some {}, some a media type without a body: nothing in it is needed.
    private static Task GetRulesAsync(string organization, HttpContext http, XRaySampling sampling) =>
        sampling.Find(organization) is { } rules ? WriteAsync(http, rules) : FindRulesAsync(organization, http, sampling);

    private static async Task FindRulesAsync(string organization, HttpContext http, XRaySampling sampling) => await WriteAsync(http, await sampling.FindAsync(organization));

    private static async Task WriteAsync(HttpContext http, XRayRules rules)
    {
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = rules.Body.Length;
        await http.Response.BodyWriter.WriteAsync(rules.Body);
    }

    private static async Task<XRayTargets> PostStatisticsAsync(string organization, HttpContext http, XRaySampling sampling, XRayCounts counts, TimeProvider clock)
    {
        var documents = await SamplingStatisticsReader.ReadAsync(http.Request, http.RequestAborted);
        var rules = await sampling.FindAsync(organization);
        await counts.AddAsync(organization, rules, documents, http.RequestAborted);
        return XRayTargets.Of(rules, documents, clock.GetUtcNow());
    }

    private static void DescribeRules(RouteHandlerBuilder endpoint, string name, string summary) => endpoint
        .WithTags("X-Ray").WithName(name).WithSummary(summary)
        .WithDescription("One rule for each transaction that can be told by its method and path, one for whatever else a service is asked for, and `Default`. The body is ignored.")
        .Produces<XRayRulesDocument>()
        .ProducesProblem(StatusCodes.Status400BadRequest);

    private static void DescribeTargets(RouteHandlerBuilder endpoint, string name, string summary) => endpoint
        .WithTags("X-Ray").WithName(name).WithSummary(summary)
        .WithDescription("The counts are true ones, and are durable when the answer comes. A document that comes again counts once.")
        .Accepts<SamplingStatistics>("application/json")
        .Produces<XRayTargets>()
        .ProducesProblem(StatusCodes.Status400BadRequest)
        .ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
        .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
}

/// <summary>X-Ray's sampling rules. This type only describes the body.</summary>
/// <param name="SamplingRuleRecords">The rules; the lowest priority that matches decides.</param>
/// <param name="NextToken">Always null: this is all.</param>
internal sealed record XRayRulesDocument(
    [property: JsonPropertyName("SamplingRuleRecords")] IReadOnlyList<XRayRuleRecord> SamplingRuleRecords,
    [property: JsonPropertyName("NextToken")] string? NextToken);

/// <summary>A rule, with times that always are 0.</summary>
/// <param name="SamplingRule">The rule.</param>
/// <param name="CreatedAt">Always 0.</param>
/// <param name="ModifiedAt">Always 0.</param>
internal sealed record XRayRuleRecord(
    [property: JsonPropertyName("SamplingRule")] XRayRuleDocument SamplingRule,
    [property: JsonPropertyName("CreatedAt")] double CreatedAt,
    [property: JsonPropertyName("ModifiedAt")] double ModifiedAt);

/// <summary>A rule. In patterns, `*` stands for any characters.</summary>
/// <param name="RuleName">Stands for the service and the patterns, as long as there is such a rule.</param>
/// <param name="RuleARN">The same.</param>
/// <param name="Priority">Each has its own; that of `Default` is 10000.</param>
/// <param name="FixedRate">The share of traces to keep, 0 to 1.</param>
/// <param name="ReservoirSize">Always 0: the rate alone decides.</param>
/// <param name="ServiceName">The service.</param>
/// <param name="ServiceType">Always `*`.</param>
/// <param name="Host">Always `*`.</param>
/// <param name="HTTPMethod">The method.</param>
/// <param name="URLPath">The pattern of the path.</param>
/// <param name="ResourceARN">Always `*`.</param>
/// <param name="Attributes">Always empty.</param>
/// <param name="Version">Always 1.</param>
internal sealed record XRayRuleDocument(
    [property: JsonPropertyName("RuleName")] string RuleName,
    [property: JsonPropertyName("RuleARN")] string RuleARN,
    [property: JsonPropertyName("Priority")] int Priority,
    [property: JsonPropertyName("FixedRate")] double FixedRate,
    [property: JsonPropertyName("ReservoirSize")] int ReservoirSize,
    [property: JsonPropertyName("ServiceName")] string ServiceName,
    [property: JsonPropertyName("ServiceType")] string ServiceType,
    [property: JsonPropertyName("Host")] string Host,
    [property: JsonPropertyName("HTTPMethod")] string HTTPMethod,
    [property: JsonPropertyName("URLPath")] string URLPath,
    [property: JsonPropertyName("ResourceARN")] string ResourceARN,
    [property: JsonPropertyName("Attributes")] IReadOnlyDictionary<string, string> Attributes,
    [property: JsonPropertyName("Version")] int Version);
