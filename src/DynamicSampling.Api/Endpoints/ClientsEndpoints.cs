using System.Text.Json.Serialization;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Ingest.Reports;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DynamicSampling.Api.Endpoints;

/// <summary>Who polls, and who obeys.</summary>
internal static class ClientsEndpoints
{
    public static void MapClients(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/organizations/{org}/clients", List)
            .WithTags("Sampling").RequireScope(Scope.Read).WithName("ListClients").WithSummary("Which services poll, how often, and whether what they send matches what they were served")
            .WithDescription("Services that sent spans or polled within the last hour, by name.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        app.MapGet("/api/organizations/{org}/clients/{service}/instances", ListInstances)
            .WithTags("Sampling").RequireScope(Scope.Read).WithName("ListInstances").WithSummary("The processes of a service whose samplers report, and whether each follows its rates")
            .WithDescription("Those that reported within the last hour, by the names that they give themselves.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<Ok<ClientsPage>> List(
        PathName org, ClientsReport report, int? limit, string? cursor, CancellationToken cancellationToken)
    {
        var count = Paging.Limit(limit);
        var version = await report.FindVersionAsync(org.Value, cancellationToken);
        var services = await report.ListAsync(org.Value, Paging.Cursor<ClientsCursor>(cursor)?.Service ?? "", count + 1, cancellationToken);
        var page = Paging.ToPage(services, count, service => service, service => new ClientsCursor(service.Service));
        return TypedResults.Ok(new ClientsPage(version, page.Items, page.Next));
    }

    private static async Task<Ok<Page<InstanceDescription>>> ListInstances(
        PathName org, PathName service, ClientsReport report, int? limit, string? cursor, CancellationToken cancellationToken)
    {
        var count = Paging.Limit(limit);
        var instances = await report.ListInstancesAsync(
            org.Value, service.Value, Paging.Cursor<InstancesCursor>(cursor)?.Client ?? "", count + 1, cancellationToken);
        return TypedResults.Ok(Paging.ToPage(instances, count, instance => instance, instance => new InstancesCursor(instance.Client)));
    }

    private sealed record InstancesCursor(string Client);

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
/// <param name="Pollers">How many of them there seem to be, or report; null when none has polled.</param>
/// <param name="Version">The version that the latest poll was given; null when none has polled.</param>
/// <param name="LastSpanAt">When a root span arrived last; null for never.</param>
/// <param name="CheckedSpans">Root spans of the running minute and the one before that tell whether they were kept by the rates that were served.</param>
/// <param name="SpansInLine">How many of these were.</param>
/// <param name="TransactionsFolded">Whether transactions were counted as `__other__` in the last 10 minutes, because there were too many.</param>
/// <param name="Instances">How many of its processes have samplers that report; their counts are exact.</param>
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
    bool TransactionsFolded,
    int Instances)
{
    public static ClientDescription Of(ClientState state, InstanceCount? instances) => new(
        state.Service, InstanceState.Together(instances) ?? state.Status, instances is null ? Describe(state) : InstanceState.Describe(instances), state.LastPollAt, instances is null ? state.PollIntervalSeconds : null, (int?)instances?.Total ?? state.Pollers, state.Version, state.LastSpanAt,
        state.CheckedSpans, state.SpansInLine, state.TransactionsFolded, (int)(instances?.Total ?? 0));

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

/// <summary>A process of a service whose sampler reports.</summary>
/// <param name="Client">What it calls itself.</param>
/// <param name="Sampler">Its sampler's name and version; null when it does not say.</param>
/// <param name="Status">Whether it does what it was told.</param>
/// <param name="Message">The same in words.</param>
/// <param name="FirstReportAt">When it reported first.</param>
/// <param name="LastReportAt">When it reported last.</param>
/// <param name="RatesTag">The ETag of the rates that it follows; null before it has any.</param>
/// <param name="Seconds">How long it counted for its last report.</param>
/// <param name="Total">Root spans in its last report, before sampling.</param>
/// <param name="Kept">How many of them were sampled.</param>
internal sealed record InstanceDescription(
    string Client,
    string? Sampler,
    ClientStatus Status,
    string Message,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset FirstReportAt,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset LastReportAt,
    string? RatesTag,
    double Seconds,
    double Total,
    double Kept)
{
    public static InstanceDescription Of(StoredInstance instance, DateTimeOffset now) => new(
        instance.Client, instance.Sampler, InstanceState.StatusOf(instance, now), InstanceState.Describe(InstanceState.StatusOf(instance, now)),
        DateTimeOffset.FromUnixTimeMilliseconds(instance.FirstReportAt), DateTimeOffset.FromUnixTimeMilliseconds(instance.LastReportAt),
        instance.RatesTag, instance.Seconds, instance.Total, instance.Kept);
}
