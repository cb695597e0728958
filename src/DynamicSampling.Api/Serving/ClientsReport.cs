using DynamicSampling.Api.Endpoints;
using DynamicSampling.Api.Ingest.Reports;
using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Storage;

namespace DynamicSampling.Api.Serving;

/// <summary>Tells which services poll and obey, and which of their processes report.</summary>
internal sealed class ClientsReport(TrafficTable traffic, SamplingStrategies strategies, SqlInstanceStore instances, TimeProvider clock)
{
    // What has not reported for so long has stopped, or cannot reach the service.
    private static readonly TimeSpan Listed = TrafficTable.Idle;

    /// <summary>The version that is served now; 0 before the first.</summary>
    public async Task<long> FindVersionAsync(string organization, CancellationToken cancellationToken) =>
        (await strategies.FindOrganizationAsync(organization, cancellationToken))?.Version ?? 0;

    /// <summary>Services that sent spans or polled lately, by name.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="after">Only services after this one; empty for the first page.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    public Task<IReadOnlyList<ClientDescription>> ListAsync(string organization, string after, int limit, CancellationToken cancellationToken) =>
        DescribeAsync(
            organization,
            [
                .. traffic.Of(organization)
                    .Where(service => string.CompareOrdinal(service.Service, after) > 0)
                    .OrderBy(service => service.Service, StringComparer.Ordinal)
                    .Take(limit),
            ],
            cancellationToken);

    /// <summary>One service; null when it neither sent spans nor polled lately.</summary>
    public async Task<ClientDescription?> FindAsync(string organization, string service, CancellationToken cancellationToken)
    {
        var found = traffic.Of(organization).Where(known => string.Equals(known.Service, service, StringComparison.Ordinal));
        return await DescribeAsync(organization, [.. found], cancellationToken) is [var description, ..] ? description : null;
    }

    /// <summary>The processes of a service that reported lately, by name.</summary>
    /// <inheritdoc cref="ListAsync"/>
    public async Task<IReadOnlyList<InstanceDescription>> ListInstancesAsync(
        string organization, string service, string after, int limit, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var rows = await instances.ListAsync(organization, service, now - Listed, after, limit, cancellationToken);
        return [.. rows.Select(row => InstanceDescription.Of(row, now))];
    }

    private async Task<IReadOnlyList<ClientDescription>> DescribeAsync(
        string organization, IReadOnlyList<ServiceTraffic> services, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var reporting = (await instances.CountAsync(
                organization, [.. services.Select(service => service.Service)], now - Listed, InstanceState.LimitsAt(now), cancellationToken))
            .ToDictionary(instances => instances.Service, StringComparer.Ordinal);
        return
        [
            .. services.Select(service =>
                ClientDescription.Of(ClientState.Of(service, now.ToUnixTimeMilliseconds()), reporting.GetValueOrDefault(service.Service))),
        ];
    }
}
