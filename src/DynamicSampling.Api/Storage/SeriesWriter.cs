using System.Data.Common;
using System.Runtime.InteropServices;
using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Ingest.Otlp.Metrics;
using DynamicSampling.Api.Storage.Dialects;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Storage;

/// <summary>
/// Compares data points with the last ones of their series, inside the transaction that counts what they add: so nothing is counted twice,
/// whatever comes again and whichever process it comes to. The projects must be locked: then nobody else has their series meanwhile.
/// </summary>
internal sealed class SeriesWriter(
    DbConnection connection, DbTransaction transaction, SqlDialect dialect, SeriesRoom room, MetricPointList points, CancellationToken cancellationToken)
{
    /// <summary>How long a series is remembered of which nothing comes.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromDays(1);

    private const long NanosecondsPerMillisecond = 1_000_000;

    private readonly Dictionary<CountedMetric, VolumeBatch> _batches = [];
    private readonly PointsResult _result = new();

    /// <summary>When series were heard of, in hours since the Unix epoch: what changes more often would be written to its index as often.</summary>
    public static long HourOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / 3600;

    /// <summary>Remembers the points.</summary>
    /// <param name="projects">The ids of their projects.</param>
    /// <returns>What became of them, and what is to be counted, by metric.</returns>
    public async Task<(PointsResult Result, IReadOnlyDictionary<CountedMetric, VolumeBatch> Batches)> WriteAsync(
        IReadOnlyDictionary<(string Organization, string Project), long> projects)
    {
        var ordered = new (int Series, SeriesPoint Point)[points.Points.Count];
        var places = new Dictionary<SeriesKey, int>();
        for (var i = 0; i < ordered.Length; i++)
        {
            var point = points.Points[i];
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(places, new(projects[(points.Organization, point.Project)], point.Series), out var isKnown);
            if (!isKnown)
                place = places.Count - 1;
            ordered[i] = (place, point);
        }

        SeriesKey[] series = [.. places.OrderBy(place => place.Value).Select(place => place.Key)];
        var states = await ReadAsync(series);
        var hasRoom = await FindRoomAsync(series, states);
        // The points of a series by time, however they came.
        Array.Sort(ordered, (left, right) => left.Series != right.Series ? left.Series.CompareTo(right.Series) : left.Point.Time.CompareTo(right.Point.Time));
        var isChanged = new bool[series.Length];
        var minutes = new BoundedMinutes(ordered.Length);
        foreach (ref readonly var one in ordered.AsSpan())
        {
            if (!hasRoom[one.Series])
                _result.Rejected.Add(PointProblem.NoRoom);
            else if (Count(one.Point, states[one.Series], minutes))
                (states[one.Series], isChanged[one.Series]) = (new(one.Point.Time, one.Point.Count), true);
        }

        await WriteAsync(series, states, isChanged);
        return (_result, _batches);
    }

    /// <returns>Whether it is the last point of its series now.</returns>
    private bool Count(in SeriesPoint point, SeriesState? last, BoundedMinutes minutes)
    {
        var verdict = SeriesState.Judge(point, last, points.Now);
        switch (verdict.Outcome)
        {
            case PointOutcome.Counted:
                _result.Counted++;
                break;
            case PointOutcome.Baseline:
                _result.Baselines++;
                break;
            case PointOutcome.Repeated:
                _result.Repeated++;
                return false;
            default:
                _result.Rejected.Add(verdict.Problem);
                return false;
        }

        ref var batch = ref CollectionsMarshal.GetValueRefOrAddDefault(_batches, point.Metric, out _);
        // Each metric is a source of its own: of two that count the same requests, one counts.
        batch ??= new VolumeBatch { Source = point.Metric == CountedMetric.SpanMetricsCalls ? VolumeSource.SpanMetrics : VolumeSource.HttpMetrics };
        if (verdict.Count == 0)
            return true;
        foreach (var (minute, share) in minutes.Of((verdict.From == 0 ? point.Time : verdict.From) / NanosecondsPerMillisecond, point.Time / NanosecondsPerMillisecond))
            batch.Add(new(points.Organization, point.Project, point.Transaction, minute), new(verdict.Count * share, Kept: 0));
        return true;
    }

    private async Task<SeriesState?[]> ReadAsync(SeriesKey[] series)
    {
        var states = new SeriesState?[series.Length];
        await dialect.QueryAsync(
            connection, transaction,
            $"""
            WITH r (i, project_id, series_high, series_low) AS ({SqlDialect.Rows})
            SELECT r.i, s.last_time, s.last_count
            FROM r JOIN metric_series s ON s.project_id = r.project_id AND s.series_high = r.series_high AND s.series_low = r.series_low
            """,
            [Array.ConvertAll(Enumerable.Range(0, series.Length).ToArray(), i => (long)i), .. Columns(series)],
            reader => states[reader.GetInt64(0)] = new(reader.GetInt64(1), reader.GetDouble(2)),
            cancellationToken);
        return states;
    }

    /// <returns>For each series, whether it may be remembered.</returns>
    private async Task<bool[]> FindRoomAsync(SeriesKey[] series, SeriesState?[] states)
    {
        var left = new Dictionary<long, long>();
        for (var i = 0; i < series.Length; i++)
        {
            if (states[i] is null)
                left[series[i].Project] = room.PerProject;
        }

        await dialect.QueryAsync(
            connection, transaction,
            $"WITH r (project_id) AS ({SqlDialect.Rows}) SELECT r.project_id, COUNT(*) FROM r JOIN metric_series s ON s.project_id = r.project_id GROUP BY r.project_id",
            [left.Keys.ToArray()],
            reader => left[reader.GetInt64(0)] -= reader.GetInt64(1),
            cancellationToken);
        var all = left.Count == 0 ? 0 : room.LeftOf(points.Organization);
        var hasRoom = new bool[series.Length];
        for (var i = 0; i < series.Length; i++)
        {
            hasRoom[i] = states[i] is not null || (all > _result.NewSeries && left[series[i].Project] > 0);
            if (states[i] is not null || !hasRoom[i])
                continue;
            left[series[i].Project]--;
            _result.NewSeries++;
        }

        return hasRoom;
    }

    private Task WriteAsync(SeriesKey[] series, SeriesState?[] states, bool[] isChanged)
    {
        var changed = Enumerable.Range(0, series.Length).Where(i => isChanged[i]).ToArray();
        var hour = HourOf(points.Now);
        return dialect.ExecuteAsync(
            connection, transaction,
            $"""
            INSERT INTO metric_series (project_id, series_high, series_low, last_time, last_count, seen_hour) {SqlDialect.Rows}
            ON CONFLICT (project_id, series_high, series_low) DO UPDATE SET
                last_time = excluded.last_time, last_count = excluded.last_count, seen_hour = excluded.seen_hour
            """,
            [
                .. Columns(Array.ConvertAll(changed, i => series[i])), Array.ConvertAll(changed, i => states[i]!.Value.Time),
                Array.ConvertAll(changed, i => states[i]!.Value.Count), Array.ConvertAll(changed, _ => hour),
            ],
            cancellationToken);
    }

    private static Array[] Columns(SeriesKey[] series) =>
    [
        Array.ConvertAll(series, key => key.Project), Array.ConvertAll(series, key => (long)(ulong)(key.Series >> 64)), Array.ConvertAll(series, key => (long)(ulong)key.Series),
    ];

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct SeriesKey(long Project, UInt128 Series);
}

/// <summary>What became of the data points of a request that could be compared.</summary>
internal sealed class PointsResult
{
    public int Counted { get; set; }

    /// <summary>First points of series that began long ago.</summary>
    public int Baselines { get; set; }

    /// <summary>Counted before, and not again.</summary>
    public int Repeated { get; set; }

    public RejectedPoints Rejected { get; } = new();

    /// <summary>How many series were not known.</summary>
    public int NewSeries { get; set; }
}
