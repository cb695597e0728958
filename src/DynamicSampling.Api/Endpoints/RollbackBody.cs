using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Which version of the rates is to be in force again.</summary>
/// <param name="Version">The version; it must be kept.</param>
/// <param name="Duration">How long no pass publishes others, <c>00:01:00</c> to <c>7.00:00:00</c>; an hour when left out.</param>
internal sealed record RollbackBody(long? Version = null, TimeSpan? Duration = null)
{
    private static readonly TimeSpan DefaultDuration = TimeSpan.FromHours(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>What is wrong with it, or null.</summary>
    public MemberProblem? Check() =>
        Version is null ? new("version", "is missing: say to which one to roll back. GET …/rates/versions lists those that are kept.")
        : Duration is { } duration && (duration < Shortest || duration > Longest)
            ? new("duration", $"must be from {Shortest:c} to {Longest:c}, but is {duration:c}.")
            : null;

    public TimeSpan DurationOrDefault() => Duration ?? DefaultDuration;
}
