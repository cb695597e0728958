using System.Diagnostics.CodeAnalysis;
using System.Threading.RateLimiting;

namespace DynamicSampling.Api.Limits;

/// <summary>A request that comes too soon, and why.</summary>
/// <param name="reason">The limit.</param>
/// <param name="group">Whose limit.</param>
/// <param name="retryAfter">When it may come again.</param>
internal sealed class Refusal(RefusalReason reason, RequestGroup group, TimeSpan retryAfter) : RateLimitLease
{
    public RefusalReason Reason => reason;

    public RequestGroup Group => group;

    public TimeSpan RetryAfter => retryAfter;

    /// <summary>429 when the caller is to blame, 503 when there are too many.</summary>
    public int StatusCode => reason == RefusalReason.Group ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status429TooManyRequests;

    /// <summary>The setting that has the limit.</summary>
    public string Setting => (reason, group) switch
    {
        (RefusalReason.Rate, _) => $"{LimitsOptions.Section}:{group}PerSecond",
        (_, RequestGroup.EventStreams) => $"{LimitsOptions.Section}:{nameof(LimitsOptions.EventStreams)}",
        _ => $"{LimitsOptions.Section}:{group}Concurrency",
    };

    public override bool IsAcquired => false;

    public override IEnumerable<string> MetadataNames => [MetadataName.RetryAfter.Name];

    public override bool TryGetMetadata(string metadataName, [NotNullWhen(true)] out object? metadata)
    {
        metadata = metadataName == MetadataName.RetryAfter.Name ? retryAfter : null;
        return metadata is not null;
    }
}

/// <summary>Why a request comes too soon.</summary>
internal enum RefusalReason
{
    /// <summary>Its caller sends too many a second.</summary>
    Rate,

    /// <summary>Its caller has too many in progress.</summary>
    Caller,

    /// <summary>Its organization has too many in progress.</summary>
    Organization,

    /// <summary>All together have too many in progress.</summary>
    Group,
}
