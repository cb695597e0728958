using System.Runtime.InteropServices;
using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>
/// Finds the factor with which the rates to be published meet the target for the traffic of the last minutes. It knows what each
/// class had in these minutes and what it would keep now, so it needs no memory of earlier factors and cannot swing. What it does
/// remember is how far clients obey: while rates move, what was kept does not tell that.
/// </summary>
internal sealed class RecalibrationStep(
    IVolumeStore volumes, IRateStore rates, IOptions<SamplingOptions> options, IOptions<SchedulingOptions> scheduling)
{
    private const double LeastObedience = 0.5;
    private const double MostObedience = 2;

    // In standard deviations.
    private const double Significant = 3;

    // Spans come later than the counts of clients that count: the running minute and the one before may lack some.
    private const int LateMinutes = 2;

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
        var traffic = new RecentTraffic(work, window, history, options.Value.ClientLag, scheduling.Value.Cycle);
        await foreach (var minute in volumes.ReadMinutesAsync(work.Name, window, work.CancellationToken))
        {
            function.AddRows(1);
            traffic.Add(minute);
        }

        return traffic;
    }

    private void Recalibrate(OrganizationWork work, RecentTraffic traffic)
    {
        var until = work.Now + scheduling.Value.FactorLifetime;
        var all = traffic.All();
        var obedience = Obedience(work.Recalibration.Obedience, Judged(all));
        if (work.Mode == SamplingMode.Organization)
        {
            if (Factor(all, work.Target.Rate, obedience) is not { } factor)
                return;
            work.Recalibration = new(factor, factor == 1 ? null : until, obedience);
            return;
        }

        var known = false;
        var factors = new double[work.Projects.Count];
        for (var i = 0; i < factors.Length; i++)
        {
            double? factor = null;
            if (work.Projects[i] is { After: not null } project && project.Policy.Biases.HasFlag(Bias.Recalibration))
            {
                var window = traffic.Of(project);
                // What is remembered is the organization's; it is near.
                factor = Factor(window, project.Target!.Rate, Obedience(work.Recalibration.Obedience, Judged(window)));
            }

            known |= factor is not null;
            factors[i] = factor ?? 1;
        }

        // Without any traffic the factors in force stay, until they expire.
        if (!known)
            return;
        work.Recalibration = new(Factor: 1, until, obedience);
        for (var i = 0; i < factors.Length; i++)
        {
            if (work.Projects[i].After is { } after && after.Factor != factors[i])
                work.Projects[i].After = after with { Factor = factors[i] };
        }
    }

    // The late minutes say how clients obey only where no others do.
    private static ReadOnlySpan<KeptOfMinute> Judged(ClassesOfWindow window)
    {
        var older = window.Minutes.AsSpan(..^LateMinutes);
        foreach (var minute in older)
        {
            if (minute.Most > 0)
                return older;
        }

        return window.Minutes;
    }

    // Null when there is nothing to compute it from.
    private static double? Factor(ClassesOfWindow window, double target, double? obedience) => window.Total > 0 && target > 0
        ? RecalibrationModel.Solve(CollectionsMarshal.AsSpan(window.Classes), target * window.Total / (obedience ?? 1))
        : null;

    /// <summary>What clients keep as a share of what they should, 0.5 to 2; null when nothing is known of it.</summary>
    /// <param name="known">What was found last; null for nothing.</param>
    /// <param name="minutes">What was kept, oldest first.</param>
    /// <remarks>
    /// Clients follow new rates early or late, so while rates move, what was kept fits many an obedience. Of those that fit, this takes
    /// the one nearest to what was known. A share that does not change always fits, so each minute leads nearer to it and none away:
    /// nothing can swing, however late clients follow within the lag, and the factor that makes up for disobedience does not hide it.
    /// </remarks>
    internal static double? Obedience(double? known, ReadOnlySpan<KeptOfMinute> minutes)
    {
        var all = default(KeptOfMinute);
        foreach (var minute in minutes)
            all += minute;
        // When nothing at all was kept, it was more likely not counted.
        if (!(all.Kept > 0 && all.Most > 0))
            return known;
        var obedience = known ?? 1;
        foreach (var minute in minutes)
            obedience = Fit(obedience, minute);
        return obedience;
    }

    // A step towards the least or the largest obedience that fits. What chance can do is no sign of anything and gets a small part
    // of it, so that it evens out over the minutes; what it cannot, beyond three standard deviations, gets all of it.
    private static double Fit(double obedience, in KeptOfMinute minute)
    {
        var nearest = Math.Clamp(minute.Kept, obedience * minute.Least, obedience * minute.Most);
        if (!(nearest > 0))
            return obedience;
        var surplus = minute.Kept - nearest;
        var part = Math.Min(1, surplus * surplus / (Significant * Significant * nearest));
        return Math.Clamp(obedience * (1 + (part * surplus / nearest)), LeastObedience, MostObedience);
    }
}
