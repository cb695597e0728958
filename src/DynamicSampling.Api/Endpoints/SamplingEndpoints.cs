using System.Buffers;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Serving;
using DynamicSampling.Dashboard.Routing;
using Microsoft.Net.Http.Headers;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Jaeger remote sampling over HTTP, as the SDKs ask for it.</summary>
internal static class SamplingEndpoints
{
    // Clients append /sampling to whatever address they are given.
    private static readonly string[] Paths = ["/sampling", "/api/sampling", "/sampling/sampling", "/api/sampling/sampling"];

    private const string ServiceAlone = "?service=";
    private static readonly SearchValues<char> NotPlain = SearchValues.Create("&%+");

    public static void MapSampling(this IEndpointRouteBuilder app)
    {
        // Every client asks again and again, so what a request need not do itself is done once: no scope is opened to find these.
        // Found late, since settings are checked when the service starts.
        var singletons = new Lazy<Singletons>(() => new(
            app.ServiceProvider.GetRequiredService<SamplingStrategies>(), app.ServiceProvider.GetRequiredService<ClientPolls>()));
        foreach (var path in Paths)
        {
            var own = app.MapGet(path, (Delegate)((HttpContext http) => Get(Caller.OrganizationOf(http), http, singletons.Value)));
            var tenant = app.MapGet("/o/{org}" + path, (PathName org, HttpContext http) => Get(org.Value, http, singletons.Value));
            own.RequireScope(Scope.Sample, Reach.Request);
            tenant.RequireScope(Scope.Sample);
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

    private static Task Get(string organization, HttpContext http, Singletons singletons)
    {
        // Nearly all requests are like this, and are for rates that have been given before.
        if (http.Request.QueryString.Value is { } query && query.StartsWith(ServiceAlone, StringComparison.Ordinal))
        {
            var service = query.AsSpan(ServiceAlone.Length);
            if (!service.ContainsAny(NotPlain) && singletons.Strategies.FindMade(organization, service) is { } strategy)
            {
                singletons.Polls.Polled(organization, service, strategy.Rates);
                return WriteAsync(http, strategy);
            }
        }

        return FindAsync(organization, http, singletons);
    }

    private static async Task FindAsync(string organization, HttpContext http, Singletons singletons)
    {
        if (http.Request.Query["service"] is not [{ Length: > 0 } service])
        {
            await Problems.BadRequest("Say which service it is about, once: ?service=checkout.").ExecuteAsync(http);
            return;
        }

        service = OtlpNames.OfService(service);
        // Not the request's token: what is read stays for the next one.
        var strategy = await singletons.Strategies.FindAsync(organization, service, CancellationToken.None);
        singletons.Polls.Polled(organization, service, strategy.Rates);
        await WriteAsync(http, strategy);
    }

    private static async Task WriteAsync(HttpContext http, JaegerStrategy strategy)
    {
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

    private sealed record Singletons(SamplingStrategies Strategies, ClientPolls Polls);
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
