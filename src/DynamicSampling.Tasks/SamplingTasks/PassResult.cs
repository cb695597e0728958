using System.Collections.Immutable;
using System.Text.Json.Serialization;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>What a pass over organizations came to, or how far it has got. Each step makes a new one, so readers see a whole.</summary>
public sealed record PassResult
{
    internal PassResult(MinuteWindow window)
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

    /// <summary>Organizations handled, of whatever outcome.</summary>
    public int Organizations { get; private init; }

    /// <summary>Projects that were given rates.</summary>
    public int Projects { get; private init; }

    /// <summary>Organizations of which a new version was published.</summary>
    public int Published { get; private init; }

    /// <summary>Organizations whose rates had not moved enough to publish.</summary>
    public int Unchanged { get; private init; }

    /// <summary>Organizations without volumes in the window; their rates stay as they are.</summary>
    public int WithoutVolumes { get; private init; }

    /// <summary>Organizations that failed; the others are not affected.</summary>
    public int Failed { get; private init; }

    /// <summary>The failed organizations, 100 of them at most.</summary>
    public ImmutableArray<OrganizationFailure> Failures { get; private init; } = [];

    /// <summary>What it comes to, in a sentence.</summary>
    public string Message => this switch
    {
        { Organizations: 0 } => "There are no organizations yet: post volumes first.",
        { Organizations: 1, WithoutVolumes: 1 } => "The organization has no volumes in the window, so there was nothing to balance.",
        _ => $"{Organizations} organization{(Organizations == 1 ? "" : "s")}: {Published} published, {Unchanged} unchanged, {WithoutVolumes} without volumes in the window, {Failed} failed.",
    };

    internal PassResult WithOutcome(int projects, bool published) => this with
    {
        Organizations = Organizations + 1,
        Projects = Projects + projects,
        Published = Published + (published ? 1 : 0),
        Unchanged = Unchanged + (published ? 0 : 1),
    };

    internal PassResult WithoutTraffic() => this with { Organizations = Organizations + 1, WithoutVolumes = WithoutVolumes + 1 };

    internal PassResult WithFailure(string organization, string error) => this with
    {
        Organizations = Organizations + 1,
        Failed = Failed + 1,
        Failures = Failures.Length < PassLimits.NamesInResult ? Failures.Add(new(organization, error)) : Failures,
    };
}

/// <summary>An organization that failed in a pass.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Error">What went wrong.</param>
public sealed record OrganizationFailure(string Organization, string Error);
