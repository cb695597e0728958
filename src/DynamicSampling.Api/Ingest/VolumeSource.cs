namespace DynamicSampling.Api.Ingest;

/// <summary>
/// Who counted. All but <see cref="Spans"/> are true counts of all traffic; two of them about the same minute of a project are about the same traces.
/// The numbers are stored, see <see cref="Storage.VolumeKind"/>.
/// </summary>
internal enum VolumeSource
{
    /// <summary>Estimated from the spans that were kept.</summary>
    Spans = 0,

    /// <summary><c>POST /api/volumes</c>.</summary>
    Posted = 1,

    /// <summary>Samplers of our own: they count root spans before they decide.</summary>
    Reports = 3,

    /// <summary>X-Ray's samplers, which do the same by rule.</summary>
    XRay = 4,

    /// <summary>The metrics of HTTP servers. They count requests, whether these begin traces or not.</summary>
    HttpMetrics = 5,

    /// <summary>Metrics that a Collector made of spans.</summary>
    SpanMetrics = 6,
}
