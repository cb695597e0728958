using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace DynamicSampling.Api.Hosting;

/// <summary>Answers requests that could not be understood with what was wrong, where, and what to do.</summary>
internal sealed class BadRequests(IProblemDetailsService problems) : IExceptionHandler
{
    public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad)
            return ValueTask.FromResult(false);
        httpContext.Response.StatusCode = bad.StatusCode;
        return problems.TryWriteAsync(new()
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = new ProblemDetails { Status = bad.StatusCode, Detail = Detail(bad, httpContext.Request) },
        });
    }

    private static string Detail(BadHttpRequestException bad, HttpRequest request) => bad switch
    {
        { InnerException: JsonException json } => Describe(json),
        { StatusCode: StatusCodes.Status415UnsupportedMediaType } => request.ContentType is { } type
            ? $"The body has the media type '{type}'; send JSON, with Content-Type: application/json."
            : "The body has no media type; send JSON, with Content-Type: application/json.",
        { InnerException: { } inner } => $"{bad.Message} {inner.Message}",
        _ => bad.Message,
    };

    private static string Describe(JsonException exception)
    {
        const string UnknownMember = "The JSON property '";
        var message = exception.Message;
        // The serializer appends the position, which is said here in other words, and names types of ours.
        var positions = message.IndexOf(" Path: ", StringComparison.Ordinal);
        if (positions >= 0)
            message = message[..positions];
        if (message.StartsWith(UnknownMember, StringComparison.Ordinal))
            message = $"'{message[UnknownMember.Length..message.IndexOf('\'', UnknownMember.Length)]}' is not a known member.";
        else if (message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal))
            message = "the value has the wrong type or is out of range.";
        return exception.LineNumber is { } line
            ? $"The body is not right at {exception.Path ?? "$"} (line {line + 1}): {message}"
            : $"The body is not right: {message}";
    }
}
