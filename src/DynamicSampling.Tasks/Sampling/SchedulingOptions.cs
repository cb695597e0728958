using System.ComponentModel.DataAnnotations;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>When tasks run.</summary>
public sealed class SchedulingOptions
{
    /// <summary>The time from one pass to the next. A recalibration factor that is not renewed for three cycles expires.</summary>
    /// <value>10 seconds to a day. The default is a minute.</value>
    [Range(typeof(TimeSpan), "00:00:10", "1.00:00:00")]
    public TimeSpan Cycle { get; set; } = TimeSpan.FromMinutes(1);
}
