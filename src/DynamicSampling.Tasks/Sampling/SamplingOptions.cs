using System.ComponentModel.DataAnnotations;

namespace DynamicSampling.Tasks.Sampling;

/// <summary>Settings of the service that hold for every organization that does not say otherwise.</summary>
public sealed class SamplingOptions
{
    /// <summary>The most transactions of a project with rates of their own, largest and smallest together: what a rules document has room for.</summary>
    public const int MaxOwnTransactions = 99;

    /// <summary>The share of traces to keep.</summary>
    /// <value>0 to 1. The default is 0.1.</value>
    [Range(0.0, 1.0)]
    public double DefaultTargetSampleRate { get; set; } = 0.1;

    /// <summary>How far transactions are balanced, from one rate for all of a project's transactions to full balancing.</summary>
    /// <value>0 to 1. The default is 0.8.</value>
    [Range(0.0, 1.0)]
    public double Intensity { get; set; } = 0.8;

    /// <summary>No rate but 0 is served below this.</summary>
    /// <value>0 to 1. The default is 0.</value>
    [Range(0.0, 1.0)]
    public double MinimumSampleRate { get; set; }

    /// <summary>How many transactions of a project, the largest, get a rate of their own.</summary>
    /// <value>0 to 99. The default is 30.</value>
    [Range(0, 99)]
    public int ExplicitTransactions { get; set; } = 30;

    /// <summary>How many of a project's smallest transactions get a rate of their own as well.</summary>
    /// <value>0 to 99. The default is 0.</value>
    [Range(0, 99)]
    public int SmallestTransactions { get; set; }

    /// <summary>How long a new project is kept whole.</summary>
    /// <value>0 (off) to a day. The default is off.</value>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan NewProjectBoost { get; set; }

    /// <summary>By how much, relatively, a served rate must move for a pass to publish.</summary>
    /// <value>0 to 1. The default is 0.005.</value>
    [Range(0.0, 1.0)]
    public double PublishThreshold { get; set; } = 0.005;

    /// <summary>How long a project without traffic keeps its rate.</summary>
    /// <value>An hour to 2 days. The default is a day.</value>
    [Range(typeof(TimeSpan), "01:00:00", "2.00:00:00")]
    public TimeSpan RateLifetime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long a release is new, and boosted, after it was first seen.</summary>
    /// <value>A minute to 30 days. The default is an hour.</value>
    [Range(typeof(TimeSpan), "00:01:00", "30.00:00:00")]
    public TimeSpan ReleaseAdoption { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The longest that clients take to follow new rates. What they kept meanwhile is not held against them.</summary>
    /// <value>0 to an hour. The default is 10 minutes: if it is too long, disobedience is found a little later; if it is too short, rates swing.</value>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan ClientLag { get; set; } = TimeSpan.FromMinutes(10);
}
