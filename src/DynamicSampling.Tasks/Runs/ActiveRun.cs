using System.Diagnostics;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tasks.Runs;

/// <summary>A run in progress.</summary>
public sealed class ActiveRun
{
    private TaskCompletionSource<TaskRun>? _completion;
    private TaskRun? _ended;

    internal ActiveRun(Guid id, DateTimeOffset startedAt, TaskContext context, TaskRunOptions options, string? node = null)
    {
        Id = id;
        StartedAt = startedAt;
        Context = context;
        Options = options;
        Node = node;
    }

    /// <summary>The run's id.</summary>
    public Guid Id { get; }

    /// <summary>Completes with the run's final state.</summary>
    public Task<TaskRun> Completion
    {
        get
        {
            // Most runs have nobody waiting: made on demand, and completed by whoever comes second.
            var completion = Volatile.Read(ref _completion);
            if (completion is null)
            {
                var created = new TaskCompletionSource<TaskRun>(TaskCreationOptions.RunContinuationsAsynchronously);
                completion = Interlocked.CompareExchange(ref _completion, created, null) ?? created;
            }

            if (Volatile.Read(ref _ended) is { } ended)
                completion.TrySetResult(ended);
            return completion.Task;
        }
    }

    internal DateTimeOffset StartedAt { get; }

    internal TaskContext Context { get; }

    internal TaskRunOptions Options { get; }

    internal string? Node { get; }

    internal Activity? Activity { get; set; }

    internal bool IsCountedAsActive { get; set; }

    /// <summary>The record of the start, which the record of the end must not overtake.</summary>
    internal Task StartSaved { get; set; } = Task.CompletedTask;

    /// <summary>The run as it stands, with its timers as they are now.</summary>
    public TaskRun Snapshot() => _ended ?? ToRun(RunStatus.Running, error: null);

    internal TaskRun ToRun(RunStatus status, RunError? error)
    {
        var snapshot = Context.Snapshot();
        return new()
        {
            Id = Id,
            Task = Options.ShortName,
            TaskName = snapshot.TaskName,
            Status = status,
            StartedAt = StartedAt,
            MaxSeconds = snapshot.MaxSeconds,
            Seconds = snapshot.Seconds,
            OverrunSeconds = snapshot.OverrunSeconds,
            Trigger = Options.Trigger,
            Organization = Options.Organization,
            Shard = Options.Shard,
            Node = Node,
            Progress = Context.Progress,
            TaskData = snapshot.TaskData,
            Result = Context.Result,
            Error = error,
        };
    }

    internal void Complete(TaskRun ended)
    {
        Interlocked.Exchange(ref _ended, ended);
        Volatile.Read(ref _completion)?.TrySetResult(ended);
    }
}
