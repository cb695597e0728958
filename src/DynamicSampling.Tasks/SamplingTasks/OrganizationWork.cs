using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>An organization inside a pass: what is known of it, and what has been computed so far.</summary>
internal sealed class OrganizationWork(OrganizationEntry entry, MinuteWindow window, DateTimeOffset now, ShardLease? lease = null)
{
    public string Name => entry.Name;

    public OrganizationEntry Entry => entry;

    public OrganizationSettings? Settings => entry.Settings;

    public SamplingMode Mode => entry.Settings?.Mode ?? SamplingMode.Organization;

    /// <summary>The window of the models; one for the whole pass.</summary>
    public MinuteWindow Window => window;

    /// <summary>The instant at which the pass started.</summary>
    public DateTimeOffset Now => now;

    /// <summary>The shard of the pass; null for a pass over all organizations, or about one.</summary>
    public ShardLease? Lease => lease;

    /// <summary>The projects that are alive, as listed.</summary>
    public List<ProjectEntry> Entries { get; } = [];

    /// <summary>What the window's volumes are, by project; null where the pass does not read them.</summary>
    public Dictionary<string, ProjectVolume>? Volumes { get; set; }

    /// <summary>What is published; null for nothing.</summary>
    public OrganizationRates? Before { get; set; }

    /// <summary>Whether what is published is to stay.</summary>
    public bool IsPinned { get; set; }

    public Dictionary<string, ProjectRate> ProjectsBefore { get; } = new(StringComparer.Ordinal);

    /// <summary>The organization's minimum rate, 0 to 1.</summary>
    public double Floor { get; set; }

    public TargetRate Target { get; set; } = new(1, TargetSource.Default);

    public List<ProjectWork> Projects { get; } = [];

    public Recalibration Recalibration { get; set; } = Recalibration.None;

    /// <summary>The run's token, or the organization's own budget.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Whether rates are published of projects that are not alive any more.</summary>
    public bool HasLostProjects
    {
        get
        {
            var known = 0;
            foreach (var project in Projects)
                known += project.Before is null ? 0 : 1;
            return ProjectsBefore.Count > known;
        }
    }

    /// <summary>The projects that keep the rates they have, and why.</summary>
    public IReadOnlyList<PassFailure> Failures()
    {
        List<PassFailure>? failures = null;
        foreach (var project in Projects)
        {
            if (project.Error is { } error)
                (failures ??= []).Add(new(Name, project.Name, error));
        }

        return failures ?? (IReadOnlyList<PassFailure>)[];
    }

    /// <summary>The factor to be published for a project, or the one in force where nothing was computed.</summary>
    public double FactorOf(ProjectRate rate) => Recalibration.HoldsAt(now) ? rate.Factor ?? Recalibration.Factor : 1;
}
