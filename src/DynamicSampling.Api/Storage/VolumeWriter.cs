using System.Data.Common;
using System.Runtime.InteropServices;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Adds counts inside a transaction, with each statement prepared once.</summary>
internal sealed class VolumeWriter : IDisposable
{
    /// <summary>How many releases of a project are remembered, those seen last.</summary>
    public const int MaxReleases = 100;

    /// <summary>
    /// More is taken for this. Nobody has so many traces; but sums of finite numbers need not be finite, and what is reckoned from those is
    /// no number, which the database refuses: one such row would keep all others of its flush from being stored, for ever.
    /// </summary>
    private const double Most = 1e200;

    private readonly HashSet<long> _projectsWithReleases = [];
    private readonly Dictionary<string, long> _organizations = new(StringComparer.Ordinal);
    private readonly Dictionary<(long, string), long> _projects = [];
    private readonly Dictionary<(long, string), long> _transactions = [];
    private readonly Dictionary<(long Project, long Minute), bool> _isMixed = [];
    private readonly Dictionary<(long Project, long Hour), VolumeChange> _hours = [];
    private readonly Dictionary<long, long> _firstMinutes = [];
    private readonly bool _isExact;
    private readonly MixedMinutes _minutes;
    private readonly NameLookup _organization;
    private readonly NameLookup _project;
    private readonly NameLookup _transaction;
    private readonly PreparedStatement _volume;
    private readonly PreparedStatement _hour;
    private readonly PreparedStatement _firstMinute;
    private readonly PreparedStatement _release;
    private readonly PreparedStatement _oldReleases;

    public VolumeWriter(DbConnection connection, DbTransaction transaction, bool isExact)
    {
        _isExact = isExact;
        _minutes = new(connection, transaction);
        _organization = new(
            connection, transaction, "SELECT id FROM organizations WHERE name = @0", "INSERT INTO organizations (name) VALUES (@0) RETURNING id", 1);
        _project = new(
            connection, transaction,
            "SELECT id FROM projects WHERE organization_id = @0 AND name = @1",
            "INSERT INTO projects (organization_id, name) VALUES (@0, @1) RETURNING id",
            2);
        _transaction = new(
            connection, transaction,
            "SELECT id FROM transactions WHERE project_id = @0 AND name = @1",
            "INSERT INTO transactions (project_id, name) VALUES (@0, @1) RETURNING id",
            2);
        _volume = new(
            connection, transaction,
            """
            INSERT INTO volumes (project_id, minute, transaction_id, total, kept, exact) VALUES (@0, @1, @2, @3, @4, @5)
            ON CONFLICT (project_id, minute, transaction_id) DO UPDATE SET total = total + excluded.total, kept = kept + excluded.kept
            """,
            6);
        _hour = new(
            connection, transaction,
            """
            INSERT INTO project_hours (project_id, hour, total, kept, estimated_minutes) VALUES (@0, @1, @2, @3, @4)
            ON CONFLICT (project_id, hour) DO UPDATE SET
                total = CASE WHEN total + excluded.total > 0 THEN total + excluded.total ELSE 0 END,
                kept = CASE WHEN kept + excluded.kept > 0 THEN kept + excluded.kept ELSE 0 END,
                estimated_minutes = estimated_minutes + excluded.estimated_minutes
            """,
            5);
        _firstMinute = new(
            connection, transaction, "UPDATE projects SET first_minute = @1 WHERE id = @0 AND (first_minute IS NULL OR first_minute > @1)", 2);
        _release = new(
            connection, transaction,
            """
            INSERT INTO releases (project_id, release, environment, first_minute, last_minute) VALUES (@0, @1, @2, @3, @4)
            ON CONFLICT (project_id, release, environment) DO UPDATE SET
                first_minute = CASE WHEN excluded.first_minute < first_minute THEN excluded.first_minute ELSE first_minute END,
                last_minute = CASE WHEN excluded.last_minute > last_minute THEN excluded.last_minute ELSE last_minute END
            """,
            5);
        _oldReleases = new(
            connection, transaction,
            $"""
            DELETE FROM releases WHERE project_id = @0 AND (release, environment) IN (
                SELECT release, environment FROM releases WHERE project_id = @0
                ORDER BY last_minute DESC, first_minute DESC, release, environment LIMIT -1 OFFSET {MaxReleases})
            """,
            1);
    }

