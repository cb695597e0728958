namespace DynamicSampling.Simulation;

/// <summary>What became of a scenario, minute by minute.</summary>
internal sealed record Playback(Scenario Scenario, Clients Clients, Controller Controller)
{
    /// <summary>Root traces before sampling.</summary>
    public double[] Total { get; } = new double[Scenario.Minutes];

    /// <summary>Root traces that were kept.</summary>
    public double[] Kept { get; } = new double[Scenario.Minutes];

    /// <summary>How many versions were published.</summary>
    public long Versions { get; set; }

    /// <summary>The share that was kept.</summary>
    public double AchievedAt(int minute) => Total[minute] > 0 ? Kept[minute] / Total[minute] : Scenario.Target;

    /// <summary>How far the share that was kept is from the target, relatively.</summary>
    public double DeviationAt(int minute) => (AchievedAt(minute) / Scenario.Target) - 1;
}
