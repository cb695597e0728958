using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>Makes one new version of what a pass has computed, if clients should hear of it.</summary>
internal sealed class PublishStep(IRateStore rates, IOptions<SamplingOptions> options, IOptions<SchedulingOptions> scheduling, TimeProvider clock)
{
    public async ValueTask<OrganizationOutcome> ApplyAsync(TaskContext context, OrganizationWork work, PassParts parts, bool dryRun)
    {
        var computesProjects = parts != PassParts.Target;
        var changes = context.Run("compare_rates", (work, computesProjects, options.Value.PublishThreshold, dryRun), static (state, function) =>
        {
            function.AddOrgs();
            function.AddIterations();
            function.AddProjects(state.work.Projects.Count);
            return RateChanges.Of(state.work, state.computesProjects, state.PublishThreshold, state.dryRun);
        });
        if (!dryRun && (changes.IsWorthPublishing || NeedsRenewal(work)))
            await context.RunAsync("store_rates", (function, _) => StoreAsync(context, function, work, changes));
        var failures = work.Failures();
        return new(
            changes.IsWorthPublishing ? OutcomeKind.Published : OutcomeKind.Unchanged, work.Projects.Count - failures.Count, failures, changes.Difference)
        {
            Target = work.Target,
        };
    }

    // Renewed well before it expires, but not in every pass.
    private bool NeedsRenewal(OrganizationWork work) =>
        work.Before?.Recalibration.Until is { } until && work.Recalibration.Until > until && until - work.Now < 2 * scheduling.Value.Cycle;

    private async ValueTask StoreAsync(TaskContext context, FunctionState function, OrganizationWork work, RateChanges changes)
    {
        function.AddOrgs();
        function.AddIterations();
        function.AddDbCalls();
        if (!changes.IsWorthPublishing)
        {
            await rates.RenewFactorAsync(work.Name, work.Recalibration.Until!.Value, work.Lease, work.CancellationToken);
            return;
        }

        var published = new OrganizationRates(
            work.Name, Version: 0, context.RunId, clock.GetUtcNow(), work.Window, work.Target, work.Floor)
        {
            Mode = work.Mode,
            Recalibration = work.Recalibration,
        };
        await rates.PublishAsync(new(published, changes.Changed, changes.Removed, work.Before?.Version ?? 0, work.Lease), work.CancellationToken);
        function.AddRows(changes.Changed.Count + changes.Removed.Count);
        function.AddProjects(changes.Changed.Count + changes.Removed.Count);
    }
}
