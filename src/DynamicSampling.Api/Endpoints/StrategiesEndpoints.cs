using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Serving;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Http.HttpResults;
using System.Text.Json.Serialization;

namespace DynamicSampling.Api.Endpoints;

/// <summary>The strategies file, which the OpenTelemetry Collector and Jaeger load from an address.</summary>
internal static class StrategiesEndpoints
{
    public static void MapStrategies(this IEndpointRouteBuilder app) => app.MapGet("/api/strategies.json", Get)
        .WithTags("Sampling").RequireScope(Scope.Sample, Reach.Request).WithName("GetStrategies").WithSummary("The rates of all services of an organization as a strategies file, for the OpenTelemetry Collector and Jaeger")
        .WithDescription("`?organization=` is `default` when left out.")
        .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Ok<StrategiesFile>> Get(SamplingStrategies strategies, HttpContext http, string? organization, CancellationToken cancellationToken)
    {
        if (organization is not null && Names.Check(organization) is { } problem)
            throw new BadHttpRequestException($"organization {problem}.");
        var name = Caller.OrganizationOf(http, organization);
        var served = await strategies.FindOrganizationAsync(name, cancellationToken);
        return TypedResults.Ok(new StrategiesFile(
            FileStrategy.Of(served?.Default.Rates.Others ?? strategies.DefaultRate),
            [.. (served?.Projects.Values ?? []).OrderBy(project => project.Project, StringComparer.Ordinal).Select(project => ServiceStrategy.Of(project, served!.FactorOf(project)))]));
    }
}

/// <summary>A strategies file.</summary>
/// <param name="DefaultStrategy">For services that are not listed.</param>
/// <param name="ServiceStrategies">The services, by name.</param>
internal sealed record StrategiesFile(
    [property: JsonPropertyName("default_strategy")] FileStrategy DefaultStrategy,
    [property: JsonPropertyName("service_strategies")] IReadOnlyList<ServiceStrategy> ServiceStrategies);

/// <summary>A rate in a strategies file.</summary>
/// <param name="Type">Always probabilistic.</param>
/// <param name="Param">The share of traces to keep, 0 to 1.</param>
internal sealed record FileStrategy(string Type, double Param)
{
    public static FileStrategy Of(double rate) => new("probabilistic", rate);
}

/// <summary>The rates of a service.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Type">Always probabilistic.</param>
/// <param name="Param">The rate of operations that are not listed, 0 to 1.</param>
/// <param name="OperationStrategies">Operations with rates of their own.</param>
internal sealed record ServiceStrategy(
    string Service, string Type, double Param,
    [property: JsonPropertyName("operation_strategies")] IReadOnlyList<OperationStrategy> OperationStrategies)
{
    public static ServiceStrategy Of(ProjectRate project, double factor)
    {
        var (others, operations) = OperationRates.ToTell(project, factor);
        return new(
            project.Project, "probabilistic", others, [.. operations.Select(operation => new OperationStrategy(operation.Operation, "probabilistic", operation.Rate))]);
    }
}

/// <summary>The rate of an operation.</summary>
/// <param name="Operation">The operation: the root span's name.</param>
/// <param name="Type">Always probabilistic.</param>
/// <param name="Param">The rate, 0 to 1.</param>
internal sealed record OperationStrategy(string Operation, string Type, double Param);
