using System.Globalization;
using System.Net;

namespace DynamicSampling.Sampler.Service;

/// <summary>What the service answered.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Tag">The entity tag, if there is one.</param>
/// <param name="RetryAfter">When to come back, if it says so.</param>
/// <param name="Body">The body of rates; otherwise empty.</param>
/// <param name="Detail">What the service says is wrong, if it does.</param>
internal sealed record Answer(HttpStatusCode Status, string? Tag, TimeSpan? RetryAfter, byte[] Body, string? Detail)
{
    /// <summary>Whether the same request may have another answer later: as well when a key is replaced, or the service or what is in front of it is set up anew.</summary>
    public bool IsWorthRetrying => (int)Status is < 400 or >= 500
        || Status is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests;

    /// <summary>What is wrong with the status.</summary>
    public string Problem => string.Create(CultureInfo.InvariantCulture, $"The answer was {(int)Status} ({Status}).{(Detail is null ? "" : " ")}{Detail}");
}
