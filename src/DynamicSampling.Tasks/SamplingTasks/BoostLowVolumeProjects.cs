using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>Gives every project of an organization a rate from one hour of volumes: the <see cref="ProjectsModel"/>.</summary>
internal sealed class BoostLowVolumeProjects(OrganizationPass pass) : ISamplingTask
{
    public string Name => "boost_low_volume_projects";

    public string Description => "Balances the projects of each organization over the last hour: quiet projects are kept whole, loud ones share the rest of the budget.";

    public TimeSpan MaxExecution => TaskBudget.Default;

    public Task RunAsync(TaskContext context, SamplingTaskRequest request) =>
        pass.RunAsync(context, Name, request, PassParts.Target | PassParts.Projects);
}
