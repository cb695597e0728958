using System.Collections.Immutable;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>Tells what settings would do before they are stored.</summary>
public interface ISettingsPreview
{
    /// <summary>Computes the next pass over an organization with other settings than the stored ones. Nothing is stored or published.</summary>
    /// <param name="trial">The settings.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    Task<SettingsEffect> ComputeAsync(SettingsTrial trial, CancellationToken cancellationToken);
}

/// <summary>Settings to try out in the place of the stored ones.</summary>
/// <param name="Organization">The organization's name.</param>
public sealed record SettingsTrial(string Organization)
{
    /// <summary>The organization's settings; null for those that are stored.</summary>
    public OrganizationSettings? Settings { get; init; }

    /// <summary>The project that <see cref="ProjectSettings"/> are of.</summary>
    public string? Project { get; init; }

    /// <summary>The project's settings; null for those that are stored.</summary>
    public ProjectSettings? ProjectSettings { get; init; }
}

/// <summary>What the next pass would do with settings, as the volumes are.</summary>
/// <param name="Kind">What it would come to.</param>
/// <param name="WindowStart">The start of the volumes' window.</param>
/// <param name="WindowEnd">Its end.</param>
public sealed record SettingsEffect(SettingsEffectKind Kind, DateTimeOffset WindowStart, DateTimeOffset WindowEnd)
{
    /// <summary>The organization's target; null where it was not computed.</summary>
    public TargetRate? Target { get; init; }

    /// <summary>What would be served otherwise; null where nothing was computed.</summary>
    public RateDifference? Difference { get; init; }

    /// <summary>The projects whose rate as a whole would change, those first that move the most traces; 100 of them at most.</summary>
    public ImmutableArray<ProjectChange> Projects { get; init; } = [];

    /// <summary>What failed: the organization, or some of its projects, which keep the rates they have.</summary>
    public ImmutableArray<PassFailure> Failures { get; init; } = [];
}

/// <summary>What a pass with other settings would come to.</summary>
public enum SettingsEffectKind
{
    /// <summary>It would publish rates.</summary>
    Published,

    /// <summary>The rates would not move enough to publish.</summary>
    Unchanged,

    /// <summary>There are no volumes to compute rates from.</summary>
    WithoutVolumes,

    /// <summary>The rates were rolled back and are pinned: settings count after that.</summary>
    Pinned,

    /// <summary>It would fail.</summary>
    Failed,

    /// <summary>It took too long to find out.</summary>
    TooSlow,

    /// <summary>Others are finding out something of the kind.</summary>
    Busy,
}
