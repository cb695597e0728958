using System.Data.Common;
using System.Runtime.InteropServices;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Storage.Dialects;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>Adds the counts of a batch inside a transaction: what belongs together goes in one statement.</summary>
internal sealed class VolumeWriter(
    DbConnection connection, DbTransaction transaction, SqlDialect dialect, NameLimits limits, VolumeBatch batch, CancellationToken cancellationToken)
{
    /// <summary>How many releases of a project are remembered, those seen last.</summary>
    public const int MaxReleases = 100;

    /// <summary>
    /// More is taken for this. Nobody has so many traces; but sums of finite numbers need not be finite, and what is reckoned from those is
    /// no number, which the database refuses: one such row would keep all others of its flush from being stored, for ever.
    /// </summary>
    private const double Most = 1e200;

    // What is stored of it may go by other names than came in.
    private VolumeBatch _batch = batch;

    private readonly MixedMinutes _mixed = new(connection, transaction, dialect, cancellationToken);
    private readonly Dictionary<(long Project, long Hour), VolumeChange> _hours = [];

    /// <exception cref="NoRoomException">There are too many organizations or projects for true counts, whose sender is still there to hear of it.</exception>
    public async Task WriteAsync()
    {
        await dialect.KeepNamesAsync(connection, transaction);
        var names = new NameIds(connection, transaction, dialect, limits, cancellationToken);
        var projects = await FindProjectsAsync(names);
        if (_batch.Counts.Count > 0)
        {
            var rows = await ReadRowsAsync(names, projects);
            await WriteVolumesAsync(rows);
            await WriteHoursAsync();
            await WriteFirstMinutesAsync(rows);
        }

        if (_batch.Releases.Count > 0)
            await WriteReleasesAsync(projects);
    }

    private async Task<Dictionary<(string Organization, string Project), long>> FindProjectsAsync(NameIds names)
    {
        var wanted = ListProjects();
        var found = await names.FindProjectsAsync(wanted, mustHaveRoom: _batch.IsExact);
        if (found.Count == wanted.Count)
            return found;
        // Estimates have been acknowledged: those of projects without room count for the one that stands for all others.
        _batch = _batch.Rename((organization, project) => found.ContainsKey((organization, project)) ? project : Names.OtherServices);
        return await names.FindProjectsAsync(ListProjects(), mustHaveRoom: false);
    }

    private HashSet<(string Organization, string Project)> ListProjects()
    {
        var projects = new HashSet<(string Organization, string Project)>();
        (string Organization, string Project) last = ("", "");
        foreach (var key in _batch.Counts.Keys)
        {
            // Those of a project mostly come one after another.
            if (IsProjectOf(last, key))
                continue;
            projects.Add(last = (key.Organization, key.Project));
        }

        foreach (var key in _batch.Releases.Keys)
            projects.Add((key.Organization, key.Project));
        return projects;
    }

    private async Task<CountedRow[]> ReadRowsAsync(NameIds names, Dictionary<(string, string), long> projects)
    {
        var rows = new CountedRow[_batch.Counts.Count];
        var (projectOf, nameOf) = (new List<long>(rows.Length), new List<string>(rows.Length));
        // A transaction may have several minutes, but is asked for once.
        var places = new Dictionary<(long Project, string Transaction), int>(rows.Length);
        var kind = (long)_batch.Source;
        (string Organization, string Project) last = ("", "");
        long project = 0;
        var next = 0;
        foreach (var (key, count) in _batch.Counts)
        {
            if (!IsProjectOf(last, key))
                project = projects[last = (key.Organization, key.Project)];
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(places, (project, key.Transaction), out var isKnown);
            if (!isKnown)
            {
                place = projectOf.Count;
                projectOf.Add(project);
                nameOf.Add(key.Transaction);
            }

            // The id follows.
            rows[next++] = new(project, key.Minute, place, Math.Min(count.Total, Most), Math.Min(count.Kept, Most), kind);
        }

        var folded = new HashSet<VolumeKey>();
        var ids = await names.FindTransactionsAsync([.. projectOf], [.. nameOf], async added =>
        {
            // Estimates have been folded as they came.
            if (_batch.IsExact)
            {
                folded = await new TransactionRoom(connection, transaction, dialect, limits.TransactionsPerProject, cancellationToken)
                    .FindFoldedAsync(_batch, projects, added.Select(i => (projectOf[(int)i], nameOf[(int)i])).ToHashSet());
            }

            return folded.Count == 0;
        });
        if (ids is null)
        {
            _batch = _batch.Fold(folded);
            return await ReadRowsAsync(names, projects);
        }

        for (var i = 0; i < rows.Length; i++)
            rows[i] = rows[i] with { Transaction = ids[rows[i].Transaction] };
        Array.Sort(rows, CountedRow.ByKey);
        return rows;
    }

    private static bool IsProjectOf((string Organization, string Project) project, in VolumeKey key) =>
        string.Equals(key.Project, project.Project, StringComparison.Ordinal) && string.Equals(key.Organization, project.Organization, StringComparison.Ordinal);

    private async Task WriteVolumesAsync(CountedRow[] rows)
    {
        // Before the first of this batch is written.
        var minutes = MinutesOf(rows);
        var states = await _mixed.FindAsync(minutes);
        ProjectMinute[] toMix = [.. minutes.Where((_, i) => states[i] >= 0 && states[i] != (long)_batch.Source)];
        HashSet<ProjectMinute> mixed = [.. toMix, .. minutes.Where((_, i) => states[i] == MixedMinutes.IsMixed)];
        for (var i = 0; !_batch.IsExact && i < minutes.Count; i++)
        {
            if (states[i] == MixedMinutes.IsEmpty)
                Change(minutes[i], new(Total: 0, Kept: 0, EstimatedMinutes: 1));
        }

        var plain = mixed.Count == 0 ? rows : Array.FindAll(rows, row => !mixed.Contains(new(row.Project, row.Minute)));
        await dialect.ExecuteAsync(
            connection, transaction,
            $"""
            INSERT INTO volumes (project_id, minute, transaction_id, total, kept, exact) {SqlDialect.Rows}
            ON CONFLICT (project_id, minute, transaction_id) DO UPDATE SET total = volumes.total + excluded.total, kept = volumes.kept + excluded.kept
            """,
            CountedRow.Columns(plain),
            cancellationToken);
        AddUp(plain);
        if (mixed.Count == 0)
            return;

        await _mixed.MixAsync(toMix);
        await _mixed.AddAsync(Array.FindAll(rows, row => mixed.Contains(new(row.Project, row.Minute))));
        ProjectMinute[] combined = [.. mixed];
        var changes = await _mixed.CombineAsync(combined);
        for (var i = 0; i < combined.Length; i++)
            Change(combined[i], changes[i]);
    }

    // The rows of a minute stand together.
    private static List<ProjectMinute> MinutesOf(CountedRow[] rows)
    {
        var minutes = new List<ProjectMinute>();
        foreach (ref readonly var row in rows.AsSpan())
        {
            var minute = new ProjectMinute(row.Project, row.Minute);
            if (minutes.Count == 0 || minutes[^1] != minute)
                minutes.Add(minute);
        }

        return minutes;
    }

    private void AddUp(CountedRow[] rows)
    {
        for (var i = 0; i < rows.Length;)
        {
            var minute = new ProjectMinute(rows[i].Project, rows[i].Minute);
            var sum = default(VolumeChange);
            for (; i < rows.Length && rows[i].Project == minute.Project && rows[i].Minute == minute.Minute; i++)
                sum += new VolumeChange(rows[i].Total, rows[i].Kept, EstimatedMinutes: 0);
            Change(minute, sum);
        }
    }

    private void Change(ProjectMinute minute, VolumeChange change)
    {
        ref var hour = ref CollectionsMarshal.GetValueRefOrAddDefault(_hours, (minute.Project, minute.Minute / 60), out _);
        hour += change;
    }

    private Task WriteHoursAsync()
    {
        var hours = _hours.ToArray();
        return dialect.ExecuteAsync(
            connection, transaction,
            $"""
            INSERT INTO project_hours (project_id, hour, total, kept, estimated_minutes) {SqlDialect.Rows}
            ON CONFLICT (project_id, hour) DO UPDATE SET
                total = CASE WHEN project_hours.total + excluded.total > 0 THEN project_hours.total + excluded.total ELSE 0 END,
                kept = CASE WHEN project_hours.kept + excluded.kept > 0 THEN project_hours.kept + excluded.kept ELSE 0 END,
                estimated_minutes = project_hours.estimated_minutes + excluded.estimated_minutes
            """,
            [
                Array.ConvertAll(hours, hour => hour.Key.Project), Array.ConvertAll(hours, hour => hour.Key.Hour), Array.ConvertAll(hours, hour => hour.Value.Total),
                Array.ConvertAll(hours, hour => hour.Value.Kept), Array.ConvertAll(hours, hour => hour.Value.EstimatedMinutes),
            ],
            cancellationToken);
    }

    private Task WriteFirstMinutesAsync(CountedRow[] rows)
    {
        // The first row of each project has its first minute.
        ProjectMinute[] first = [.. MinutesOf(rows).DistinctBy(minute => minute.Project)];
        return dialect.ExecuteAsync(
            connection, transaction,
            $"""
            WITH r (project_id, minute) AS ({SqlDialect.Rows})
            UPDATE projects SET first_minute = r.minute FROM r
            WHERE projects.id = r.project_id AND (projects.first_minute IS NULL OR projects.first_minute > r.minute)
            """,
            [Array.ConvertAll(first, minute => minute.Project), Array.ConvertAll(first, minute => minute.Minute)],
            cancellationToken);
    }

    private async Task WriteReleasesAsync(Dictionary<(string, string), long> projects)
    {
        var releases = _batch.Releases.ToArray();
        var ids = Array.ConvertAll(releases, release => projects[(release.Key.Organization, release.Key.Project)]);
        await dialect.ExecuteAsync(
            connection, transaction,
            $"""
            INSERT INTO releases (project_id, release, environment, first_minute, last_minute) {SqlDialect.Rows}
            ON CONFLICT (project_id, release, environment) DO UPDATE SET
                first_minute = CASE WHEN excluded.first_minute < releases.first_minute THEN excluded.first_minute ELSE releases.first_minute END,
                last_minute = CASE WHEN excluded.last_minute > releases.last_minute THEN excluded.last_minute ELSE releases.last_minute END
            """,
            [
                ids, Array.ConvertAll(releases, release => release.Key.Release), Array.ConvertAll(releases, release => release.Key.Environment),
                Array.ConvertAll(releases, release => release.Value.First), Array.ConvertAll(releases, release => release.Value.Last),
            ],
            cancellationToken);
        await dialect.ExecuteAsync(
            connection, transaction,
            $"""
            WITH r (project_id) AS ({SqlDialect.Rows})
            DELETE FROM releases WHERE (project_id, release, environment) IN (
                SELECT n.project_id, n.release, n.environment
                FROM (SELECT project_id, release, environment,
                             ROW_NUMBER() OVER (PARTITION BY project_id ORDER BY last_minute DESC, first_minute DESC, release, environment) AS place
                      FROM releases WHERE project_id IN (SELECT project_id FROM r)) n
                WHERE n.place > {MaxReleases})
            """,
            [ids.Distinct().ToArray()],
            cancellationToken);
    }
}
