using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>Corrects what the published rates miss of the target in the traffic of the last minutes: the <see cref="RecalibrationModel"/>.</summary>
internal sealed class RecalibrateOrgs(OrganizationPass pass) : ISamplingTask
{
    public string Name => "recalibrate_orgs";

    public string Description => "Finds the factor with which each organization's published rates meet its target for the traffic of the last five minutes.";

    public TimeSpan MaxExecution => TaskBudget.Default;

    public Task RunAsync(TaskContext context, SamplingTaskRequest request) =>
        pass.RunAsync(context, Name, request, PassParts.Recalibration);
}
