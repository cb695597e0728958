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
}
