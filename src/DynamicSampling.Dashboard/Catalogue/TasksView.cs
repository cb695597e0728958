using DynamicSampling.Tasks.Runs;
using Microsoft.AspNetCore.Http;

namespace DynamicSampling.Dashboard.Catalogue;

/// <summary>Tells which tasks there are, and starts them, for whoever may.</summary>
public interface ITaskAccess
{
    /// <summary>All tasks.</summary>
    Task<TasksView> ListAsync(HttpContext http, CancellationToken cancellationToken);

    /// <summary>One of them with its latest runs; null when there is none of that name.</summary>
    Task<TaskView?> FindAsync(HttpContext http, string task, CancellationToken cancellationToken);

    /// <summary>Starts a task. The run goes on by itself.</summary>
    /// <returns>Null when there is no task of that name.</returns>
    Task<StartOutcome?> StartAsync(HttpContext http, string task, TaskForm form, CancellationToken cancellationToken);
}

/// <summary>All tasks.</summary>
/// <param name="Tasks">They themselves.</param>
/// <param name="Organizations">Names of organizations, some of them.</param>
/// <param name="IsScheduling">Whether any runs by itself here.</param>
public sealed record TasksView(IReadOnlyList<TaskRow> Tasks, IReadOnlyList<string> Organizations, bool IsScheduling);

/// <summary>A task.</summary>
/// <param name="Name">Its short name.</param>
/// <param name="Description">What it does.</param>
/// <param name="MaxSeconds">Its budget.</param>
/// <param name="HasDryRun">Whether it can only say what it would change.</param>
/// <param name="Schedule">When it runs by itself; null when it does not.</param>
/// <param name="LastRun">Its latest run; null before the first.</param>
public sealed record TaskRow(string Name, string Description, double MaxSeconds, bool HasDryRun, TaskTurns? Schedule, TaskRun? LastRun);

/// <summary>When a task runs by itself.</summary>
/// <param name="Interval">From one start to the next.</param>
/// <param name="Next">The next start, of whatever part of the organizations; null when it is not known.</param>
/// <param name="InShards">Whether each part of the organizations has turns of its own, where processes share the work.</param>
public sealed record TaskTurns(TimeSpan Interval, DateTimeOffset? Next, bool InShards);

/// <summary>A task with its latest runs.</summary>
/// <param name="Task">The task.</param>
/// <param name="Runs">Those that he may see, newest first.</param>
/// <param name="Organizations">Names of organizations, some of them.</param>
/// <param name="Form">What was typed.</param>
/// <param name="Outcome">What came of that; null when nothing was asked for.</param>
public sealed record TaskView(TaskRow Task, IReadOnlyList<TaskRun> Runs, IReadOnlyList<string> Organizations, TaskForm Form, StartOutcome? Outcome);

/// <summary>What a task is to be run on, as it was typed.</summary>
/// <param name="Organization">The organization; null for all.</param>
/// <param name="MaxSeconds">A smaller budget; null for the task's own.</param>
/// <param name="DryRun">Whether to change nothing.</param>
public sealed record TaskForm(string? Organization = null, string? MaxSeconds = null, bool DryRun = false);

/// <summary>What came of starting a task.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Run">The run that was started, or the one that is in the way; null when there is none that he may see.</param>
/// <param name="Message">Why none was started; null when one was, or when that is said beside the fields.</param>
/// <param name="Problems">What is wrong, by the names of the fields.</param>
public sealed record StartOutcome(int Status, Guid? Run, string? Message, IReadOnlyDictionary<string, string> Problems);
