using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>Lists the organizations that had traffic in the last hour, with their projects and volumes. It changes nothing.</summary>
internal sealed class CollectOrgs(OrganizationReader reader, TimeProvider clock) : ISamplingTask
{
    public string Name => "collect_orgs";

    public string Description => "Lists the organizations that had traffic in the last hour, with their projects and volumes.";

    public TimeSpan MaxExecution => TaskBudget.Default;

    public bool HasDryRun => false;

    public async Task RunAsync(TaskContext context, SamplingTaskRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var now = clock.GetUtcNow();
        var window = MinuteWindow.Ending(now, PassLimits.WindowMinutes);
        var result = new CollectResult(window);
        context.Result = result;
        await foreach (var batch in context.Iterate(
            "list_organizations", (function, cancellationToken) => reader.ListAsync(function, request.Organization, request.Lease?.Shard, startAfter: null, cancellationToken)))
        {
            var works = batch.Select(entry => new OrganizationWork(entry, window, now)).ToDictionary(work => work.Name, StringComparer.Ordinal);
            await reader.ReadVolumesAsync(context, works, window, withTransactions: false, context.CancellationToken);
            foreach (var work in works.Values)
                result = result.With(work);
            context.Result = result = result.WithBatch();
        }
    }
}
