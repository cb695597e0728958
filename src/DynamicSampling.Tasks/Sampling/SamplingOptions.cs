using System.ComponentModel.DataAnnotations;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>Settings of the service that hold for every organization that does not say otherwise.</summary>
public sealed class SamplingOptions
{
    /// <summary>The share of traces to keep.</summary>
    /// <value>0 to 1. The default is 0.1.</value>
    [Range(0.0, 1.0)]
    public double DefaultTargetSampleRate { get; set; } = 0.1;

    /// <summary>No rate but 0 is served below this.</summary>
    /// <value>0 to 1. The default is 0.</value>
    [Range(0.0, 1.0)]
    public double MinimumSampleRate { get; set; }

    /// <summary>By how much, relatively, a served rate must move for a pass to publish.</summary>
    /// <value>0 to 1. The default is 0.005.</value>
    [Range(0.0, 1.0)]
    public double PublishThreshold { get; set; } = 0.005;
}
