using System.ComponentModel.DataAnnotations;

namespace DynamicSampling.Api.Ingest;

/// <summary>Limits of what comes in.</summary>
internal sealed class IngestOptions
{
    /// <summary>The largest request body, in bytes.</summary>
    /// <value>1 KiB to 1 GiB. The default is 64 MiB.</value>
    [Range(typeof(long), "1024", "1073741824")]
    public long MaxBodyBytes { get; set; } = 64 * 1024 * 1024;
}
