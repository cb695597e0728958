using Dapper;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>What came and what was kept over time, of an organization or of one of its projects.</summary>
internal sealed class SqlVolumeHistory(Database database)
{
    // Without a project, all of them.
    private const string Projects =
        "SELECT p.id FROM projects p WHERE p.organization_id = (SELECT id FROM organizations WHERE name = @organization) AND (@project IS NULL OR p.name = @project)";

    /// <summary>
    /// By minute: as many rows are read as there are transactions with traffic, so this is for an hour or so. They are added up as the primary key has
    /// them, by project and minute, so that nothing is sorted but those sums.
    /// </summary>
    /// <returns>The minutes that have volumes, oldest first.</returns>
    public Task<IReadOnlyList<VolumeBucket>> ReadMinutesAsync(string organization, string? project, MinuteWindow window, CancellationToken cancellationToken) => ReadAsync(
        $"""
        SELECT s.minute AS Start, SUM(s.total) AS Total, SUM(s.kept) AS Kept, MIN(s.exact) AS Exact
        FROM (SELECT v.project_id, v.minute, SUM(v.total) AS total, SUM(v.kept) AS kept, MIN(CASE WHEN v.exact = {VolumeKind.Estimated} THEN 0 ELSE 1 END) AS exact
              FROM volumes v
              WHERE v.project_id IN ({Projects}) AND v.minute BETWEEN @first AND @last
              GROUP BY v.project_id, v.minute) s
        GROUP BY s.minute ORDER BY s.minute
        """,
        organization, project, window.First, window.Last, cancellationToken);

    /// <summary>By hour, from the sums of each project: some rows an hour, however many transactions there are.</summary>
    /// <param name="organization">The organization's name.</param>
    /// <param name="project">The project's name; null for all.</param>
    /// <param name="first">The first hour since the Unix epoch.</param>
    /// <param name="last">The last one.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <returns>The hours that have volumes, oldest first.</returns>
    public Task<IReadOnlyList<VolumeBucket>> ReadHoursAsync(string organization, string? project, long first, long last, CancellationToken cancellationToken) => ReadAsync(
        $"""
        SELECT h.hour AS Start, SUM(h.total) AS Total, SUM(h.kept) AS Kept, MIN(CASE WHEN h.estimated_minutes = 0 THEN 1 ELSE 0 END) AS Exact
        FROM project_hours h
        WHERE h.project_id IN ({Projects}) AND h.hour BETWEEN @first AND @last
        GROUP BY h.hour ORDER BY h.hour
        """,
        organization, project, first, last, cancellationToken);

    private Task<IReadOnlyList<VolumeBucket>> ReadAsync(
        string sql, string organization, string? project, long first, long last, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<VolumeBucket>>(
            async connection => (await connection.QueryAsync<VolumeBucket>(sql, new { organization, project, first, last })).AsList(), cancellationToken);
}

/// <summary>What came and what was kept in a minute or an hour.</summary>
/// <param name="Start">Which one it is, since the Unix epoch.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
/// <param name="Exact">1 if every count is a true one.</param>
// Named, because SQLite does not know the types of sums in a result without rows, by which Dapper would look for it.
[method: ExplicitConstructor]
internal sealed record VolumeBucket(long Start, double Total, double Kept, long Exact);
