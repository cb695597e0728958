using System.Buffers;
using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>Gives the projects of an organization their rates: balanced, or each its own target.</summary>
internal static class ProjectsStep
{
    public static void Apply(TaskContext context, OrganizationWork work) => context.Run("rebalance_projects", work, static (work, function) =>
    {
        function.AddOrgs();
        function.AddProjects(work.Projects.Count);
        function.AddIterations();
        if (work.Mode == SamplingMode.Project)
        {
            foreach (var project in work.Projects)
                project.Rate = project.Target!.Rate;
            return true;
        }

        var classes = ArrayPool<ClassVolume>.Shared.Rent(work.Projects.Count);
        var rates = ArrayPool<double>.Shared.Rent(work.Projects.Count);
        try
        {
            for (var i = 0; i < work.Projects.Count; i++)
                classes[i] = new(work.Projects[i].Name, work.Projects[i].Volume?.Total ?? 0);
            ProjectsModel.Rebalance(classes.AsSpan(0, work.Projects.Count), rates, work.Target.Rate);
            for (var i = 0; i < work.Projects.Count; i++)
                work.Projects[i].Rate = rates[i];
        }
        finally
        {
            ArrayPool<ClassVolume>.Shared.Return(classes, clearArray: true);
            ArrayPool<double>.Shared.Return(rates);
        }

        return true;
    });
}