    public void Add(in VolumeKey key, VolumeCount count)
    {
        count = new(Math.Min(count.Total, Most), Math.Min(count.Kept, Most));
        var project = Project(key.Organization, key.Project);
        if (!_transactions.TryGetValue((project, key.Transaction), out var transaction))
            _transactions.Add((project, key.Transaction), transaction = _transaction.GetId(project, key.Transaction));
        if (IsMixed(project, key.Minute))
        {
            _minutes.Add(project, key.Minute, transaction, _isExact, count);
        }
        else
        {
            _volume.Execute(project, key.Minute, transaction, count.Total, count.Kept, VolumeKind.Of(_isExact));
            Change(project, key.Minute, new(count.Total, count.Kept, EstimatedMinutes: 0));
        }

        ref var first = ref CollectionsMarshal.GetValueRefOrAddDefault(_firstMinutes, project, out var known);
        first = known ? Math.Min(first, key.Minute) : key.Minute;
    }

    public void Add(in ReleaseKey release, MinuteWindow minutes)
    {
        var project = Project(release.Organization, release.Project);
        _release.Execute(project, release.Release, release.Environment, minutes.First, minutes.Last);
        _projectsWithReleases.Add(project);
    }

    /// <summary>Writes what was added up meanwhile.</summary>
    public void Complete()
    {
        foreach (var ((project, minute), _) in _isMixed.Where(minute => minute.Value))
            Change(project, minute, _minutes.Combine(project, minute));
        foreach (var ((project, hour), change) in _hours)
            _hour.Execute(project, hour, change.Total, change.Kept, change.EstimatedMinutes);
        foreach (var (project, minute) in _firstMinutes)
            _firstMinute.Execute(project, minute);
        foreach (var project in _projectsWithReleases)
            _oldReleases.Execute(project);
    }

    public void Dispose()
    {
        _minutes.Dispose();
        _organization.Dispose();
        _project.Dispose();
        _transaction.Dispose();
        _volume.Dispose();
        _hour.Dispose();
        _firstMinute.Dispose();
        _release.Dispose();
        _oldReleases.Dispose();
    }

    /// <summary>Whether counts of both kinds meet in a minute. Asked before the first of this batch is written.</summary>
    private bool IsMixed(long project, long minute)
    {
        if (_isMixed.TryGetValue((project, minute), out var isMixed))
            return isMixed;
        var state = _minutes.Find(project, minute);
        isMixed = state is MinuteState.Mixed || state == (_isExact ? MinuteState.Estimated : MinuteState.Exact);
        if (isMixed && state != MinuteState.Mixed)
            _minutes.Mix(project, minute);
        if (state == MinuteState.None && !_isExact)
            Change(project, minute, new(Total: 0, Kept: 0, EstimatedMinutes: 1));
        _isMixed.Add((project, minute), isMixed);
        return isMixed;
    }

    private void Change(long project, long minute, VolumeChange change)
    {
        ref var hour = ref CollectionsMarshal.GetValueRefOrAddDefault(_hours, (project, minute / 60), out _);
        hour = new(hour.Total + change.Total, hour.Kept + change.Kept, hour.EstimatedMinutes + change.EstimatedMinutes);
    }

    private long Project(string organization, string project)
    {
        if (!_organizations.TryGetValue(organization, out var organizationId))
            _organizations.Add(organization, organizationId = _organization.GetId(organization));
        if (!_projects.TryGetValue((organizationId, project), out var projectId))
            _projects.Add((organizationId, project), projectId = _project.GetId(organizationId, project));
        return projectId;
    }
}
