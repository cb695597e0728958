using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>A task that turns volumes into rates. It runs inside the pipeline, however it was triggered.</summary>
public interface ISamplingTask
{
    /// <summary>The task's short name, in snake_case.</summary>
    string Name { get; }

    /// <summary>What it does, in a sentence.</summary>
    string Description { get; }

    /// <summary>Its time budget.</summary>
    TimeSpan MaxExecution { get; }

    /// <summary>Whether it changes something, so that a run which only says what it would change is of use.</summary>
    bool HasDryRun => true;

    /// <summary>Runs it, and leaves what came of it in <see cref="TaskContext.Result"/>, also when it is cut short.</summary>
    /// <param name="context">The run.</param>
    /// <param name="request">What to run it on.</param>
    Task RunAsync(TaskContext context, SamplingTaskRequest request);
}

/// <summary>What to run a task on.</summary>
/// <param name="Organization">The organization to work on; null for all of them.</param>
/// <param name="DryRun">Whether only to say what would change.</param>
/// <param name="Lease">The part of the organizations to work on, where several processes share the work; null for all of them.</param>
public sealed record SamplingTaskRequest(string? Organization = null, bool DryRun = false, ShardLease? Lease = null);
