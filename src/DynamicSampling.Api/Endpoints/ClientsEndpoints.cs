using System.Text.Json.Serialization;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Serving;
using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Who polls, and who obeys.</summary>
internal static class ClientsEndpoints
{
    public static void MapClients(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/organizations/{org}/clients", List)
            .WithTags("Sampling").RequireScope(Scope.Read).WithName("ListClients").WithSummary("Which services poll, how often, and whether what they send matches what they were served")
            .WithDescription("Services that sent spans or polled within the last hour, by name.")
            .ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<Ok<ClientsPage>> List(
        PathName org, TrafficTable traffic, SamplingStrategies strategies, TimeProvider clock, int? limit, string? cursor, CancellationToken cancellationToken)
    {
        var count = Paging.Limit(limit);
        var after = Paging.Cursor<ClientsCursor>(cursor)?.Service ?? "";
        var current = await strategies.FindOrganizationAsync(org.Value, cancellationToken);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var services = traffic.Of(org.Value)
            .Where(service => string.CompareOrdinal(service.Service, after) > 0)
            .OrderBy(service => service.Service, StringComparer.Ordinal)
            .Take(count + 1)
            .ToList();
        var page = Paging.ToPage(services, count, service => ClientDescription.Of(ClientState.Of(service, now)), service => new ClientsCursor(service.Service));
        return TypedResults.Ok(new ClientsPage(current?.Version ?? 0, page.Items, page.Next));
    }

    private sealed record ClientsCursor(string Service);
}

/// <summary>The clients of an organization.</summary>
/// <param name="Version">The version that is served now.</param>
/// <param name="Items">The services, by name.</param>
/// <param name="Next">The cursor of the next page; null on the last one.</param>
internal sealed record ClientsPage(long Version, IReadOnlyList<ClientDescription> Items, string? Next);

/// <summary>The clients of a service.</summary>
/// <param name="Service">The service.</param>
/// <param name="Status">Whether they do what they were told.</param>
/// <param name="Message">The same in words, with what it was told from.</param>
/// <param name="LastPollAt">When one of them polled last; null for never.</param>
/// <param name="PollIntervalSeconds">From one poll of a client to its next; null while that cannot be told.</param>
/// <param name="Pollers">How many of them there seem to be; null when none has polled.</param>
/// <param name="Version">The version that the latest poll was given; null when none has polled.</param>
/// <param name="LastSpanAt">When a root span arrived last; null for never.</param>
/// <param name="CheckedSpans">Root spans of the running minute and the one before that tell whether they were kept by the rates that were served.</param>
/// <param name="SpansInLine">How many of these were.</param>
/// <param name="TransactionsFolded">Whether transactions were counted as `__other__` in the last 10 minutes, because there were too many.</param>
internal sealed record ClientDescription(
    string Service,
    ClientStatus Status,
    string Message,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset? LastPollAt,
    double? PollIntervalSeconds,
    int? Pollers,
    long? Version,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset? LastSpanAt,
    int CheckedSpans,
    int SpansInLine,
    bool TransactionsFolded)
{
    public static ClientDescription Of(ClientState state) => new(
        state.Service, state.Status, Describe(state), state.LastPollAt, state.PollIntervalSeconds, state.Pollers, state.Version, state.LastSpanAt,
        state.CheckedSpans, state.SpansInLine, state.TransactionsFolded);

    private static string Describe(ClientState state) => state.Status switch
    {
        ClientStatus.NeverPolled => "It sends spans, but has never asked for its rates: what arrives is taken for all there is. Give its SDK a remote sampler.",
        ClientStatus.Ignoring =>
            $"Of {state.CheckedSpans} root spans, {state.CheckedSpans - state.SpansInLine} were not kept by the rates that were served. Does another sampler decide, or only some of its processes poll?",
        ClientStatus.Stale => "It follows rates of earlier: its processes poll no longer, or do not take over what they get.",
        ClientStatus.Obeying when state.CheckedSpans == 0 => "It is to keep nearly everything, and sends spans.",
        ClientStatus.Obeying => $"Of {state.CheckedSpans} root spans, {state.SpansInLine} are in line with the rates that were served.",
        _ => "It polls, but no root span has arrived lately that tells whether it obeys.",
    };
}
