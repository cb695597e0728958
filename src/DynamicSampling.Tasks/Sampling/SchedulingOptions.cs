using System.ComponentModel.DataAnnotations;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>When tasks run.</summary>
public sealed class SchedulingOptions
{
    /// <summary>Whether tasks run by themselves.</summary>
    /// <value>The default is true.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>The time from one pass to the next. A recalibration factor that is not renewed for three cycles expires.</summary>
    /// <value>1 second to a day. The default is a minute.</value>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Cycle { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a recalibration factor holds that is not renewed: three cycles.</summary>
    public TimeSpan FactorLifetime => 3 * Cycle;

    /// <summary>
    /// Into how many parts the organizations are divided where several processes share the database: a pass over one of them is what a process takes on
    /// at a time. It must be the same for all processes.
    /// </summary>
    /// <value>1 to 1,024. The default is 16.</value>
    [Range(1, OrganizationShard.MaxCount)]
    public int Shards { get; set; } = 16;
}
