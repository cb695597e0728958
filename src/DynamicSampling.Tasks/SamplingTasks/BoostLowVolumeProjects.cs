using System.Runtime.CompilerServices;
using DynamicSampling.Tasks.Models;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>Gives every project of an organization a rate from one hour of volumes: the <see cref="ProjectsModel"/>.</summary>
public sealed class BoostLowVolumeProjects(
    IOrganizationStore organizations, IVolumeStore volumes, IRateStore rates, IOptions<SamplingOptions> options, TimeProvider clock,
    ILogger<BoostLowVolumeProjects> logger) : ISamplingTask
{
    /// <inheritdoc/>
    public string Name => "boost_low_volume_projects";

    /// <inheritdoc/>
    public string Description => "Balances the projects of each organization over the last hour: quiet projects are kept whole, loud ones share the rest of the budget.";

    /// <inheritdoc/>
    public TimeSpan MaxExecution => TaskBudget.Default;

    /// <inheritdoc/>
    public async Task RunAsync(TaskContext context, string? organization)
    {
        ArgumentNullException.ThrowIfNull(context);
        // One window for the whole pass, however long it takes.
        var window = MinuteWindow.Ending(clock.GetUtcNow(), PassLimits.WindowMinutes);
        var result = new PassResult(window);
        context.Result = result;
        await foreach (var page in context.Iterate("list_organizations", (function, cancellationToken) => ListOrganizations(function, organization, cancellationToken)))
        {
            foreach (var entry in page)
            {
                result = await HandleAsync(context, entry, window, result);
                context.Result = result;
            }
        }
    }

    private async IAsyncEnumerable<IReadOnlyList<OrganizationEntry>> ListOrganizations(
        FunctionState function, string? organization, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (organization is not null)
        {
            function.AddDbCalls();
            var found = await organizations.FindAsync(organization, cancellationToken);
            function.AddRows(found is null ? 0 : 1);
            function.AddOrgs(found is null ? 0 : 1);
            // One that was never seen has nothing to balance, and the result says so.
            yield return [found ?? new(organization, Settings: null, SettingsError: null)];
            yield break;
        }

        IReadOnlyList<OrganizationEntry> page;
        string? after = null;
        do
        {
            function.AddDbCalls();
            page = await organizations.ListAsync(after, PassLimits.OrganizationsPerQuery, cancellationToken);
            function.AddRows(page.Count);
            function.AddOrgs(page.Count);
            if (page.Count == 0)
                yield break;
            after = page[^1].Name;
            yield return page;
        }
        while (page.Count == PassLimits.OrganizationsPerQuery);
    }

    private async Task<PassResult> HandleAsync(TaskContext context, OrganizationEntry organization, MinuteWindow window, PassResult result)
    {
        try
        {
            if (organization.SettingsError is { } error)
                return result.WithFailure(organization.Name, error);
            var traffic = await FetchVolumesAsync(context, organization.Name, window);
            if (!traffic.Exists(project => project.Total > 0))
                return result.WithoutTraffic();
            var target = TargetRate.Of(organization.Settings, options.Value);
            var computed = Rebalance(context, organization.Settings?.Mode ?? SamplingMode.Organization, traffic, target.Rate);
            var published = await StoreRatesAsync(context, organization, window, target, computed);
            return result.WithOutcome(computed.Length, published);
        }
        catch (Exception exception) when (exception is not TaskTimeoutException && !context.CancellationToken.IsCancellationRequested)
        {
            // One organization's trouble is its own.
            Log.OrganizationFailed(logger, exception, context.Name, organization.Name);
            return result.WithFailure(organization.Name, exception.Message);
        }
    }

    private ValueTask<List<ProjectVolume>> FetchVolumesAsync(TaskContext context, string organization, MinuteWindow window) =>
        context.RunAsync("fetch_volumes", async (function, cancellationToken) =>
        {
            function.AddOrgs();
            var traffic = new List<ProjectVolume>();
            IReadOnlyList<ProjectVolume> page;
            do
            {
                function.AddDbCalls();
                function.AddIterations();
                page = await volumes.ReadProjectsAsync(
                    organization, window, traffic.Count == 0 ? null : traffic[^1].Project, PassLimits.RowsPerPage, cancellationToken);
                traffic.AddRange(page);
                function.AddRows(page.Count);
                function.AddProjects(page.Count);
            }
            while (page.Count == PassLimits.RowsPerPage);
            return traffic;
        });

    private static ProjectRate[] Rebalance(TaskContext context, SamplingMode mode, List<ProjectVolume> traffic, double target) =>
        context.Run("rebalance", function =>
        {
            function.AddOrgs();
            function.AddProjects(traffic.Count);
            function.AddRows(traffic.Count);
            function.AddIterations();
            var balanced = new double[traffic.Count];
            if (mode == SamplingMode.Project)
                Array.Fill(balanced, target);
            else
                ProjectsModel.Rebalance([.. traffic.Select(project => new ClassVolume(project.Project, project.Total))], balanced, target);
            return traffic.Zip(balanced, (project, rate) => new ProjectRate(project.Project, rate, project.Total, project.Kept)).ToArray();
        });

    private ValueTask<bool> StoreRatesAsync(
        TaskContext context, OrganizationEntry organization, MinuteWindow window, TargetRate target, ProjectRate[] computed) =>
        context.RunAsync("store_rates", async (function, cancellationToken) =>
        {
            function.AddOrgs();
            function.AddIterations();
            function.AddDbCalls();
            var current = await rates.FindAsync(organization.Name, cancellationToken);
            var published = current is null ? [] : await ReadPublishedAsync(function, organization.Name, cancellationToken);
            var floor = organization.Settings?.MinimumSampleRate ?? options.Value.MinimumSampleRate;
            var changes = RateChanges.Between(computed, published, (current?.Floor ?? floor, floor), options.Value.PublishThreshold);
            if (!changes.IsWorthPublishing && current is not null && current.Target == target && current.Floor == floor)
                return false;
            function.AddDbCalls();
            await rates.PublishAsync(
                new(organization.Name, context.RunId, clock.GetUtcNow(), window, target, floor, changes.Changed, changes.Removed), cancellationToken);
            function.AddRows(changes.Changed.Count + changes.Removed.Count);
            function.AddProjects(changes.Changed.Count + changes.Removed.Count);
            return true;
        });

    private async Task<Dictionary<string, ProjectRate>> ReadPublishedAsync(FunctionState function, string organization, CancellationToken cancellationToken)
    {
        var published = new Dictionary<string, ProjectRate>(StringComparer.Ordinal);
        IReadOnlyList<ProjectRate> page;
        string? after = null;
        do
        {
            function.AddDbCalls();
            page = await rates.ListProjectsAsync(organization, after, PassLimits.RowsPerPage, cancellationToken);
            foreach (var rate in page)
                published.Add(rate.Project, rate);
            after = page.Count == 0 ? null : page[^1].Project;
        }
        while (page.Count == PassLimits.RowsPerPage);
        return published;
    }
}
