using System.Runtime.CompilerServices;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>Reads organizations, their projects and their volumes, a page at a time.</summary>
internal sealed class OrganizationReader(IOrganizationStore organizations, IVolumeStore volumes, IOptions<SamplingOptions> options)
{
    /// <summary>A reader of the same volumes that takes organizations and their settings from somewhere else.</summary>
    public OrganizationReader Of(IOrganizationStore others) => new(others, volumes, options);

    /// <summary>How many organizations a pass over all of them, or a shard of them, has before it.</summary>
    public ValueTask<long> CountAsync(TaskContext context, OrganizationShard? shard) =>
        context.RunAsync("count_organizations", (function, cancellationToken) =>
        {
            function.AddDbCalls();
            return organizations.CountAsync(shard, cancellationToken);
        });

    /// <summary>All organizations of a shard in order, in batches; those after a given one first.</summary>
    public async IAsyncEnumerable<IReadOnlyList<OrganizationEntry>> ListAsync(
        FunctionState function, string? organization, OrganizationShard? shard, string? startAfter, [EnumeratorCancellation] CancellationToken cancellationToken)
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

        // Once around: from where the last pass stopped to the end, and from the beginning to there.
        var after = startAfter;
        string? first = null;
        var isSecondRound = startAfter is null;
        while (true)
        {
            function.AddDbCalls();
            var page = await organizations.ListAsync(shard, after, PassLimits.OrganizationsPerQuery, cancellationToken);
            function.AddRows(page.Count);
            after = page.Count > 0 ? page[^1].Name : after;
            var isLast = page.Count < PassLimits.OrganizationsPerQuery;
            if (isSecondRound && startAfter is not null && EndOfSecondRound(page, startAfter, first) is var end and >= 0)
            {
                page = [.. page.Take(end)];
                isLast = true;
            }

            first ??= page.Count > 0 ? page[0].Name : null;

            function.AddOrgs(page.Count);
            foreach (var batch in OrganizationBatches.Split(page, entry => entry.Projects, PassLimits.OrganizationsPerQuery, PassLimits.ProjectsPerBatch))
                yield return batch;
            if (!isLast)
                continue;
            if (isSecondRound)
                yield break;
            isSecondRound = true;
            after = null;
        }
    }

    /// <summary>The projects of a batch that have had traffic within the lifetime of a rate.</summary>
    public ValueTask ReadProjectsAsync(TaskContext context, IReadOnlyDictionary<string, OrganizationWork> batch, DateTimeOffset now, CancellationToken cancellationToken) =>
        context.RunAsync("list_projects", async (function, _) =>
        {
            function.AddOrgs(batch.Count);
            foreach (var work in batch.Values)
                work.Entries.Clear();
            string[] names = [.. batch.Keys];
            var since = MinuteWindow.MinuteOf(now - options.Value.RateLifetime);
            IReadOnlyList<ProjectEntry> page;
            ProjectKey? after = null;
            do
            {
                function.AddDbCalls();
                function.AddIterations();
                page = await organizations.ListActiveProjectsAsync(names, since, after, PassLimits.RowsPerPage, cancellationToken);
                foreach (var project in page)
                    batch[project.Key.Organization].Entries.Add(project);
                function.AddRows(page.Count);
                function.AddProjects(page.Count);
                after = page.Count == 0 ? null : page[^1].Key;
            }
            while (page.Count == PassLimits.RowsPerPage);
        });

    /// <summary>The volumes of a batch, with or without transactions.</summary>
    public ValueTask ReadVolumesAsync(
        TaskContext context, IReadOnlyDictionary<string, OrganizationWork> batch, MinuteWindow window, bool withTransactions,
        CancellationToken cancellationToken) =>
        context.RunAsync("fetch_volumes", async (function, _) =>
        {
            function.AddOrgs(batch.Count);
            foreach (var work in batch.Values)
                work.Volumes = new(StringComparer.Ordinal);
            string[] names = [.. batch.Keys];
            var top = new TopTransactions(options.Value.ExplicitTransactions, options.Value.SmallestTransactions);
            var limit = withTransactions ? PassLimits.RowsPerPage / Math.Max(1, top.Largest + top.Smallest) : PassLimits.RowsPerPage;
            IReadOnlyList<ProjectVolume> page;
            ProjectKey? after = null;
            do
            {
                function.AddDbCalls();
                function.AddIterations();
                page = withTransactions
                    ? await volumes.ReadTransactionsAsync(names, window, top, after, limit, cancellationToken)
                    : await volumes.ReadProjectsAsync(names, window, after, limit, cancellationToken);
                foreach (var volume in page)
                {
                    batch[volume.Key.Organization].Volumes!.Add(volume.Key.Project, volume);
                    function.AddRows(Math.Max(1, volume.Transactions.Count));
                }

                function.AddProjects(page.Count);
                after = page.Count == 0 ? null : page[^1].Key;
            }
            while (page.Count == limit);
        });

    // It ends with the organization after which the first round started or, if that was deleted, before the one with which it started.
    private static int EndOfSecondRound(IReadOnlyList<OrganizationEntry> page, string startAfter, string? first)
    {
        for (var i = 0; i < page.Count; i++)
        {
            if (string.Equals(page[i].Name, startAfter, StringComparison.Ordinal))
                return i + 1;
            if (string.Equals(page[i].Name, first, StringComparison.Ordinal))
                return i;
        }

        return -1;
    }
}
