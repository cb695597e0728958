using DynamicSampling.Tasks.Runtime;

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

    /// <summary>Runs it, and leaves what came of it in <see cref="TaskContext.Result"/>, also when it is cut short.</summary>
    /// <param name="context">The run.</param>
    /// <param name="organization">The organization to work on; null for all of them.</param>
    Task RunAsync(TaskContext context, string? organization);
}
