using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>All there is, in one pass: target, projects, transactions, recalibration, one publication. It is what runs by itself.</summary>
internal sealed class RebalanceOrgs(OrganizationPass pass) : ISamplingTask
{
    public string Name => "rebalance_orgs";

    public string Description => "The whole pass over one organization after another: target, projects, transactions and recalibration, published as one version.";

    public TimeSpan MaxExecution => TaskBudget.Default;

    public Task RunAsync(TaskContext context, SamplingTaskRequest request) =>
        pass.RunAsync(context, Name, request, PassParts.All);
}
