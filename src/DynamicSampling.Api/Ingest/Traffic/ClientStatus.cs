using System.Text.Json.Serialization;

namespace DynamicSampling.Api.Ingest.Traffic;

/// <summary>Whether the clients of a service do what they were told.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClientStatus>))]
internal enum ClientStatus
{
    /// <summary>They poll, but nothing has arrived lately that tells whether they obey.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,

    /// <summary>What arrives is in line with what was served.</summary>
    [JsonStringEnumMemberName("obeying")]
    Obeying,

    /// <summary>They follow rates of earlier, or have stopped polling.</summary>
    [JsonStringEnumMemberName("stale")]
    Stale,

    /// <summary>What arrives was not kept by any rate that was served.</summary>
    [JsonStringEnumMemberName("ignoring")]
    Ignoring,

    /// <summary>They send, but have never asked for rates.</summary>
    [JsonStringEnumMemberName("never_polled")]
    NeverPolled,
}

/// <summary>What can be told of the clients of a service at an instant.</summary>
internal sealed record ClientState(
    string Service, ClientStatus Status, DateTimeOffset? LastPollAt, double? PollIntervalSeconds, int? Pollers, long? Version,
    DateTimeOffset? LastSpanAt, int CheckedSpans, int SpansInLine, bool TransactionsFolded)
{
    // What has not been heard of for this long says nothing of now.
    private static readonly long Recent = (long)TimeSpan.FromMinutes(10).TotalMilliseconds;

    // Most clients poll once a minute.
    private const long UsualInterval = 60_000;
    private const int MissedPolls = 3;

    /// <summary>Reads the state of a service.</summary>
    /// <param name="service">The service.</param>
    /// <param name="now">Milliseconds since the Unix epoch.</param>
    public static ClientState Of(ServiceTraffic service, long now)
    {
        lock (service.Gate)
        {
            var polls = service.Polls;
            var evidence = service.Evidence;
            return new(
                service.Service,
                StatusOf(polls, evidence, now),
                polls is null ? null : DateTimeOffset.FromUnixTimeMilliseconds(polls.Latest),
                polls is { Interval: > 0 } ? polls.Interval / 1000.0 : null,
                polls?.Clients,
                polls?.LatestRates.Version,
                evidence.LatestSpan == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(evidence.LatestSpan),
                evidence.Checked,
                evidence.InLine,
                service.Pending.FoldedMinute > (now - Recent) / 60_000);
        }
    }

    private static ClientStatus StatusOf(PollHistory? polls, Evidence evidence, long now)
    {
        if (polls is null)
            return ClientStatus.NeverPolled;
        var patience = MissedPolls * (polls.Interval > 0 ? polls.Interval : UsualInterval);
        if (evidence.LatestSpan > polls.Latest + patience)
            return ClientStatus.Stale;
        if (evidence.LatestSpan < now - Recent)
            return ClientStatus.Unknown;
        if (evidence.IsIgnoring)
            return ClientStatus.Ignoring;
        return evidence.IsStale ? ClientStatus.Stale : ClientStatus.Obeying;
    }
}
