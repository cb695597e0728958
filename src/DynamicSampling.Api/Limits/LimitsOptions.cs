using System.ComponentModel.DataAnnotations;

namespace DynamicSampling.Api.Limits;

/// <summary>How much callers may ask for at a time, so that none gets in the way of the others.</summary>
internal sealed class LimitsOptions
{
    public const string Section = "Limits";

    /// <summary>Requests a second of a key, or of an address without one, that send traces or volumes.</summary>
    /// <value>0 for no limit, up to 1,000,000. The default is 2000.</value>
    [Range(0, 1_000_000)]
    public int IngestPerSecond { get; set; } = 2000;

    /// <summary>The same for requests of samplers for their rates.</summary>
    /// <value>0 for no limit, up to 1,000,000. The default is 5000.</value>
    [Range(0, 1_000_000)]
    public int SamplingPerSecond { get; set; } = 5000;

    /// <summary>The same for requests that only look.</summary>
    /// <value>0 for no limit, up to 1,000,000. The default is 200.</value>
    [Range(0, 1_000_000)]
    public int ReadPerSecond { get; set; } = 200;

    /// <summary>The same for requests that change settings or run tasks.</summary>
    /// <value>0 for no limit, up to 1,000,000. The default is 100.</value>
    [Range(0, 1_000_000)]
    public int OperatePerSecond { get; set; } = 100;

    /// <summary>For how many seconds of silence a caller may make up at once.</summary>
    /// <value>1 to 60. The default is 10.</value>
    [Range(1, 60)]
    public int BurstSeconds { get; set; } = 10;

    /// <summary>Requests at a time that send traces or volumes.</summary>
    /// <value>0 for no limit, up to 1,000,000. The default is 512.</value>
    [Range(0, 1_000_000)]
    public int IngestConcurrency { get; set; } = 512;

    /// <summary>Requests at a time of samplers for their rates.</summary>
    /// <value>0 for no limit, up to 1,000,000. The default is 1024.</value>
    [Range(0, 1_000_000)]
    public int SamplingConcurrency { get; set; } = 1024;

    /// <summary>Requests at a time that only look.</summary>
    /// <value>0 for no limit, up to 1,000,000. The default is 128.</value>
    [Range(0, 1_000_000)]
    public int ReadConcurrency { get; set; } = 128;

    /// <summary>Requests at a time that change settings or run tasks.</summary>
    /// <value>0 for no limit, up to 1,000,000. The default is 64.</value>
    [Range(0, 1_000_000)]
    public int OperateConcurrency { get; set; } = 64;

    /// <summary>Runs that are followed by server-sent events at a time.</summary>
    /// <value>0 for no limit, up to 1,000,000. The default is 100.</value>
    [Range(0, 1_000_000)]
    public int EventStreams { get; set; } = 100;

    /// <summary>The share that one organization or caller may take of what there is for all: of requests at a time, and of the memory for ingest.</summary>
    /// <value>0.01 to 1. The default is 0.5.</value>
    [Range(0.01, 1)]
    public double ShareOfOne { get; set; } = 0.5;

    /// <summary>How many wrong keys an address may send in a minute.</summary>
    /// <value>0 for no limit, up to 60,000. The default is 60.</value>
    [Range(0, 60_000)]
    public int WrongKeysPerMinute { get; set; } = 60;

    /// <summary>How many organizations there may be.</summary>
    /// <value>1 to 10,000,000. The default is 100,000.</value>
    [Range(1, 10_000_000)]
    public int MaxOrganizations { get; set; } = 100_000;

    /// <summary>How many projects an organization may have.</summary>
    /// <value>1 to 1,000,000. The default is 10,000.</value>
    [Range(1, 1_000_000)]
    public int MaxProjectsPerOrganization { get; set; } = 10_000;

    /// <summary>The largest request body where neither traces nor volumes nor a settings document are sent, in bytes.</summary>
    /// <value>1 KiB to 64 MiB. The default is 1 MiB.</value>
    [Range(1024, 64 * 1024 * 1024)]
    public int MaxSettingsBytes { get; set; } = 1024 * 1024;

    /// <summary>Connections at a time.</summary>
    /// <value>0 for no limit, up to 1,000,000. The default is 20,000.</value>
    [Range(0, 1_000_000)]
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>The longest request line, in bytes.</summary>
    /// <value>256 to 65,536. The default is 8192.</value>
    [Range(256, 65_536)]
    public int MaxRequestLineSize { get; set; } = 8192;

    /// <summary>The headers of a request, in bytes.</summary>
    /// <value>1024 to 262,144. The default is 32,768.</value>
    [Range(1024, 262_144)]
    public int MaxRequestHeadersTotalSize { get; set; } = 32_768;

    /// <summary>The headers of a request, by number.</summary>
    /// <value>10 to 1000. The default is 100.</value>
    [Range(10, 1000)]
    public int MaxRequestHeaderCount { get; set; } = 100;

    /// <summary>How long the headers of a request may take to arrive.</summary>
    /// <value>1 second to 5 minutes. The default is 30 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan RequestHeadersTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a connection may be idle.</summary>
    /// <value>1 second to an hour. The default is 130 seconds: samplers that ask every minute or two keep theirs.</value>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromSeconds(130);

    /// <summary>How fast a request body must arrive, in bytes a second.</summary>
    /// <value>0 for no limit, up to 1,048,576. The default is 240.</value>
    [Range(0, 1_048_576)]
    public int MinRequestBodyBytesPerSecond { get; set; } = 240;

    /// <summary>How fast a response must be taken, in bytes a second.</summary>
    /// <value>0 for no limit, up to 1,048,576. The default is 240.</value>
    [Range(0, 1_048_576)]
    public int MinResponseBytesPerSecond { get; set; } = 240;

    /// <summary>For how long a body or a response may be slower than that.</summary>
    /// <value>2 seconds to a minute. The default is 5 seconds.</value>
    [Range(typeof(TimeSpan), "00:00:02", "00:01:00")]
    public TimeSpan DataRateGracePeriod { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>What one may take of something that there is for all: at least 1.</summary>
    public long ShareOf(long all) => Math.Max(1, (long)(all * ShareOfOne));
}
