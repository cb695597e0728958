using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Http;

namespace DynamicSampling.Dashboard.Settings;

/// <summary>Reads and changes settings, as the HTTP API does.</summary>
public interface ISettingsEditor
{
    /// <summary>The settings of an organization.</summary>
    Task<SettingsView> ReadAsync(string organization, CancellationToken cancellationToken);

    /// <summary>Stores settings that have been checked.</summary>
    /// <param name="http">Whoever asks for it.</param>
    /// <param name="organization">The organization's name.</param>
    /// <param name="settings">The settings; null to drop those that are stored.</param>
    /// <param name="version">The version that they are a change of; see <see cref="SettingsView.Version"/>.</param>
    /// <param name="cancellationToken">Cancels it.</param>
    Task<SaveResult> SaveAsync(HttpContext http, string organization, OrganizationSettings? settings, string version, CancellationToken cancellationToken);

    /// <summary>The settings of a project.</summary>
    Task<ProjectSettingsView> ReadAsync(ProjectKey project, CancellationToken cancellationToken);

    /// <inheritdoc cref="SaveAsync(HttpContext, string, OrganizationSettings?, string, CancellationToken)"/>
    Task<SaveResult> SaveAsync(HttpContext http, ProjectKey project, ProjectSettings? settings, string version, CancellationToken cancellationToken);
}

/// <summary>The settings of an organization.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Stored">Its own; null when it has none, or they cannot be read.</param>
/// <param name="Version">Another one whenever something else is stored; empty for nothing.</param>
/// <param name="Error">Why what is stored cannot be read; null when it can.</param>
/// <param name="Target">The target that is in force, and where it comes from.</param>
/// <param name="Defaults">What holds where it does not say.</param>
public sealed record SettingsView(
    string Organization, OrganizationSettings? Stored, string Version, string? Error, TargetRate Target, SamplingOptions Defaults)
{
    /// <summary>What keeps rates in force after a rollback; null for nothing.</summary>
    public RatesPin? Pin { get; init; }

    /// <summary>The time from one pass to the next; null when none runs by itself.</summary>
    public TimeSpan? Cycle { get; init; }

    /// <summary>Names of its projects to choose from, some at most.</summary>
    public IReadOnlyList<string> Projects { get; init; } = [];

    /// <summary>What was changed last, newest first.</summary>
    public IReadOnlyList<ChangeLine> Changes { get; init; } = [];
}

/// <summary>The settings of a project.</summary>
/// <param name="Key">The project.</param>
/// <param name="Stored">Its own; null when it has none, or they cannot be read.</param>
/// <param name="Version">Another one whenever something else is stored; empty for nothing.</param>
/// <param name="Error">Why what is stored cannot be read; null when it can.</param>
/// <param name="Target">The target that counts for it, and where it comes from.</param>
/// <param name="Organization">Its organization's.</param>
public sealed record ProjectSettingsView(
    ProjectKey Key, ProjectSettings? Stored, string Version, string? Error, TargetRate Target, SettingsView Organization)
{
    /// <summary>What to know about them, for instance that the target is not used; null for nothing.</summary>
    public string? Note { get; init; }
}

/// <summary>Whether settings were stored.</summary>
/// <param name="Kind">Whether they were.</param>
/// <param name="Problem">Why not; null where they were.</param>
public sealed record SaveResult(SaveKind Kind, string? Problem = null)
{
    /// <summary>It was done.</summary>
    public static SaveResult Done { get; } = new(SaveKind.Done);

    /// <summary>Somebody else was faster.</summary>
    public static SaveResult Stale { get; } = new(SaveKind.Stale);
}

/// <inheritdoc cref="SaveResult"/>
public enum SaveKind
{
    /// <summary>They are stored.</summary>
    Done,

    /// <summary>Others are stored than those that were to be changed.</summary>
    Stale,

    /// <summary>They cannot be stored.</summary>
    Refused,
}

/// <summary>An entry of the audit log.</summary>
/// <param name="At">When.</param>
/// <param name="Actor">Who.</param>
/// <param name="Action">What was done, as the HTTP API calls it.</param>
/// <param name="Project">The project; null when it is about the organization.</param>
/// <param name="Subject">The custom rule's id, or the version of the rates; null for settings.</param>
/// <param name="Members">The members that are others since.</param>
public sealed record ChangeLine(DateTimeOffset At, string Actor, string Action, string? Project, string? Subject, IReadOnlyList<MemberChange> Members);

/// <summary>A member that is another since a change.</summary>
/// <param name="Member">Its name.</param>
/// <param name="Before">What it was, as JSON; null for nothing.</param>
/// <param name="After">What it is, as JSON; null for nothing.</param>
public sealed record MemberChange(string Member, string? Before, string? After);
