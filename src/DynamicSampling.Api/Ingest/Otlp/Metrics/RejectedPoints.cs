using System.Globalization;
using System.Text;

namespace DynamicSampling.Api.Ingest.Otlp.Metrics;

/// <summary>How many data points of a request were not counted, and why.</summary>
internal sealed class RejectedPoints
{
    private readonly long[] _counts = new long[Enum.GetValues<PointProblem>().Length];

    /// <summary>How many there are.</summary>
    public long Count => _counts.Sum();

    /// <summary>For whoever sent them: each reason with its number.</summary>
    public string Message
    {
        get
        {
            var message = new StringBuilder("Some data points were not counted, the others were. ");
            foreach (var problem in Enum.GetValues<PointProblem>())
            {
                if (this[problem] > 0)
                    message.Append(CultureInfo.InvariantCulture, $"{this[problem]}: {Explain(problem)} ");
            }

            return message.ToString().TrimEnd();
        }
    }

    public long this[PointProblem problem] => _counts[(int)problem];

    public void Add(PointProblem problem) => _counts[(int)problem]++;

    public void Add(RejectedPoints others)
    {
        for (var i = 0; i < _counts.Length; i++)
            _counts[i] += others._counts[i];
    }

    private static string Explain(PointProblem problem) => problem switch
    {
        PointProblem.Kind => "http.server.request.duration must be a histogram, and traces.span.metrics.calls a sum.",
        PointProblem.Temporality => "their temporality is neither delta nor cumulative.",
        PointProblem.NotMonotonic => "their sum is not monotonic.",
        PointProblem.Count => $"their count is negative, no number, or more than {MetricPointList.MaxCount:0}.",
        PointProblem.Time => "their time is not known, more than 2 days old, more than 5 minutes ahead of this server's clock, or before their start.",
        PointProblem.Backwards => "their count went backwards, although their series did not start again.",
        PointProblem.OutOfOrder =>
            "their time is before that of the last delta of their series. Send deltas in order, and give each process a service.instance.id of its own.",
        _ => "there are too many series (Ingest:MaxSeriesPerProject, Ingest:MaxSeries). Send fewer attributes, or deltas from fewer processes.",
    };
}
