using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>Follows the volume of the last day with the target of organizations that have tiers or a monthly budget: the <see cref="SlidingWindowModel"/>.</summary>
internal sealed class SlidingWindowOrg(OrganizationPass pass) : ISamplingTask
{
    public string Name => "sliding_window_org";

    public string Description => "Extrapolates each organization's last day to a month, and sets its target rate by its tiers or its monthly budget.";

    public TimeSpan MaxExecution => TaskBudget.Default;

    public Task RunAsync(TaskContext context, SamplingTaskRequest request) =>
        pass.RunAsync(context, Name, request, PassParts.Target);
}
