using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Limits;

/// <summary>Limits requests, each by the limits of its group. The groups know nothing of each other: a flood of one leaves the others their room.</summary>
internal sealed class RequestLimiter : IDisposable
{
    private readonly GroupLimiter[] _groups;

    public RequestLimiter(IOptions<LimitsOptions> options)
    {
        var limits = options.Value;
        _groups = Enum.GetValues<RequestGroup>().Select(group => group switch
        {
            RequestGroup.Ingest => Limiter(group, limits.IngestPerSecond, limits.IngestConcurrency),
            RequestGroup.Sampling => Limiter(group, limits.SamplingPerSecond, limits.SamplingConcurrency),
            RequestGroup.Operate => Limiter(group, limits.OperatePerSecond, limits.OperateConcurrency),
            // They last: whoever would wait for one might wait for ever.
            RequestGroup.EventStreams => Limiter(group, limits.ReadPerSecond, limits.EventStreams, canWait: false),
            _ => Limiter(group, limits.ReadPerSecond, limits.ReadConcurrency),
        }).ToArray();

        GroupLimiter Limiter(RequestGroup group, int perSecond, int concurrency, bool canWait = true) =>
            new(group, perSecond, limits.BurstSeconds, concurrency, (int)limits.ShareOf(concurrency), canWait);
    }

    /// <inheritdoc cref="GroupLimiter.AttemptAcquire"/>
    public RateLimitLease AttemptAcquire(HttpContext http) => Of(http).AttemptAcquire(http);

    /// <inheritdoc cref="GroupLimiter.AcquireAsync"/>
    public ValueTask<RateLimitLease> AcquireAsync(HttpContext http, CancellationToken cancellationToken) => Of(http).AcquireAsync(http, cancellationToken);

    public void Dispose()
    {
        foreach (var group in _groups)
            group.Dispose();
    }

    private GroupLimiter Of(HttpContext http) => _groups[(int)RequestGroups.Of(http.GetEndpoint())];
}
