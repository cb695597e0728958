using System.ComponentModel.DataAnnotations;

namespace DynamicSampling.Api.Storage;

/// <summary>Limits of what is stored.</summary>
internal sealed class StorageOptions
{
    /// <summary>How many rows the volumes of single minutes may have: one for each transaction with traffic in a minute.</summary>
    /// <value>1,000 to 10,000,000,000. The default is 50,000,000.</value>
    [Range(typeof(long), "1000", "10000000000")]
    public long MaxVolumeRows { get; set; } = 50_000_000;
}
