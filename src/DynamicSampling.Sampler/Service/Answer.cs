using System.Globalization;
using System.Net;

namespace DynamicSampling.Sampler.Service;

/// <summary>What the service answered.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Tag">The entity tag, if there is one.</param>
/// <param name="RetryAfter">When to come back, if it says so.</param>
/// <param name="Body">The body of rates; otherwise it is not read.</param>
internal sealed record Answer(HttpStatusCode Status, string? Tag, TimeSpan? RetryAfter, byte[] Body)
{
    /// <summary>Whether the same request may have another answer later.</summary>
    public bool IsWorthRetrying => Status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)Status is < 400 or >= 500;

    /// <summary>What is wrong with the status.</summary>
    public string Problem => string.Create(CultureInfo.InvariantCulture, $"The answer was {(int)Status} ({Status}).");
}
