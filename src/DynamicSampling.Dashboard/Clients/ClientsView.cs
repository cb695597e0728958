namespace DynamicSampling.Dashboard.Clients;

/// <summary>Tells who asks for rates, and who keeps to them.</summary>
public interface IClientsReader
{
    /// <summary>Services that sent spans or asked for rates within the last hour, by name.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="after">Only services after this one; empty for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the queries.</param>
    Task<ClientsView> ListAsync(string organization, string after, int limit, CancellationToken cancellationToken);

    /// <summary>The processes of a service whose samplers reported within the last hour, by the names that they give themselves.</summary>
    /// <inheritdoc cref="ListAsync"/>
    Task<InstancesView> ListInstancesAsync(string organization, string service, string after, int limit, CancellationToken cancellationToken);
}

/// <summary>A page of services.</summary>
/// <param name="Version">The version of rates that is served now; 0 before the first.</param>
/// <param name="Services">The services.</param>
/// <param name="HasMore">Whether there are more after them.</param>
public sealed record ClientsView(long Version, IReadOnlyList<ClientRow> Services, bool HasMore);

/// <summary>A page of a service's processes.</summary>
/// <param name="Service">The service.</param>
/// <param name="Version">The version of rates that is served now; 0 before the first.</param>
/// <param name="Client">What can be told of all of them; null when nothing was heard of it lately.</param>
/// <param name="Instances">Those that report.</param>
/// <param name="HasMore">Whether there are more after them.</param>
public sealed record InstancesView(string Service, long Version, ClientRow? Client, IReadOnlyList<InstanceRow> Instances, bool HasMore);

/// <summary>Whether clients do what they were told.</summary>
public enum Obedience
{
    /// <summary>Too little has arrived to tell.</summary>
    Unknown,

    /// <summary>They do.</summary>
    Obeys,

    /// <summary>They follow rates of earlier.</summary>
    Lags,

    /// <summary>They keep something else.</summary>
    Ignores,

    /// <summary>They send traces, and have never asked.</summary>
    NeverAsked,
}

/// <summary>The clients of a service.</summary>
/// <param name="Service">The service.</param>
/// <param name="State">Whether they do what they were told.</param>
/// <param name="Message">The same in words, with what it was told from.</param>
/// <param name="LastPollAt">When one of them asked last; null for never.</param>
/// <param name="PollSeconds">From one request of a client to its next; null while that cannot be told.</param>
/// <param name="Pollers">How many of them there seem to be, or report; null when none has asked.</param>
/// <param name="Version">The version that the latest was given; null when none has asked.</param>
/// <param name="LastSpanAt">When a root span arrived last; null for never.</param>
/// <param name="IsFolded">Whether transactions were counted together lately, because there were too many.</param>
/// <param name="Instances">How many of its processes have samplers that report.</param>
/// <param name="IsExact">Whether its volume of the last hour was counted, rather than estimated from what was kept; null without any.</param>
public sealed record ClientRow(
    string Service, Obedience State, string Message, DateTimeOffset? LastPollAt, double? PollSeconds, int? Pollers, long? Version, DateTimeOffset? LastSpanAt,
    bool IsFolded, int Instances, bool? IsExact);

/// <summary>A process whose sampler reports.</summary>
/// <param name="Name">What it calls itself.</param>
/// <param name="Sampler">Its sampler's name and version; null when it does not say.</param>
/// <param name="State">Whether it does what it was told.</param>
/// <param name="Message">The same in words.</param>
/// <param name="FirstReportAt">When it reported first.</param>
/// <param name="LastReportAt">When it reported last.</param>
/// <param name="Seconds">How long it counted for its last report.</param>
/// <param name="Total">Root spans in its last report, before sampling.</param>
/// <param name="Kept">How many of them were sampled.</param>
public sealed record InstanceRow(
    string Name, string? Sampler, Obedience State, string Message, DateTimeOffset FirstReportAt, DateTimeOffset LastReportAt, double Seconds, double Total,
    double Kept);
