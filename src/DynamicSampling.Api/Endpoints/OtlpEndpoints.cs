using DynamicSampling.Api.Hosting;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Api.Limits;
using DynamicSampling.Api.Telemetry;

namespace DynamicSampling.Api.Endpoints;

/// <summary>What the endpoints of OTLP over HTTP have in common.</summary>
internal static class OtlpEndpoints
{
    /// <summary>Makes an endpoint one of OTLP.</summary>
    /// <typeparam name="TBody">Describes the body.</typeparam>
    /// <typeparam name="TAnswer">Describes the answer.</typeparam>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="message">OpenTelemetry's name of both, without Request and Response.</param>
    public static RouteHandlerBuilder WithOtlp<TBody, TAnswer>(this RouteHandlerBuilder endpoint, string message)
        where TBody : notnull => endpoint
        .WithTags("OpenTelemetry")
        .WithDescription(
            $"OTLP over HTTP, in protobuf or JSON, as it is or with `Content-Encoding: gzip`. The body is an {message}Request, the answer an {message}Response, and errors are a google.rpc.Status; protobuf is answered in protobuf.")
        .WithMetadata(new DecodesContent(), new LargeBody(), new OtlpEndpoint())
        .WithoutTraces()
        .Accepts<TBody>(OtlpAnswers.Json, OtlpAnswers.Protobuf)
        .Produces<TAnswer>(StatusCodes.Status200OK, OtlpAnswers.Json)
        .Produces<OtlpStatus>(StatusCodes.Status400BadRequest, OtlpAnswers.Json)
        .Produces<OtlpStatus>(StatusCodes.Status413PayloadTooLarge, OtlpAnswers.Json)
        .Produces<OtlpStatus>(StatusCodes.Status415UnsupportedMediaType, OtlpAnswers.Json)
        .Produces<OtlpStatus>(StatusCodes.Status503ServiceUnavailable, OtlpAnswers.Json);
}

/// <summary>google.rpc.Status. This type only describes the body.</summary>
/// <param name="Code">The google.rpc.Code.</param>
/// <param name="Message">What was wrong, and what to do.</param>
internal sealed record OtlpStatus(int Code, string Message);
