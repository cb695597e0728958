using System.Diagnostics.CodeAnalysis;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Telemetry;

namespace DynamicSampling.Tasks.Runs;

/// <summary>The runs in progress in this process.</summary>
public sealed class RunRegistry
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, ActiveRun> _runs = [];
    private bool _stopping;

    internal RunRegistry(TaskMetrics metrics) => metrics.OverdueRuns = CountOverdue;

    /// <summary>The run of that id, while it is in progress.</summary>
    public bool TryGet(Guid id, [NotNullWhen(true)] out ActiveRun? run)
    {
        lock (_gate)
            return _runs.TryGetValue(id, out run);
    }

    /// <summary>All runs in progress.</summary>
    public IReadOnlyList<ActiveRun> ToList()
    {
        lock (_gate)
            return [.. _runs.Values];
    }

    /// <summary>Cancels a run as an operator does. It ends when its body lets go.</summary>
    /// <returns>False when it is not in progress. A run that was cancelled before stays so, for the first reason.</returns>
    public bool Cancel(Guid id)
    {
        if (!TryGet(id, out var run))
            return false;
        return run.Context.Cancel(CancelReason.Operator) || run.Context.IsRunning;
    }

    /// <summary>Makes a run known.</summary>
    /// <exception cref="TaskConflictException">The run must not overlap one in progress.</exception>
    internal void Add(ActiveRun run)
    {
        ActiveRun? inTheWay;
        bool stopping;
        lock (_gate)
        {
            inTheWay = run.Options.Exclusive ? FindConflict(run) : null;
            stopping = _stopping;
            if (inTheWay is null)
                _runs.Add(run.Id, run);
        }

        if (inTheWay is not null)
            throw new TaskConflictException(inTheWay.Snapshot());
        if (stopping)
            run.Context.Cancel(CancelReason.Shutdown);
    }

    internal void Remove(ActiveRun run)
    {
        lock (_gate)
            _runs.Remove(run.Id);
    }

    /// <summary>Cancels every run, and those that start from now on.</summary>
    internal void Shutdown()
    {
        lock (_gate)
            _stopping = true;
        foreach (var run in ToList())
            run.Context.Cancel(CancelReason.Shutdown);
    }

    private ActiveRun? FindConflict(ActiveRun run)
    {
        foreach (var other in _runs.Values)
        {
            if (other.Options.Exclusive
                && string.Equals(other.Context.Name, run.Context.Name, StringComparison.Ordinal)
                && Overlap(other.Options, run.Options))
            {
                return other;
            }
        }

        return null;
    }

    private static bool Overlap(TaskRunOptions one, TaskRunOptions other)
    {
        if (one.Shard is not null && other.Shard is not null)
            return string.Equals(one.Shard, other.Shard, StringComparison.Ordinal);
        if (one.Organization is null && other.Organization is null)
            return true;
        // One organization and a shard go side by side.
        return one.Shard is null && other.Shard is null
            && (one.Organization is null || other.Organization is null || string.Equals(one.Organization, other.Organization, StringComparison.Ordinal));
    }

    private IEnumerable<KeyValuePair<string, int>> CountOverdue() =>
        ToList().Where(run => run.Context.IsExpired).CountBy(run => run.Context.Name, StringComparer.Ordinal);
}
