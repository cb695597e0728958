using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Simulation;

/// <summary>Traffic to be played, and what happens to it when. Minutes are counted from the start of what is measured.</summary>
/// <param name="Name">For file names.</param>
/// <param name="Title">For headings.</param>
/// <param name="Story">What happens, in a sentence or two.</param>
internal sealed record Scenario(string Name, string Title, string Story)
{
    /// <summary>How long it is measured.</summary>
    public required int Minutes { get; init; }

    /// <summary>Every class that ever has traffic.</summary>
    public required IReadOnlyList<TrafficClass> Classes { get; init; }

    /// <summary>What is expected to arrive in a minute; also before minute 0, since the models look back.</summary>
    public required Func<int, IEnumerable<Arrival>> ArrivalsAt { get; init; }

    /// <summary>The minutes in which something changes at one stroke.</summary>
    public IReadOnlyList<int> Changes { get; init; } = [];

    /// <summary>The share of what they should keep that clients keep.</summary>
    public Func<int, double> ObedienceAt { get; init; } = static _ => 1;

    /// <summary>The share of what is kept that is counted a minute late, as spans are that arrive after the counts.</summary>
    public double LateShare { get; init; }

    /// <summary>Whether single traces are drawn by lot, or what is expected is what happens.</summary>
    public bool IsRandom { get; init; }

    /// <summary>Whether the target is one for all or one for each project.</summary>
    public SamplingMode Mode { get; init; }

    /// <summary>The share of traces to keep.</summary>
    public double Target { get; init; } = 0.1;
}
