using System.Collections.Immutable;
using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>What a pass over organizations came to, or how far it has got. Each step makes a new one, so readers see a whole.</summary>
public sealed record PassResult
{
    private readonly OrganizationShard? _shard;

    internal PassResult(MinuteWindow window, bool dryRun, OrganizationShard? shard = null)
    {
        _shard = shard;
        WindowStart = window.Start;
        WindowEnd = window.End;
        DryRun = dryRun;
    }

    /// <summary>The start of the volumes' window.</summary>
    [JsonConverter(typeof(UtcMillisecondsJsonConverter))]
    public DateTimeOffset WindowStart { get; }

    /// <summary>The end of the window; the last minute may still be running.</summary>
    [JsonConverter(typeof(UtcMillisecondsJsonConverter))]
    public DateTimeOffset WindowEnd { get; }

    /// <summary>Whether nothing was to be published.</summary>
    public bool DryRun { get; }

    /// <summary>Organizations handled, of whatever outcome.</summary>
    public int Organizations { get; private init; }

    /// <summary>Projects that were given rates.</summary>
    public int Projects { get; private init; }

    /// <summary>Organizations of which a new version was published, or would have been but for the dry run.</summary>
    public int Published { get; private init; }

    /// <summary>Organizations whose rates had not moved enough to publish.</summary>
    public int Unchanged { get; private init; }

    /// <summary>Organizations without volumes in the window; their rates stay as they are.</summary>
    public int WithoutVolumes { get; private init; }

    /// <summary>Organizations whose rates were rolled back and are pinned; nothing is computed for them until the pin ends.</summary>
    public int Pinned { get; private init; }

    /// <summary>Organizations that failed; the others are not affected.</summary>
    public int Failed { get; private init; }

    /// <summary>Projects that failed in organizations that did not; they keep the rates they have.</summary>
    public int FailedProjects { get; private init; }

    /// <summary>What failed, 100 of them at most.</summary>
    public ImmutableArray<PassFailure> Failures { get; private init; } = [];

    /// <summary>The organization before which a pass over all of them was to start, because an earlier pass had stopped after it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ResumedAfter { get; private init; }

    /// <summary>Where a pass over all organizations was cut short; the next one goes on after it. Null when it came to its end.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? StoppedAfter { get; private init; }

    /// <summary>In a dry run: what would be served otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RateDifference? Difference { get; private init; }

    /// <summary>The target of the organization that was computed last, for a pass over one.</summary>
    internal TargetRate? Target { get; private init; }

    /// <summary>What it comes to, in a sentence.</summary>
    public string Message => this switch
    {
        { StoppedAfter: { } last } => $"Stopped after organization '{last}', {Organizations} done{(DryRun ? "" : "; the next pass goes on there")}. {Summary}",
        { Organizations: 0, _shard: { } shard } => $"There are no organizations in shard {shard}.",
        { Organizations: 0 } => "There are no organizations yet: post volumes first.",
        { Organizations: 1, WithoutVolumes: 1 } => "The organization has no volumes in the window, so there was nothing to compute.",
        _ => Summary,
    };

    private string Summary =>
        $"{Organizations} organization{(Organizations == 1 ? "" : "s")}: {Published} {(DryRun ? "would be published" : "published")}, {Unchanged} unchanged, {WithoutVolumes} without volumes in the window, {(Pinned == 0 ? "" : $"{Pinned} pinned, ")}{Failed} failed.";

    internal PassResult WithOutcome(OrganizationOutcome outcome)
    {
        var result = this with
        {
            Organizations = Organizations + 1,
            Projects = Projects + outcome.Projects,
            Published = Published + (outcome.Kind == OutcomeKind.Published ? 1 : 0),
            Unchanged = Unchanged + (outcome.Kind == OutcomeKind.Unchanged ? 1 : 0),
            WithoutVolumes = WithoutVolumes + (outcome.Kind == OutcomeKind.WithoutVolumes ? 1 : 0),
            Pinned = Pinned + (outcome.Kind == OutcomeKind.Pinned ? 1 : 0),
            FailedProjects = FailedProjects + outcome.Failures.Count,
            Target = outcome.Target,
            Difference = Difference is null ? outcome.Difference : outcome.Difference is null ? Difference : Difference.With(outcome.Difference),
        };
        foreach (var failure in outcome.Failures)
            result = result.Naming(failure);
        return result;
    }

    internal PassResult WithFailure(string organization, string error) =>
        (this with { Organizations = Organizations + 1, Failed = Failed + 1 }).Naming(new(organization, Project: null, error));

    internal PassResult WithStart(string? after) => this with { ResumedAfter = after };

    internal PassResult WithStop(string? after) => this with { StoppedAfter = after };

    private PassResult Naming(PassFailure failure) =>
        Failures.Length < PassLimits.NamesInResult ? this with { Failures = Failures.Add(failure) } : this;
}

/// <summary>An organization, or one of its projects, that failed in a pass.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Project">The project's name; null when the organization failed as a whole.</param>
/// <param name="Error">What went wrong.</param>
public sealed record PassFailure(
    string Organization, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Project, string Error);
