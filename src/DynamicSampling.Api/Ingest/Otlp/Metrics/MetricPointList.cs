using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Ingest.Otlp.Metrics;

/// <summary>The data points of one body, taken over from it: nothing is counted before the whole body is known to be good.</summary>
/// <param name="organization">Whose they are.</param>
/// <param name="now">The time.</param>
internal sealed class MetricPointList(string organization, DateTimeOffset now) : IMetricPoints
{
    /// <summary>More in one point is a mistake.</summary>
    public const double MaxCount = 1e12;

    // The longest method and route that are looked at, and what is between them.
    private const int MaxNameBytes = OtlpNames.BufferLength;

    private readonly long _oldest = Nanoseconds(now - VolumeItemParser.OldestTimestamp);
    private readonly long _newest = Nanoseconds(now + VolumeItemParser.NewestTimestamp);
    private readonly List<SeriesPoint> _points = [];

    // Each name once: points of one transaction differ in status and more.
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private string _service = OtlpNames.UnknownService;

    public string Organization => organization;

    /// <summary>The time when they came.</summary>
    public DateTimeOffset Now => now;

    /// <summary>How many points there may be.</summary>
    public int MaxPoints { get; set; } = int.MaxValue;

    public IReadOnlyList<SeriesPoint> Points => _points;

    /// <summary>Those that cannot be counted, whatever came before them.</summary>
    public RejectedPoints Rejected { get; } = new();

    public void Begin(ReadOnlySpan<byte> service) => _service = NameOf(service, OtlpNames.UnknownService);

    public void Add(in MetricPoint point)
    {
        // Spans that call others or nobody begin no trace.
        if (point.Metric == CountedMetric.SpanMetricsCalls && !point.Attributes.IsEntry)
            return;
        if (!(point.Count >= 0 && point.Count <= MaxCount))
        {
            Reject(PointProblem.Count);
            return;
        }

        // What is too large for a number with a sign is in the future.
        var (start, time) = ((long)point.StartNanoseconds, (long)point.TimeNanoseconds);
        if (time < _oldest || time > _newest || start < 0 || start > time)
        {
            Reject(PointProblem.Time);
            return;
        }

        if (_points.Count >= MaxPoints)
            throw new InvalidOtlpException($"There are more than {MaxPoints} data points that count requests: too many for one request, or for a body of this length. Send smaller batches.");
        var service = point.Metric == CountedMetric.SpanMetricsCalls && !point.Attributes.Service.IsEmpty
            ? NameOf(point.Attributes.Service, OtlpNames.UnknownService)
            : _service;
        // Each delta has another start.
        var series = SeriesIdentity.Within(point.Series, point.IsCumulative ? (UInt128)point.StartNanoseconds + 1 : 0);
        _points.Add(new(point.Metric, service, TransactionOf(point), series, point.IsCumulative, start, time, point.Count));
    }

    public void Reject(PointProblem problem) => Rejected.Add(problem);

    private string TransactionOf(in MetricPoint point)
    {
        if (point.Metric == CountedMetric.SpanMetricsCalls)
            return NameOf(point.Attributes.SpanName, OtlpNames.UnknownTransaction);
        var method = point.Attributes.Method;
        var route = point.Attributes.Route;
        // An SDK that has too many series adds the others up in one without attributes.
        if (method.IsEmpty)
            return Names.OtherTransactions;
        // As spans are named: methods that nobody knows are HTTP, and without a route there is but the method.
        if (method.SequenceEqual("_OTHER"u8))
            method = "HTTP"u8;
        if (route.IsEmpty)
            return NameOf(method, OtlpNames.UnknownTransaction);
        Span<byte> name = stackalloc byte[(2 * MaxNameBytes) + 1];
        method = method[..Math.Min(method.Length, MaxNameBytes)];
        route = route[..Math.Min(route.Length, MaxNameBytes)];
        method.CopyTo(name);
        name[method.Length] = (byte)' ';
        route.CopyTo(name[(method.Length + 1)..]);
        return NameOf(name[..(method.Length + 1 + route.Length)], OtlpNames.UnknownTransaction);
    }

    private string NameOf(ReadOnlySpan<byte> utf8, string unknown)
    {
        Span<char> buffer = stackalloc char[OtlpNames.BufferLength];
        var name = OtlpNames.Decode(utf8, unknown, buffer);
        var known = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!known.TryGetValue(name, out var same))
            _names.Add(same = name.ToString());
        return same;
    }

    private static long Nanoseconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}
