using DynamicSampling.Api.Limits;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Hosting;

/// <summary>Says what to do where the framework answers with a status alone.</summary>
internal static class StatusProblems
{
    public static void Describe(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        problem.Detail ??= DetailOf(problem, context.HttpContext);
    }

    private static string? DetailOf(ProblemDetails problem, HttpContext http) => problem.Status switch
    {
        StatusCodes.Status400BadRequest => BadRequests.FindParameter(http),
        StatusCodes.Status404NotFound => "There is nothing at this path. /openapi/v1.json lists what there is.",
        StatusCodes.Status405MethodNotAllowed => $"{http.Request.Method} is not allowed here; allowed: {http.Response.Headers.Allow}.",
        StatusCodes.Status408RequestTimeout =>
            $"The body came more slowly than {http.RequestServices.GetRequiredService<IOptions<LimitsOptions>>().Value.MinRequestBodyBytesPerSecond} bytes a second, the value of Limits:MinRequestBodyBytesPerSecond.",
        StatusCodes.Status413PayloadTooLarge => $"The body is larger than {BodyLimit.Describe(http)}. Send it in parts.",
        StatusCodes.Status415UnsupportedMediaType => http.Request.ContentType is { Length: > 0 } type
            ? $"The media type '{type}' is not understood here; send JSON, with Content-Type: application/json."
            : "The body has no media type; send JSON, with Content-Type: application/json.",
        StatusCodes.Status500InternalServerError => "Something went wrong inside the service; its log has the error, under the traceId given here.",
        _ => null,
    };
}
