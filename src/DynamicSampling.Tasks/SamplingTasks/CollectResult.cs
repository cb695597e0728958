using System.Collections.Immutable;
using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>The active organizations, as far as they have been collected.</summary>
public sealed record CollectResult
{
    internal CollectResult(MinuteWindow window)
    {
        WindowStart = window.Start;
        WindowEnd = window.End;
    }

    /// <summary>The start of the volumes' window.</summary>
    [JsonConverter(typeof(UtcMillisecondsJsonConverter))]
    public DateTimeOffset WindowStart { get; }

    /// <summary>The end of the window; the last minute may still be running.</summary>
    [JsonConverter(typeof(UtcMillisecondsJsonConverter))]
    public DateTimeOffset WindowEnd { get; }

    /// <summary>Organizations with traffic.</summary>
    public int Organizations { get; private init; }

    /// <summary>Organizations without.</summary>
    public int WithoutVolumes { get; private init; }

    /// <summary>Projects with traffic.</summary>
    public long Projects { get; private init; }

    /// <summary>Root traces before sampling.</summary>
    public double Total { get; private init; }

    /// <summary>Root traces stored.</summary>
    public double Kept { get; private init; }

    /// <summary>Batches in which they were read.</summary>
    public int Batches { get; private init; }

    /// <summary>The first 100 organizations with traffic, by name.</summary>
    public ImmutableArray<CollectedOrganization> Items { get; private init; } = [];

    /// <summary>What it comes to, in a sentence.</summary>
    public string Message => Organizations == 0
        ? "No organization had traffic in the last hour."
        : $"{Organizations} organization{(Organizations == 1 ? "" : "s")} with {Projects} project{(Projects == 1 ? "" : "s")} had traffic in the last hour.";

    internal CollectResult WithBatch() => this with { Batches = Batches + 1 };

    internal CollectResult With(OrganizationWork work)
    {
        if (work.Volumes is not { Count: > 0 } volumes)
            return this with { WithoutVolumes = WithoutVolumes + 1 };
        var total = volumes.Values.Sum(volume => volume.Total);
        var kept = volumes.Values.Sum(volume => volume.Kept);
        return this with
        {
            Organizations = Organizations + 1,
            Projects = Projects + volumes.Count,
            Total = Total + total,
            Kept = Kept + kept,
            Items = Items.Length >= PassLimits.NamesInResult ? Items : Items.Add(new(
                work.Name, volumes.Count, total, kept,
                [.. volumes.Values.OrderByDescending(volume => volume.Total).Take(PassLimits.NamesInResult).Select(volume => new CollectedProject(volume.Key.Project, volume.Total, volume.Kept))])),
        };
    }
}

/// <summary>An organization with traffic.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="ProjectCount">How many of its projects had traffic.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
/// <param name="Projects">Its largest projects, 100 of them at most.</param>
public sealed record CollectedOrganization(
    string Organization, int ProjectCount, double Total, double Kept, ImmutableArray<CollectedProject> Projects);

/// <summary>A project with traffic.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Total">Root traces before sampling.</param>
/// <param name="Kept">Root traces stored.</param>
public sealed record CollectedProject(string Project, double Total, double Kept);
