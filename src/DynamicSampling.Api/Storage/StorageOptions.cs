using System.ComponentModel.DataAnnotations;
using DynamicSampling.Api.Storage.Dialects;

namespace DynamicSampling.Api.Storage;

/// <summary>Where things are stored, and limits of what is.</summary>
internal sealed class StorageOptions
{
    public const string Section = "Storage";

    /// <summary>Which database: <c>sqlite</c> for one process, <c>postgres</c> for several that share it.</summary>
    /// <value>The default is <c>sqlite</c>.</value>
    [AllowedValues(SqliteDialect.ProviderName, PostgresDialect.ProviderName, ErrorMessage = "Storage:Provider must be sqlite or postgres.")]
    public string Provider { get; set; } = SqliteDialect.ProviderName;

    /// <summary>How many rows the volumes of single minutes may have: one for each transaction with traffic in a minute.</summary>
    /// <value>1,000 to 10,000,000,000. The default is 50,000,000.</value>
    [Range(typeof(long), "1000", "10000000000")]
    public long MaxVolumeRows { get; set; } = 50_000_000;

    /// <summary>How long versions of rates are kept after they were replaced: so far back one can look, and roll back.</summary>
    /// <value>2 hours to 30 days. The default is a day.</value>
    [Range(typeof(TimeSpan), "02:00:00", "30.00:00:00")]
    public TimeSpan RatesLifetime { get; set; } = TimeSpan.FromDays(1);
}
