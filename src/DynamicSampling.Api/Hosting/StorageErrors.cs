using DynamicSampling.Api.Storage;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace DynamicSampling.Api.Hosting;

/// <summary>Answers requests that came while the database could not be used: 503, and when to come again.</summary>
internal sealed class StorageErrors(IProblemDetailsService problems, ILogger<StorageErrors> logger) : IExceptionHandler
{
    /// <summary>In seconds.</summary>
    public const string RetryAfter = "5";

    public ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not StorageUnavailableException unavailable)
            return ValueTask.FromResult(false);
        Log.StorageUnavailable(logger, unavailable.Message);
        httpContext.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        httpContext.Response.Headers.RetryAfter = RetryAfter;
        return problems.TryWriteAsync(new()
        {
            HttpContext = httpContext,
            Exception = exception,
            ProblemDetails = new ProblemDetails
            {
                Status = StatusCodes.Status503ServiceUnavailable,
                Detail = HttpMethods.IsGet(httpContext.Request.Method)
                    ? unavailable.Message
                    : $"{unavailable.Message} Nothing was acknowledged: send it again, with the same Idempotency-Key if it has one.",
            },
        });
    }
}
