using System.Reflection;
using DynamicSampling.Tasks.Runs;
using DynamicSampling.Tasks.Runtime;
using Microsoft.AspNetCore.Http;

namespace DynamicSampling.Tasks.Pipeline;

/// <summary>What an endpoint's metadata come to: later calls override earlier ones, so an endpoint overrides its group.</summary>
internal sealed class TaskEndpoint
{
    private TaskEndpoint(Endpoint endpoint, bool hasContext, TaskRunOptions? run)
    {
        Endpoint = endpoint;
        HasContext = hasContext;
        Run = run;
    }

    public Endpoint Endpoint { get; }

    /// <summary>Whether requests get a context and are runs; otherwise they are only counted and timed.</summary>
    public bool HasContext { get; }

    /// <summary>What its runs are; null when the endpoint takes no part in the pipeline.</summary>
    public TaskRunOptions? Run { get; }

    /// <exception cref="InvalidOperationException">The task has no name, and the handler has none to take.</exception>
    public static TaskEndpoint Resolve(Endpoint endpoint, TimeSpan defaultMaxExecution)
    {
        var hasMetrics = false;
        var hasContext = false;
        var exclusive = false;
        string? name = null;
        TimeSpan? maxExecution = null;
        foreach (var metadata in endpoint.Metadata.GetOrderedMetadata<TaskMetadata>())
        {
            switch (metadata)
            {
                case TaskMetricsMetadata metrics:
                    hasMetrics = true;
                    name = metrics.Name ?? name;
                    break;
                case TaskContextMetadata context:
                    hasContext = true;
                    name = context.Name ?? name;
                    maxExecution = context.MaxExecution ?? maxExecution;
                    break;
                case TaskBudgetMetadata budget:
                    maxExecution = budget.MaxExecution;
                    break;
                case TaskExclusiveMetadata:
                    exclusive = true;
                    break;
                case DisableTaskContextMetadata:
                    hasMetrics = hasContext = exclusive = false;
                    break;
            }
        }

        if (!hasMetrics && !hasContext)
            return new(endpoint, hasContext: false, run: null);
        name ??= NameOf(endpoint.Metadata.GetMetadata<MethodInfo>()) ?? throw new InvalidOperationException(
            $"The task of endpoint '{endpoint.DisplayName}' has no name, and its handler is a lambda or a delegate without one. Name it: .WithTaskContext(\"build_report\"), or use a method.");
        return new(endpoint, hasContext, new(TaskNames.Normalize(name))
        {
            MaxExecution = maxExecution ?? defaultMaxExecution,
            Trigger = RunTrigger.Http,
            Exclusive = exclusive,
        });
    }

    /// <summary>The method's name, a local function's too; null for a lambda.</summary>
    private static string? NameOf(MethodInfo? method)
    {
        if (method is null)
            return null;
        var name = method.Name;
        if (!name.StartsWith('<'))
            return name;
        // The compiler names a local function <Outer>g__Name|0_0, and a lambda <Outer>b__0.
        var start = name.IndexOf(">g__", StringComparison.Ordinal);
        var end = name.LastIndexOf('|');
        return start >= 0 && end > start ? name[(start + 4)..end] : null;
    }
}
