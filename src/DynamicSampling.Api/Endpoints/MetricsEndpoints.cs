using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Api.Ingest.Otlp.Metrics;
using DynamicSampling.Dashboard.Routing;

namespace DynamicSampling.Api.Endpoints;

/// <summary>OTLP over HTTP: SDKs and Collectors send metrics, and what they say of requests becomes true counts.</summary>
internal static class MetricsEndpoints
{
    public static void MapMetrics(this IEndpointRouteBuilder app)
    {
        Describe(
            app.MapPost("/v1/metrics", (HttpContext http, MetricsReceiver receiver) => Post(Caller.OrganizationOf(http), http, receiver)).RequireScope(Scope.Ingest, Reach.Request),
            "ExportMetrics",
            "Takes metrics of SDKs and Collectors, and counts the requests that they tell of");
        Describe(
            app.MapPost("/o/{org}/v1/metrics", (PathName org, HttpContext http, MetricsReceiver receiver) => Post(org.Value, http, receiver)).RequireScope(Scope.Ingest),
            "ExportMetricsOfOrganization",
            "Takes metrics of an organization, and counts the requests that they tell of");
    }

    private static async Task Post(string organization, HttpContext http, MetricsReceiver receiver)
    {
        var rejected = await receiver.ReceiveAsync(http.Request, organization, http.RequestAborted);
        await OtlpAnswers.WriteSuccessAsync(http, rejected.Count, "rejectedDataPoints", rejected.Message);
    }

    private static void Describe(RouteHandlerBuilder endpoint, string name, string summary) => endpoint
        .WithOtlp<ExportMetrics, ExportMetricsAnswer>("ExportMetricsService").WithName(name).WithSummary(summary);
}

/// <summary>OpenTelemetry's ExportMetricsServiceRequest. This type only describes the body.</summary>
/// <param name="ResourceMetrics">Metrics by resource, as OTLP has them.</param>
internal sealed record ExportMetrics(IReadOnlyList<object> ResourceMetrics);

/// <summary>OpenTelemetry's ExportMetricsServiceResponse. This type only describes the body.</summary>
/// <param name="PartialSuccess">There only when data points were not taken.</param>
internal sealed record ExportMetricsAnswer(OtlpMetricsPartialSuccess? PartialSuccess);

/// <summary>What was not taken.</summary>
/// <param name="RejectedDataPoints">How many data points, as a string of digits.</param>
/// <param name="ErrorMessage">Why: each reason, with its number of data points.</param>
internal sealed record OtlpMetricsPartialSuccess(string RejectedDataPoints, string ErrorMessage);
