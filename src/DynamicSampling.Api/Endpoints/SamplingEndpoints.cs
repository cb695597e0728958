using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Serving;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Net.Http.Headers;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Jaeger remote sampling over HTTP, as the SDKs ask for it.</summary>
internal static class SamplingEndpoints
{
    // Clients append /sampling to whatever address they are given.
    private static readonly string[] Paths = ["/sampling", "/api/sampling", "/sampling/sampling", "/api/sampling/sampling"];

    public static void MapSampling(this IEndpointRouteBuilder app)
    {
        foreach (var path in Paths)
        {
            var own = app.MapGet(path, (HttpContext http, SamplingStrategies strategies, ClientPolls polls) => Get(Names.DefaultOrganization, http, strategies, polls));
            var tenant = app.MapGet("/o/{org}" + path, (PathName org, HttpContext http, SamplingStrategies strategies, ClientPolls polls) => Get(org.Value, http, strategies, polls));
            if (path == Paths[0])
            {
                Describe(own, "GetStrategy", "The rates of a service, for SDKs");
                Describe(tenant, "GetStrategyOfOrganization", "The rates of a service of an organization, for SDKs");
            }
            else
            {
                own.ExcludeFromDescription();
                tenant.ExcludeFromDescription();
            }
        }
    }

    private static void Describe(RouteHandlerBuilder endpoint, string name, string summary) => endpoint
        .WithTags("Sampling").WithName(name).WithSummary(summary)
        .WithDescription("Jaeger remote sampling. A service that has no rates of its own gets its organization's target. `If-None-Match` is honoured.")
        .Produces<JaegerStrategyDocument>()
        .Produces(StatusCodes.Status304NotModified)
        .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task Get(string organization, HttpContext http, SamplingStrategies strategies, ClientPolls polls)
    {
        if (http.Request.Query["service"] is not [{ Length: > 0 } service])
        {
            await Problems.BadRequest("Say which service it is about, once: ?service=checkout.").ExecuteAsync(http);
            return;
        }

        service = OtlpNames.OfService(service);
        // Not the request's token: what is read stays for the next one.
        var strategy = await strategies.FindAsync(organization, service, CancellationToken.None);
        polls.Polled(organization, service, strategy.Rates);
        var response = http.Response;
        response.Headers.ETag = strategy.ETag.Tag.Value;
        if (http.Request.Headers.IfNoneMatch.Count > 0 && Matches(http.Request, strategy))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        response.ContentType = "application/json";
        response.ContentLength = strategy.Body.Length;
        await response.BodyWriter.WriteAsync(strategy.Body);
    }

    private static bool Matches(HttpRequest request, JaegerStrategy strategy)
    {
        foreach (var tag in request.GetTypedHeaders().IfNoneMatch)
        {
            if (tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(strategy.ETag, useStrongComparison: false))
                return true;
        }

        return false;
    }
}

/// <summary>The answer to clients of Jaeger remote sampling. This type only describes the body.</summary>
/// <param name="StrategyType">Always PROBABILISTIC.</param>
/// <param name="ProbabilisticSampling">The rate of operations that are not listed.</param>
/// <param name="OperationSampling">The rates of operations.</param>
internal sealed record JaegerStrategyDocument(string StrategyType, JaegerProbability ProbabilisticSampling, JaegerOperations OperationSampling);

/// <summary>A probability.</summary>
/// <param name="SamplingRate">The share of traces to keep, 0 to 1.</param>
internal sealed record JaegerProbability(double SamplingRate);

/// <summary>The rates of operations.</summary>
/// <param name="DefaultSamplingProbability">The rate of operations that are not listed.</param>
/// <param name="DefaultLowerBoundTracesPerSecond">Always 0.</param>
/// <param name="PerOperationStrategies">Operations with rates of their own, the busiest first.</param>
/// <param name="DefaultUpperBoundTracesPerSecond">Always 0.</param>
internal sealed record JaegerOperations(
    double DefaultSamplingProbability, double DefaultLowerBoundTracesPerSecond, IReadOnlyList<JaegerOperation> PerOperationStrategies,
    double DefaultUpperBoundTracesPerSecond);

/// <summary>An operation's rate.</summary>
/// <param name="Operation">The operation: the root span's name.</param>
/// <param name="ProbabilisticSampling">Its rate.</param>
internal sealed record JaegerOperation(string Operation, JaegerProbability ProbabilisticSampling);
