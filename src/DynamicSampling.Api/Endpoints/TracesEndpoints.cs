using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Dashboard.Routing;

namespace DynamicSampling.Api.Endpoints;

/// <summary>OTLP over HTTP: SDKs and Collectors send traces, and their root spans are counted.</summary>
internal static class TracesEndpoints
{
    private const string RejectedMessage =
        "Root spans are counted that started in the last 2 days, and at most 5 minutes ahead of this server's clock; these were not.";

    public static void MapTraces(this IEndpointRouteBuilder app)
    {
        Describe(
            app.MapPost("/v1/traces", (HttpContext http, OtlpReceiver receiver) => Post(Caller.OrganizationOf(http), http, receiver)).RequireScope(Scope.Ingest, Reach.Request),
            "ExportTraces",
            "Takes traces of SDKs and Collectors, and counts their root spans");
        Describe(
            app.MapPost("/o/{org}/v1/traces", (PathName org, HttpContext http, OtlpReceiver receiver) => Post(org.Value, http, receiver)).RequireScope(Scope.Ingest),
            "ExportTracesOfOrganization",
            "Takes traces of an organization, and counts their root spans");
    }

    private static async Task Post(string organization, HttpContext http, OtlpReceiver receiver)
    {
        var result = await receiver.ReceiveAsync(http.Request, organization, http.RequestAborted);
        await OtlpAnswers.WriteSuccessAsync(http, result.Rejected, "rejectedSpans", RejectedMessage);
    }

    private static void Describe(RouteHandlerBuilder endpoint, string name, string summary) => endpoint
        .WithOtlp<ExportTraces, ExportTracesAnswer>("ExportTraceService").WithName(name).WithSummary(summary);
}

/// <summary>OpenTelemetry's ExportTraceServiceRequest. This type only describes the body.</summary>
/// <param name="ResourceSpans">Spans by resource, as OTLP has them.</param>
internal sealed record ExportTraces(IReadOnlyList<object> ResourceSpans);

/// <summary>OpenTelemetry's ExportTraceServiceResponse. This type only describes the body.</summary>
/// <param name="PartialSuccess">There only when spans were not taken.</param>
internal sealed record ExportTracesAnswer(OtlpPartialSuccess? PartialSuccess);

/// <summary>What was not taken.</summary>
/// <param name="RejectedSpans">How many root spans, as a string of digits.</param>
/// <param name="ErrorMessage">Why.</param>
internal sealed record OtlpPartialSuccess(string RejectedSpans, string ErrorMessage);
