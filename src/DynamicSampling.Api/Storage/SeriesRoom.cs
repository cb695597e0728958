using System.Runtime.InteropServices;
using Dapper;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Limits;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Storage;

/// <summary>
/// How many more series of metrics may be remembered. They are counted every ten minutes, and what this process adds meanwhile is known; what
/// others add is not, so that much may be above the limit.
/// </summary>
internal sealed class SeriesRoom(Database database, IOptions<IngestOptions> ingest, IOptions<LimitsOptions> limits)
{
    private readonly Lock _gate = new();
    private Dictionary<string, long> _organizations = new(StringComparer.Ordinal);

    // What has come since the last count began: some of it may be in the count as well, until the next one.
    private Dictionary<string, long> _recent = new(StringComparer.Ordinal);
    private long _all;

    /// <summary>Of each project.</summary>
    public int PerProject => ingest.Value.MaxSeriesPerProject;

    /// <summary>How many more an organization may have.</summary>
    public long LeftOf(string organization)
    {
        lock (_gate)
            return Math.Min(ingest.Value.MaxSeries - _all, limits.Value.ShareOf(ingest.Value.MaxSeries) - _organizations.GetValueOrDefault(organization));
    }

    /// <summary>So many have come.</summary>
    public void Added(string organization, int series)
    {
        lock (_gate)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_organizations, organization, out _) += series;
            CollectionsMarshal.GetValueRefOrAddDefault(_recent, organization, out _) += series;
            _all += series;
        }
    }

    /// <summary>Counts them.</summary>
    public async Task CountAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            _recent = new(StringComparer.Ordinal);
        var counts = await database.ReadAsync(
            connection => connection.QueryAsync<(string Organization, long Series)>(
                """
                SELECT o.name, SUM(c.series) FROM (SELECT project_id, COUNT(*) AS series FROM metric_series GROUP BY project_id) c
                JOIN projects p ON p.id = c.project_id JOIN organizations o ON o.id = p.organization_id
                GROUP BY o.name
                """),
            cancellationToken);
        var organizations = counts.ToDictionary(count => count.Organization, count => count.Series, StringComparer.Ordinal);
        lock (_gate)
        {
            foreach (var (organization, added) in _recent)
                CollectionsMarshal.GetValueRefOrAddDefault(organizations, organization, out _) += added;
            _organizations = organizations;
            _all = organizations.Values.Sum();
        }
    }
}
