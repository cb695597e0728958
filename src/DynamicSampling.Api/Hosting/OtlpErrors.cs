using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Ingest.Otlp;
using DynamicSampling.Api.Limits;
using DynamicSampling.Api.Storage;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Hosting;

/// <summary>Metadata of endpoints whose clients speak OTLP, and expect errors in it.</summary>
internal sealed class OtlpEndpoint;

/// <summary>Answers OTLP requests that could not be taken. Clients come again after a 503, and give up after the others.</summary>
internal sealed class OtlpErrors(IOptions<IngestOptions> options, IOptions<LimitsOptions> limits, ILogger<OtlpErrors> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.Features.Get<IExceptionHandlerFeature>()?.Endpoint?.Metadata.GetMetadata<OtlpEndpoint>() is null)
            return false;
        var (status, message) = exception switch
        {
            InvalidOtlpException => (StatusCodes.Status400BadRequest, exception.Message + " Nothing was counted."),
            NoRoomException => (StatusCodes.Status400BadRequest, exception.Message),
            IngestFullException => (StatusCodes.Status503ServiceUnavailable, exception.Message),
            StorageUnavailableException => (StatusCodes.Status503ServiceUnavailable, exception.Message + " Nothing was acknowledged: send it again."),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => (
                StatusCodes.Status413PayloadTooLarge,
                $"The body is larger than {options.Value.MaxBodyBytes} bytes, before or after it is decompressed (Ingest:MaxBodyBytes). Send smaller batches."),
            BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => (
                StatusCodes.Status408RequestTimeout,
                $"The body came more slowly than {limits.Value.MinRequestBodyBytesPerSecond} bytes a second (Limits:MinRequestBodyBytesPerSecond). Nothing was counted."),
            BadHttpRequestException bad => (bad.StatusCode, bad.Message),
            _ => (StatusCodes.Status500InternalServerError, "Something is wrong in this service; its log says what. Nothing was counted."),
        };
        if (status == StatusCodes.Status500InternalServerError)
            Log.OtlpFailed(logger, exception);
        if (exception is StorageUnavailableException)
        {
            Log.StorageUnavailable(logger, exception.Message);
            httpContext.Response.Headers.RetryAfter = StorageErrors.RetryAfter;
        }

        await OtlpAnswers.WriteErrorAsync(httpContext, status, message);
        return true;
    }
}
