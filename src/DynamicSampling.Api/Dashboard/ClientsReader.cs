using DynamicSampling.Api.Endpoints;
using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Clients;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Dashboard;

/// <summary>What the dashboard shows of clients: the same as <c>GET …/clients</c>, and whether what they did was counted.</summary>
internal sealed class ClientsReader(ClientsReport report, SqlVolumeStore volumes, TimeProvider clock) : IClientsReader
{
    private const int HourMinutes = 60;

    public async Task<ClientsView> ListAsync(string organization, string after, int limit, CancellationToken cancellationToken)
    {
        var version = await report.FindVersionAsync(organization, cancellationToken);
        var services = await report.ListAsync(organization, after, limit + 1, cancellationToken);
        var counted = services.Count == 0 ? [] : await ReadExactAsync(organization, project: null, cancellationToken);
        return new(version, [.. services.Take(limit).Select(service => RowOf(service, counted))], HasMore: services.Count > limit);
    }

    public async Task<InstancesView> ListInstancesAsync(string organization, string service, string after, int limit, CancellationToken cancellationToken)
    {
        var version = await report.FindVersionAsync(organization, cancellationToken);
        var client = await report.FindAsync(organization, service, cancellationToken);
        var counted = client is null ? [] : await ReadExactAsync(organization, service, cancellationToken);
        var instances = await report.ListInstancesAsync(organization, service, after, limit + 1, cancellationToken);
        return new(
            service, version, client is null ? null : RowOf(client, counted), [.. instances.Take(limit).Select(RowOf)], HasMore: instances.Count > limit);
    }

    private async Task<Dictionary<string, bool>> ReadExactAsync(string organization, string? project, CancellationToken cancellationToken) =>
        (await volumes.ListLargestAsync(
            organization, MinuteWindow.Ending(clock.GetUtcNow(), HourMinutes), byTransaction: false, project, after: null, int.MaxValue, cancellationToken))
        .ToDictionary(row => row.Project, row => row.Exact == 1, StringComparer.Ordinal);

    private static ClientRow RowOf(ClientDescription client, Dictionary<string, bool> counted) => new(
        client.Service, StateOf(client.Status), client.Message, client.LastPollAt, client.PollIntervalSeconds, client.Pollers, client.Version,
        client.LastSpanAt, client.TransactionsFolded, client.Instances, counted.TryGetValue(client.Service, out var isExact) ? isExact : null);

    private static InstanceRow RowOf(InstanceDescription instance) => new(
        instance.Client, instance.Sampler, StateOf(instance.Status), instance.Message, instance.FirstReportAt, instance.LastReportAt, instance.Seconds,
        instance.Total, instance.Kept);

    private static Obedience StateOf(ClientStatus status) => status switch
    {
        ClientStatus.Obeying => Obedience.Obeys,
        ClientStatus.Stale => Obedience.Lags,
        ClientStatus.Ignoring => Obedience.Ignores,
        ClientStatus.NeverPolled => Obedience.NeverAsked,
        _ => Obedience.Unknown,
    };
}
