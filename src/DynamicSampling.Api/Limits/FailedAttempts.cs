using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Limits;

/// <summary>Addresses that send wrong keys, and whether they have sent too many lately.</summary>
internal sealed class FailedAttempts : IDisposable
{
    private readonly PartitionedRateLimiter<int>? _attempts;
    private volatile bool _hasAny;

    public FailedAttempts(IOptions<LimitsOptions> options)
    {
        var perMinute = options.Value.WrongKeysPerMinute;
        if (perMinute == 0)
            return;
        Func<int, RateLimiter> factory = _ => new TokenBucketRateLimiter(new()
        {
            TokenLimit = perMinute,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,
            AutoReplenishment = false,
        });
        _attempts = PartitionedRateLimiter.Create<int, int>(slot => RateLimitPartition.Get(slot, factory));
    }

    /// <summary>
    /// Whether a request comes from where too many wrong keys came from lately: then none of its keys is looked at. This machine is never
    /// among them: behind a proxy on it are all callers, and who has the right key must not suffer for the others.
    /// </summary>
    public bool AreTooMany(HttpContext http)
    {
        // As long as there has been none at all, nobody is counted.
        if (_attempts is null || !_hasAny || AddressSlot(http) is not { } slot)
            return false;
        // Whole attempts: a part of one comes back every moment.
        return _attempts.GetStatistics(slot) is { CurrentAvailablePermits: < 1 };
    }

    /// <summary>A request came with a wrong key.</summary>
    public void Failed(HttpContext http)
    {
        if (_attempts is null || AddressSlot(http) is not { } slot)
            return;
        _attempts.AttemptAcquire(slot).Dispose();
        _hasAny = true;
    }

    public void Dispose() => _attempts?.Dispose();

    private static int? AddressSlot(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } address && !System.Net.IPAddress.IsLoopback(address) ? LimitedCaller.SlotOf(address) : null;
}
