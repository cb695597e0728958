using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>Finds an organization's target: its own, or what its tiers or its budget say to the volume of the last day.</summary>
internal sealed class TargetStep(IVolumeStore volumes, IOptions<SamplingOptions> options)
{
    public async ValueTask ApplyAsync(TaskContext context, OrganizationWork work)
    {
        double? monthly = null;
        if (TargetRate.FollowsVolume(work.Settings))
        {
            monthly = await context.RunAsync("fetch_organization_volume", async (function, _) =>
            {
                function.AddOrgs();
                function.AddIterations();
                function.AddDbCalls();
                function.AddRows(1);
                return await MonthlyVolumeAsync(work);
            });
        }

        work.Target = TargetRate.Of(work.Settings, monthly, options.Value);
    }

    private async Task<double?> MonthlyVolumeAsync(OrganizationWork work)
    {
        var day = new MinuteWindow(work.Window.Last - PassLimits.TargetMinutes + 1, work.Window.Last);
        var volume = await volumes.ReadTotalAsync(work.Name, day, work.CancellationToken);
        if (volume.FirstMinute is not { } first)
            return null;
        // An organization that began within the day is extrapolated from the time since.
        var minutes = day.Last - Math.Max(day.First, first) + 1;
        return SlidingWindowModel.MonthlyVolume(volume.Total, minutes / 60.0, DateTime.DaysInMonth(work.Now.UtcDateTime.Year, work.Now.UtcDateTime.Month));
    }
}
