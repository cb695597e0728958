using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>A project inside a pass: what is known of it, and what has been computed so far.</summary>
internal sealed class ProjectWork(ProjectEntry entry, SamplingPolicy policy, ProjectRate? before)
{
    public const string VolumeError = "The stored volume is not a number from 0 on.";

    public string Name => entry.Key.Project;

    public ProjectEntry Entry => entry;

    public SamplingPolicy Policy => policy;

    /// <summary>What is published; null for a project that is new to the rates.</summary>
    public ProjectRate? Before => before;

    /// <summary>The volume of the window; null for none. Where volumes are not read, the published ones stand in.</summary>
    public ProjectVolume? Volume { get; set; }

    /// <summary>The transactions to give rates to, largest first.</summary>
    public IReadOnlyList<TransactionVolume> Transactions { get; set; } = [];

    public double TransactionsTotal { get; set; }

    public long Names { get; set; }

    /// <summary>The project's target in mode project; else null.</summary>
    public TargetRate? Target { get; set; }

    public double Rate { get; set; }

    /// <summary>What is to be published.</summary>
    public ProjectRate? After { get; set; }

    /// <summary>Why the project keeps the rates it has; null when all is well.</summary>
    public string? Error { get; set; } = entry.SettingsError;
}
