using Microsoft.AspNetCore.RateLimiting;

namespace DynamicSampling.Api.Limits;

/// <summary>
/// Lets requests in as <see cref="RequestLimiter"/> says, and answers the others. The framework's middleware would do the same; but each has a timer
/// ten times a second for limits of single endpoints, which ends with the process only, and keeps all services of the host alive until then.
/// </summary>
internal sealed class LimitedRequests(RequestDelegate next, RequestLimiter limiter, RefusedRequests refused)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<DisableRateLimitingAttribute>() is not null)
            return next(http);
        return LimitAsync(http);
    }

    private async Task LimitAsync(HttpContext http)
    {
        var lease = limiter.AttemptAcquire(http);
        if (lease is Refusal { Reason: not RefusalReason.Rate })
        {
            // Its turn may come soon.
            lease.Dispose();
            try
            {
                lease = await limiter.AcquireAsync(http, http.RequestAborted);
            }
            catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
            {
                // It has waited for its turn, and nobody waits for the answer.
                return;
            }
        }

        using (lease)
        {
            if (lease is Refusal refusal)
                await refused.AnswerAsync(http, refusal);
            else
                await next(http);
        }
    }
}
