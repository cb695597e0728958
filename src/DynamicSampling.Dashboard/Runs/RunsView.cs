using System.Text.Json;
using DynamicSampling.Tasks.Runs;
using Microsoft.AspNetCore.Http;

namespace DynamicSampling.Dashboard.Runs;

/// <summary>Reads and cancels runs, as far as whoever asks may see them.</summary>
public interface IRunAccess
{
    /// <summary>The runs of a filter, newest first.</summary>
    Task<RunsView> ListAsync(HttpContext http, RunFilter filter, CancellationToken cancellationToken);

    /// <summary>A run; null when there is none, as far as he knows.</summary>
    Task<TaskRun?> FindAsync(HttpContext http, string id, CancellationToken cancellationToken);

    /// <summary>A run as it stands, at once and then each second while it is in progress; the last is the ended one.</summary>
    IAsyncEnumerable<TaskRun> WatchAsync(TaskRun run, CancellationToken cancellationToken);

    /// <summary>Asks a run to end.</summary>
    /// <returns>Null when there is none, as far as he knows.</returns>
    Task<CancelOutcome?> CancelAsync(HttpContext http, string id, CancellationToken cancellationToken);
}

/// <summary>Which runs to list, as it was typed; null for all.</summary>
/// <param name="Task">Of this task.</param>
/// <param name="Status">That stand like this.</param>
/// <param name="Organization">About this organization.</param>
/// <param name="Since">That started then or later.</param>
/// <param name="Cursor">Where an earlier page ended.</param>
public sealed record RunFilter(string? Task = null, string? Status = null, string? Organization = null, string? Since = null, string? Cursor = null)
{
    /// <summary>Whether it leaves something out.</summary>
    public bool Narrows => Task is not null || Status is not null || Organization is not null || Since is not null;
}

/// <summary>A page of runs.</summary>
/// <param name="Filter">What was asked for.</param>
/// <param name="Running">Those in progress, if they are shown by themselves.</param>
/// <param name="Runs">The others, newest first.</param>
/// <param name="Next">The cursor of the next page; null on the last.</param>
/// <param name="Tasks">The names of tasks.</param>
/// <param name="Organizations">Names of organizations, some of them.</param>
/// <param name="Problems">What is wrong with the filter, by its parameters.</param>
/// <param name="Status">The HTTP status.</param>
public sealed record RunsView(
    RunFilter Filter,
    IReadOnlyList<TaskRun> Running,
    IReadOnlyList<TaskRun> Runs,
    string? Next,
    IReadOnlyList<string> Tasks,
    IReadOnlyList<string> Organizations,
    IReadOnlyDictionary<string, string> Problems,
    int Status);

/// <summary>A run.</summary>
/// <param name="Run">As it stands.</param>
/// <param name="Result">What came of it, as JSON; null for nothing.</param>
/// <param name="Problem">Why what was asked of it is not done; null for none.</param>
public sealed record RunView(TaskRun Run, JsonElement? Result, string? Problem = null);

/// <summary>What came of asking a run to end.</summary>
/// <param name="Run">As it stands.</param>
/// <param name="IsCanceled">Whether it was in progress.</param>
public sealed record CancelOutcome(TaskRun Run, bool IsCanceled);
