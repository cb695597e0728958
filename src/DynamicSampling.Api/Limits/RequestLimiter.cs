using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Limits;

/// <summary>Limits requests, each by the limits of its group. The groups know nothing of each other: a flood of one leaves the others their room.</summary>
internal sealed class RequestLimiter : PartitionedRateLimiter<HttpContext>
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

    public override RateLimiterStatistics? GetStatistics(HttpContext resource) => null;

    protected override RateLimitLease AttemptAcquireCore(HttpContext resource, int permitCount) => Of(resource).AttemptAcquire(resource);

    protected override ValueTask<RateLimitLease> AcquireAsyncCore(HttpContext resource, int permitCount, CancellationToken cancellationToken) =>
        Of(resource).AcquireAsync(resource, cancellationToken);

    protected override void Dispose(bool disposing)
    {
        foreach (var group in _groups)
            group.Dispose();
        base.Dispose(disposing);
    }

    private GroupLimiter Of(HttpContext http) => _groups[(int)RequestGroups.Of(http.GetEndpoint())];
}
