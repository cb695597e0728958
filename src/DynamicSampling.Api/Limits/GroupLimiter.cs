using System.Threading.RateLimiting;

namespace DynamicSampling.Api.Limits;

/// <summary>
/// Limits the requests of a group: each caller's by rate, and those in progress of each caller, of each organization and of all together. A short
/// burst waits, each organization's and caller's in its own queue; what is more is refused.
/// </summary>
internal sealed class GroupLimiter : IDisposable
{
    /// <summary>How many may wait, for each that may be in progress.</summary>
    private const int QueueFactor = 4;

    private static readonly TimeSpan SoonEnough = TimeSpan.FromSeconds(1);
    private static readonly object RateIsCounted = new();

    private readonly RequestGroup _group;
    private readonly PartitionedRateLimiter<int>? _rates;
    private readonly PartitionedRateLimiter<int>? _callers;
    private readonly PartitionedRateLimiter<int>? _organizations;
    private readonly ConcurrencyLimiter? _all;

    /// <param name="group">The group.</param>
    /// <param name="perSecond">Requests a second of a caller; 0 for no limit.</param>
    /// <param name="burstSeconds">For how many seconds a caller may make up.</param>
    /// <param name="concurrency">Requests in progress; 0 for no limit.</param>
    /// <param name="shareOfOne">How many of them one caller or organization may have.</param>
    /// <param name="canWait">Whether a request may wait for its turn.</param>
    public GroupLimiter(RequestGroup group, int perSecond, int burstSeconds, int concurrency, int shareOfOne, bool canWait)
    {
        _group = group;
        if (perSecond > 0)
        {
            _rates = Partition(_ => new TokenBucketRateLimiter(new()
            {
                TokenLimit = perSecond * burstSeconds,
                TokensPerPeriod = perSecond,
                ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                // The partitions are replenished, and those that are full again forgotten, by one timer.
                AutoReplenishment = false,
            }));
        }

        if (concurrency == 0)
            return;
        var queue = canWait ? QueueFactor : 0;
        if (shareOfOne < concurrency)
        {
            _callers = Partition(_ => Concurrency(shareOfOne, queue));
            _organizations = Partition(_ => Concurrency(shareOfOne, queue));
        }

        _all = Concurrency(concurrency, queue);
    }

    /// <summary>Lets a request in if it can be now.</summary>
    /// <returns>What it holds until it ends, or a <see cref="Refusal"/>.</returns>
    public RateLimitLease AttemptAcquire(HttpContext http)
    {
        var caller = LimitedCaller.Of(http);
        if (CountRate(caller) is { } tooMany)
            return tooMany;
        if (_all is null)
            return Permit.OfNothing;
        var lease = Hold(http, caller, _all);
        // It asks again at once, to wait.
        if (!lease.IsAcquired)
            http.Items[RateIsCounted] = RateIsCounted;
        return lease;
    }

    /// <summary>Lets a request in as soon as it can be, if its turn comes soon.</summary>
    /// <inheritdoc cref="AttemptAcquire"/>
    public async ValueTask<RateLimitLease> AcquireAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var caller = LimitedCaller.Of(http);
        if (!http.Items.ContainsKey(RateIsCounted) && CountRate(caller) is { } tooMany)
            return tooMany;
        if (_all is null)
            return Permit.OfNothing;

        // In one order for all, so that no two wait for each other.
        RateLimitLease? ofCaller = null;
        RateLimitLease? ofOrganization = null;
        try
        {
            if (_callers is not null && !caller.IsThisMachine && !(ofCaller = await _callers.AcquireAsync(caller.Slot, 1, cancellationToken)).IsAcquired)
                return Refuse(RefusalReason.Caller, ofCaller);
            if (_organizations is not null && LimitedCaller.OrganizationOf(http, _group) is { } organization
                && !(ofOrganization = await _organizations.AcquireAsync(LimitedCaller.SlotOf(organization), 1, cancellationToken)).IsAcquired)
                return Refuse(RefusalReason.Organization, ofOrganization, ofCaller);
            var ofAll = await _all.AcquireAsync(1, cancellationToken);
            return ofAll.IsAcquired ? new Permit(ofCaller, ofOrganization, ofAll) : Refuse(RefusalReason.Group, ofAll, ofOrganization, ofCaller);
        }
        catch
        {
            ofOrganization?.Dispose();
            ofCaller?.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _rates?.Dispose();
        _callers?.Dispose();
        _organizations?.Dispose();
        _all?.Dispose();
    }

    // Made once: a partition's own factory methods would make a delegate for every request.
    private static PartitionedRateLimiter<int> Partition(Func<int, RateLimiter> factory) =>
        PartitionedRateLimiter.Create<int, int>(slot => RateLimitPartition.Get(slot, factory));

    private static ConcurrencyLimiter Concurrency(int permits, int queueFactor) => new(new()
    {
        PermitLimit = permits,
        QueueLimit = (int)Math.Min((long)permits * queueFactor, int.MaxValue),
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    private RateLimitLease Hold(HttpContext http, LimitedCaller caller, ConcurrencyLimiter all)
    {
        RateLimitLease? ofCaller = null;
        RateLimitLease? ofOrganization = null;
        if (_callers is not null && !caller.IsThisMachine && !(ofCaller = _callers.AttemptAcquire(caller.Slot)).IsAcquired)
            return Refuse(RefusalReason.Caller, ofCaller);
        if (_organizations is not null && LimitedCaller.OrganizationOf(http, _group) is { } organization
            && !(ofOrganization = _organizations.AttemptAcquire(LimitedCaller.SlotOf(organization))).IsAcquired)
            return Refuse(RefusalReason.Organization, ofOrganization, ofCaller);
        var ofAll = all.AttemptAcquire();
        return ofAll.IsAcquired ? new Permit(ofCaller, ofOrganization, ofAll) : Refuse(RefusalReason.Group, ofAll, ofOrganization, ofCaller);
    }

    private Refusal? CountRate(LimitedCaller caller)
    {
        if (_rates is null || caller.IsThisMachine)
            return null;
        using var rate = _rates.AttemptAcquire(caller.Slot);
        if (rate.IsAcquired)
            return null;
        return new(RefusalReason.Rate, _group, rate.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : SoonEnough);
    }

    private Refusal Refuse(RefusalReason reason, RateLimitLease refused, RateLimitLease? held = null, RateLimitLease? alsoHeld = null)
    {
        refused.Dispose();
        held?.Dispose();
        alsoHeld?.Dispose();
        return new(reason, _group, SoonEnough);
    }

    /// <summary>What a request holds.</summary>
    private sealed class Permit(RateLimitLease? first, RateLimitLease? second, RateLimitLease? third) : RateLimitLease
    {
        public static readonly Permit OfNothing = new(first: null, second: null, third: null);

        public override bool IsAcquired => true;

        public override IEnumerable<string> MetadataNames => [];

        public override bool TryGetMetadata(string metadataName, out object? metadata)
        {
            metadata = null;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            third?.Dispose();
            second?.Dispose();
            first?.Dispose();
            base.Dispose(disposing);
        }
    }
}
