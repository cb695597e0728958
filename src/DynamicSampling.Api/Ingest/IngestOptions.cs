using System.ComponentModel.DataAnnotations;

namespace DynamicSampling.Api.Ingest;

/// <summary>Limits of what comes in.</summary>
internal sealed class IngestOptions
{
    /// <summary>The largest request body, in bytes; of a compressed one, before and after it is decompressed.</summary>
    /// <value>1 KiB to 1 GiB. The default is 64 MiB.</value>
    [Range(typeof(long), "1024", "1073741824")]
    public long MaxBodyBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Memory for OTLP bodies that are being read, of all requests together, in bytes. Beyond, requests are asked to come again.</summary>
    /// <value>1 MiB to 64 GiB. The default is 512 MiB.</value>
    [Range(typeof(long), "1048576", "68719476736")]
    public long MaxBufferedBytes { get; set; } = 512 * 1024 * 1024;

    /// <summary>Whether an OTLP request is answered only when its counts are durable.</summary>
    /// <value>The default is false: they are within <see cref="FlushInterval"/>, those of a minute that a sampler reports with its report.</value>
    public bool Durable { get; set; }

    /// <summary>The time from one flush of counts to storage to the next.</summary>
    /// <value>100 milliseconds to a minute. The default is a second.</value>
    [Range(typeof(TimeSpan), "00:00:00.1000000", "00:01:00")]
    public TimeSpan FlushInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many transactions of a project are told apart in a minute; the rest is counted as <c>__other__</c>.</summary>
    /// <value>1 to 1,000,000. The default is 5000.</value>
    [Range(1, 1_000_000)]
    public int MaxTransactionsPerProject { get; set; } = 5000;

    /// <summary>
    /// How many services are told apart, of all organizations together; the rest is counted as service <c>__other__</c>. Those that poll
    /// and have never sent anything take up half of it at most.
    /// </summary>
    /// <value>1 to 10,000,000. The default is 100,000.</value>
    [Range(1, 10_000_000)]
    public int MaxServices { get; set; } = 100_000;

    /// <summary>How many counts may wait to be stored, for instance while the database is down. Beyond, OTLP requests are asked to come again.</summary>
    /// <value>1000 to 1,000,000,000. The default is 2,000,000.</value>
    [Range(1000, 1_000_000_000)]
    public int MaxPendingCounts { get; set; } = 2_000_000;

    /// <summary>How many root spans are remembered, to count those once that clients send again.</summary>
    /// <value>16 to 100,000,000. The default is 500,000, which takes up to 16 MiB.</value>
    [Range(16, 100_000_000)]
    public int RememberedSpans { get; set; } = 500_000;

    /// <summary>
    /// How many series of metrics a project may have. Of each, the last count is remembered for a day, to tell what the next one adds; points of
    /// more series are rejected.
    /// </summary>
    /// <value>1 to 10,000,000. The default is 50,000.</value>
    [Range(1, 10_000_000)]
    public int MaxSeriesPerProject { get; set; } = 50_000;

    /// <summary>How many series of metrics all projects may have together, and each organization its share (<c>Limits:ShareOfOne</c>).</summary>
    /// <value>1 to 1,000,000,000. The default is 2,000,000.</value>
    [Range(1, 1_000_000_000)]
    public int MaxSeries { get; set; } = 2_000_000;
}
