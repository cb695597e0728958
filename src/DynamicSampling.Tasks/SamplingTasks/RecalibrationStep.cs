using System.Runtime.InteropServices;
using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>
/// Finds the factor with which the rates to be published meet the target for the traffic of the last minutes. It knows what each
/// class had in these minutes and what it would keep now, so it needs no memory of earlier factors and cannot swing.
/// </summary>
internal sealed class RecalibrationStep(
    IVolumeStore volumes, IRateStore rates, IOptions<SamplingOptions> options, IOptions<SchedulingOptions> scheduling)
{
    private const double LeastObedience = 0.5;
    private const double MostObedience = 2;

    public async ValueTask ApplyAsync(TaskContext context, OrganizationWork work)
    {
        // Rates that no factor touches.
        if (work.Mode == SamplingMode.Organization && work.Target.Rate is 0 or 1)
        {
            work.Recalibration = Recalibration.None;
            return;
        }

        var window = new MinuteWindow(work.Window.Last - PassLimits.RecalibrationMinutes + 1, work.Window.Last);
        var history = await context.RunAsync("read_rates_in_force", async (function, _) =>
        {
            function.AddOrgs();
            function.AddIterations();
            function.AddDbCalls(2);
            return await rates.ReadHistoryAsync(work.Name, window.Start - options.Value.ClientLag, work.Target.Rate, work.CancellationToken);
        });
        var traffic = await context.RunAsync("fetch_recent_volumes", async (function, _) =>
        {
            function.AddOrgs();
            function.AddIterations();
            function.AddDbCalls();
            return await ReadAsync(function, work, window, history);
        });
        context.Run("recalibrate", (step: this, work, traffic), static (state, function) =>
        {
            function.AddOrgs();
            function.AddIterations();
            function.AddProjects(state.work.Projects.Count);
            state.step.Recalibrate(state.work, state.traffic);
            return true;
        });
    }

    private async Task<RecentTraffic> ReadAsync(FunctionState function, OrganizationWork work, MinuteWindow window, RatesHistory history)
    {
        var traffic = new RecentTraffic(work, history, (int)options.Value.ClientLag.TotalMinutes);
        await foreach (var minute in volumes.ReadMinutesAsync(work.Name, window, work.CancellationToken))
        {
            function.AddRows(1);
            traffic.Add(minute);
        }

        return traffic;
    }

    private void Recalibrate(OrganizationWork work, RecentTraffic traffic)
    {
        var until = work.Now + (PassLimits.FactorCycles * scheduling.Value.Cycle);
        if (work.Mode == SamplingMode.Organization)
        {
            var all = traffic.All();
            if (Factor(all, work.Target.Rate) is not { } factor)
                return;
            work.Recalibration = new(factor, factor == 1 ? null : until, all.Obedience);
            Set(work, _ => null);
            return;
        }

        var known = false;
        var factors = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var project in work.Projects)
        {
            if (project.After is not null && Factor(traffic.Of(project), project.Target!.Rate) is { } factor)
            {
                factors.Add(project.Name, factor);
                known = true;
            }
        }

        if (!known)
            return;
        work.Recalibration = new(Factor: 1, until, traffic.All().Obedience);
        Set(work, project => factors.TryGetValue(project.Name, out var factor) ? factor : 1);
    }

    private static void Set(OrganizationWork work, Func<ProjectWork, double?> factorOf)
    {
        foreach (var project in work.Projects)
        {
            if (project.After is { } after && after.Factor != factorOf(project))
                project.After = after with { Factor = factorOf(project) };
        }
    }

    // Null when there is nothing to compute it from.
    private static double? Factor(ClassesOfWindow window, double target) => window.Total > 0 && target > 0
        ? RecalibrationModel.Solve(CollectionsMarshal.AsSpan(window.Classes), target * window.Total / (window.Obedience ?? 1))
        : null;

    /// <summary>Clamps what was kept against what should have been; null when nothing is known of it.</summary>
    internal static double? Obedience(double kept, ReadOnlySpan<double> expected)
    {
        double least = double.PositiveInfinity;
        double most = 0;
        foreach (var count in expected)
        {
            least = Math.Min(least, count);
            most = Math.Max(most, count);
        }

        if (!(kept > 0) || !(most > 0))
            return null;
        // What clients that follow late would have kept is no disobedience.
        var nearest = Math.Clamp(kept, least, most);
        return nearest > 0 ? Math.Clamp(kept / nearest, LeastObedience, MostObedience) : MostObedience;
    }
}
