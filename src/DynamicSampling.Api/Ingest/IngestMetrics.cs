using System.Diagnostics.Metrics;
using DynamicSampling.Api.Storage;

namespace DynamicSampling.Api.Ingest;

/// <summary>What came in, and what became of it.</summary>
internal sealed class IngestMetrics
{
    public const string MeterName = "DynamicSampling.Api";

    private const string Outcome = "dynamic_sampling.outcome";
    private static readonly KeyValuePair<string, object?> CountedTag = new(Outcome, "counted");
    private static readonly KeyValuePair<string, object?> FoldedTag = new(Outcome, "folded");
    private static readonly KeyValuePair<string, object?> BaselineTag = new(Outcome, "baseline");
    private static readonly KeyValuePair<string, object?> RepeatedTag = new(Outcome, "repeated");
    private static readonly KeyValuePair<string, object?> RejectedTag = new(Outcome, "rejected");

    private readonly Counter<long> _spans;
    private readonly Counter<long> _points;
    private readonly Counter<long> _folded;
    private readonly Counter<long> _polls;
    private readonly Histogram<double> _flush;

    public IngestMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _spans = meter.CreateCounter<long>("dynamic_sampling.ingest.spans", "{span}", "Root spans that arrived over OTLP");
        _points = meter.CreateCounter<long>("dynamic_sampling.ingest.points", "{point}", "Data points of metrics that count requests, as they arrived over OTLP");
        _folded = meter.CreateCounter<long>("dynamic_sampling.ingest.folded_services", "{request}", "Requests whose service was counted as __other__");
        _polls = meter.CreateCounter<long>("dynamic_sampling.serving.polls", "{request}", "Requests of clients for their rates");
        _flush = meter.CreateHistogram(
            "dynamic_sampling.ingest.flush.duration", "s", "Time to store the counts of a flush",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] });
    }

    public void Counted(IngestResult result)
    {
        if (!_spans.Enabled)
            return;
        Add(_spans, result.Counted - result.Folded, CountedTag);
        Add(_spans, result.Folded, FoldedTag);
        Add(_spans, result.Repeated, RepeatedTag);
        Add(_spans, result.Rejected, RejectedTag);
    }

    public void Counted(PointsResult result, long rejected)
    {
        Add(_points, result.Counted, CountedTag);
        Add(_points, result.Baselines, BaselineTag);
        Add(_points, result.Repeated, RepeatedTag);
        Add(_points, rejected, RejectedTag);
    }

    public void ServiceFolded() => _folded.Add(1);

    public void Polled() => _polls.Add(1);

    public void Flushed(TimeSpan duration, bool failed) =>
        _flush.Record(duration.TotalSeconds, new KeyValuePair<string, object?>(Outcome, failed ? "failed" : "completed"));

    private static void Add(Counter<long> counter, long count, KeyValuePair<string, object?> outcome)
    {
        if (count > 0)
            counter.Add(count, outcome);
    }
}
