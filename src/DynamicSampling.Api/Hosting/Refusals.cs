using DynamicSampling.Api.Ingest.Otlp;

namespace DynamicSampling.Api.Hosting;

/// <summary>Answers requests that do not get to their endpoint, in the way that its clients expect.</summary>
internal static class Refusals
{
    /// <param name="http">The request.</param>
    /// <param name="status">The HTTP status.</param>
    /// <param name="detail">What was wrong, and what to do.</param>
    public static Task WriteAsync(HttpContext http, int status, string detail) =>
        http.GetEndpoint()?.Metadata.GetMetadata<OtlpEndpoint>() is not null
            ? OtlpAnswers.WriteErrorAsync(http, status, detail)
            : TypedResults.Problem(detail, statusCode: status).ExecuteAsync(http);
}
