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

    private readonly HashSet<long> _projectsWithReleases = [];
    private readonly Dictionary<string, long> _organizations = new(StringComparer.Ordinal);
    private readonly Dictionary<(long, string), long> _projects = [];
    private readonly Dictionary<(long, string), long> _transactions = [];
    private readonly Dictionary<(long Project, long Hour), VolumeCount> _hours = [];
    private readonly Dictionary<long, long> _firstMinutes = [];
    private readonly NameLookup _organization;
    private readonly NameLookup _project;
    private readonly NameLookup _transaction;
    private readonly Statement _volume;
    private readonly Statement _hour;
    private readonly Statement _firstMinute;
    private readonly Statement _release;
    private readonly Statement _oldReleases;

    public VolumeWriter(DbConnection connection, DbTransaction transaction)
    {
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
            INSERT INTO volumes (project_id, minute, transaction_id, total, kept, exact) VALUES (@0, @1, @2, @3, @4, 1)
            ON CONFLICT (project_id, minute, transaction_id) DO UPDATE SET total = total + excluded.total, kept = kept + excluded.kept
            """,
            5);
        _hour = new(
            connection, transaction,
            """
            INSERT INTO project_hours (project_id, hour, total, kept, exact) VALUES (@0, @1, @2, @3, 1)
            ON CONFLICT (project_id, hour) DO UPDATE SET total = total + excluded.total, kept = kept + excluded.kept
            """,
            4);
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
        var project = Project(key.Organization, key.Project);
        if (!_transactions.TryGetValue((project, key.Transaction), out var transaction))
            _transactions.Add((project, key.Transaction), transaction = _transaction.GetId(project, key.Transaction));
        _volume.Execute(project, key.Minute, transaction, count.Total, count.Kept);
        ref var hour = ref CollectionsMarshal.GetValueRefOrAddDefault(_hours, (project, key.Minute / 60), out _);
        hour = new(hour.Total + count.Total, hour.Kept + count.Kept);
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
        foreach (var ((project, hour), count) in _hours)
            _hour.Execute(project, hour, count.Total, count.Kept);
        foreach (var (project, minute) in _firstMinutes)
            _firstMinute.Execute(project, minute);
        foreach (var project in _projectsWithReleases)
            _oldReleases.Execute(project);
    }

    public void Dispose()
    {
        _organization.Dispose();
        _project.Dispose();
        _transaction.Dispose();
        _volume.Dispose();
        _hour.Dispose();
        _firstMinute.Dispose();
        _release.Dispose();
        _oldReleases.Dispose();
    }

    private long Project(string organization, string project)
    {
        if (!_organizations.TryGetValue(organization, out var organizationId))
            _organizations.Add(organization, organizationId = _organization.GetId(organization));
        if (!_projects.TryGetValue((organizationId, project), out var projectId))
            _projects.Add((organizationId, project), projectId = _project.GetId(organizationId, project));
        return projectId;
    }

    /// <summary>Finds the id of a name. Nearly all names are known, and finding writes nothing.</summary>
    private sealed class NameLookup(DbConnection connection, DbTransaction transaction, string select, string insert, int parameters) : IDisposable
    {
        private readonly Statement _select = new(connection, transaction, select, parameters);
        private readonly Statement _insert = new(connection, transaction, insert, parameters);

        public long GetId(params ReadOnlySpan<object> values) => _select.GetId(values) ?? _insert.GetId(values)!.Value;

        public void Dispose()
        {
            _select.Dispose();
            _insert.Dispose();
        }
    }

    private sealed class Statement : IDisposable
    {
        private readonly DbCommand _command;

        public Statement(DbConnection connection, DbTransaction transaction, string sql, int parameters)
        {
            _command = connection.CreateCommand();
            _command.Transaction = transaction;
            _command.CommandText = sql;
            for (var i = 0; i < parameters; i++)
            {
                var parameter = _command.CreateParameter();
                parameter.ParameterName = $"@{i}";
                _command.Parameters.Add(parameter);
            }
        }

        public long? GetId(params ReadOnlySpan<object> values)
        {
            Set(values);
            return (long?)_command.ExecuteScalar();
        }

        public void Execute(params ReadOnlySpan<object> values)
        {
            Set(values);
            _command.ExecuteNonQuery();
        }

        public void Dispose() => _command.Dispose();

        private void Set(ReadOnlySpan<object> values)
        {
            for (var i = 0; i < values.Length; i++)
                _command.Parameters[i].Value = values[i];
        }
    }
}
