using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>
/// A pass: one organization after another, what is asked for is computed and published. The trouble of one organization is its
/// own, and a pass that is cut short says where the next one goes on.
/// </summary>
internal sealed class OrganizationPass(
    OrganizationReader reader, TargetStep target, RecalibrationStep recalibration, PublishStep publish, IRateStore rates, IPassProgress progress,
    IOptions<SamplingOptions> options, TimeProvider clock, ILogger<OrganizationPass> logger)
{
    private static readonly OrganizationOutcome Pinned = new(OutcomeKind.Pinned, Projects: 0, Failures: []);

    /// <summary>The same pass with organizations and their settings from somewhere else.</summary>
    public OrganizationPass Over(IOrganizationStore others) => new(reader.Of(others), target, recalibration, publish, rates, progress, options, clock, logger);

    /// <summary>Runs it, and keeps what has come of it in <see cref="TaskContext.Result"/>.</summary>
    /// <param name="context">The run.</param>
    /// <param name="task">The task's short name, under which the pass remembers where it stopped.</param>
    /// <param name="request">Which organizations.</param>
    /// <param name="parts">What to compute.</param>
    public async Task RunAsync(TaskContext context, string task, SamplingTaskRequest request, PassParts parts)
    {
        // One window for the whole pass, however long it takes.
        var now = clock.GetUtcNow();
        var window = MinuteWindow.Ending(now, PassLimits.WindowMinutes);
        var shard = request.Lease?.Shard;
        var result = new PassResult(window, request.DryRun, shard);
        context.Result = result;
        // Each shard stops and goes on by itself.
        var place = shard is null ? task : $"{task}#{shard}";
        var remembers = request is { Organization: null, DryRun: false };
        var start = remembers ? await progress.FindAsync(place, context.CancellationToken) : null;
        result = result.WithStart(start);
        var last = start;
        string? current = null;
        var isComplete = false;
        var isStale = false;
        try
        {
            var total = request.Organization is null ? await reader.CountAsync(context, shard) : 1;
            if (request.Organization is null)
                context.ReportProgress(0, total);
            await foreach (var batch in context.Iterate(
                "list_organizations", (function, cancellationToken) => reader.ListAsync(function, request.Organization, shard, start, cancellationToken)))
            {
                var works = batch.Select(entry => new OrganizationWork(entry, window, now, request.Lease)).ToDictionary(work => work.Name, StringComparer.Ordinal);
                current = batch[0].Name;
                var isRead = await TryReadAsync(context, works, parts);
                foreach (var work in works.Values)
                {
                    current = work.Name;
                    result = await HandleAsync(context, work, parts, request.DryRun, isRead, result);
                    context.Result = result;
                    last = work.Name;
                    // Some may have come since they were counted.
                    if (request.Organization is null)
                        context.ReportProgress(result.Organizations, Math.Max(total, result.Organizations));
                }
            }

            isComplete = true;
        }
        catch (StaleShardException)
        {
            isStale = true;
            throw;
        }
        finally
        {
            if (!isComplete && request.Organization is null)
            {
                // An organization that takes a whole pass for itself must not stand in the way of the others for ever.
                var stop = string.Equals(last, start, StringComparison.Ordinal) ? current ?? last : last;
                context.Result = result = result.WithStop(stop);
                last = stop;
            }

            // Whoever has taken the shard over remembers how far it is.
            if (remembers && !isStale && (!isComplete || start is not null))
                await progress.SaveAsync(place, isComplete ? null : last, CancellationToken.None);
        }
    }

    /// <summary>Reads what the models need of a batch's organizations, together.</summary>
    /// <returns>False when they have to be read one by one, so that the trouble of one stays its own.</returns>
    private async Task<bool> TryReadAsync(TaskContext context, Dictionary<string, OrganizationWork> works, PassParts parts)
    {
        if (works.Count == 1)
            return false;
        using var budget = new OrganizationBudget(clock, context.CancellationToken);
        try
        {
            await ReadAsync(context, works, parts, budget.Token);
            return true;
        }
        catch (Exception exception) when (IsItsOwn(context, exception))
        {
            Log.BatchFailed(logger, exception, context.Name, works.Count);
            return false;
        }
    }

    private async Task ReadAsync(TaskContext context, Dictionary<string, OrganizationWork> works, PassParts parts, CancellationToken cancellationToken)
    {
        if (parts == PassParts.Target)
            return;
        var first = works.Values.First();
        await reader.ReadProjectsAsync(context, works, first.Now, cancellationToken);
        if ((parts & (PassParts.Projects | PassParts.Transactions)) != PassParts.None)
            await reader.ReadVolumesAsync(context, works, first.Window, parts.HasFlag(PassParts.Transactions), cancellationToken);
    }

    private async Task<PassResult> HandleAsync(
        TaskContext context, OrganizationWork work, PassParts parts, bool dryRun, bool isRead, PassResult result)
    {
        if (work.Entry.SettingsError is { } unreadable)
            return result.WithFailure(work.Name, unreadable);
        using var budget = new OrganizationBudget(clock, context.CancellationToken);
        work.CancellationToken = budget.Token;
        try
        {
            if (!isRead)
                await ReadAsync(context, new(StringComparer.Ordinal) { [work.Name] = work }, parts, budget.Token);
            return result.WithOutcome(await ComputeAsync(context, work, parts, dryRun));
        }
        catch (OperationCanceledException exception) when (budget.Token.IsCancellationRequested && IsItsOwn(context, exception))
        {
            Log.OrganizationFailed(logger, exception, context.Name, work.Name);
            return result.WithFailure(work.Name, $"It took longer than {PassLimits.OrganizationBudget.TotalSeconds} s; its rates stay as they are.");
        }
        catch (RatesPinnedException)
        {
            // Since they were read.
            return result.WithOutcome(Pinned);
        }
        catch (Exception exception) when (IsItsOwn(context, exception))
        {
            Log.OrganizationFailed(logger, exception, context.Name, work.Name);
            return result.WithFailure(work.Name, exception.Message);
        }
    }

    private async Task<OrganizationOutcome> ComputeAsync(TaskContext context, OrganizationWork work, PassParts parts, bool dryRun)
    {
        await ReadRatesAsync(context, work);
        if (work.IsPinned)
            return Pinned;
        work.Floor = SamplingPolicy.Of(work.Settings, project: null, options.Value).Floor;
        work.Recalibration = work.Before?.Recalibration ?? Recalibration.None;
        if (parts.HasFlag(PassParts.Target) || work.Before is null)
            await target.ApplyAsync(context, work);
        else
            work.Target = work.Before.Target;
        if (parts == PassParts.Target)
        {
            // One of which nothing is known has no row to publish for.
            return work is { Settings: null, Entry.Projects: 0 }
                ? new(OutcomeKind.WithoutVolumes, Projects: 0, Failures: [])
                : await publish.ApplyAsync(context, work, parts, dryRun);
        }

        AddProjects(work);
        if (HasTraffic(work))
        {
            if (parts.HasFlag(PassParts.Projects))
                ProjectsStep.Apply(context, work);
            TransactionsStep.Apply(context, work, options.Value.NewProjectBoost);
            if (parts.HasFlag(PassParts.Recalibration))
                await recalibration.ApplyAsync(context, work);
        }
        else if (!work.HasLostProjects)
        {
            return new(OutcomeKind.WithoutVolumes, Projects: 0, work.Failures()) { Target = work.Target };
        }

        return await publish.ApplyAsync(context, work, parts, dryRun);
    }

    private ValueTask ReadRatesAsync(TaskContext context, OrganizationWork work) =>
        context.RunAsync("read_rates", async (function, _) =>
        {
            function.AddOrgs();
            function.AddIterations();
            function.AddDbCalls();
            work.Before = await rates.FindAsync(work.Name, work.CancellationToken);
            // At this instant, and not at that of the pass's start: a pin that has ended meanwhile holds nothing up.
            work.IsPinned = work.Before?.PinAt(clock.GetUtcNow()) is not null;
            if (work.Before is null || work.IsPinned)
                return;
            IReadOnlyList<ProjectRate> page;
            string? after = null;
            do
            {
                function.AddDbCalls();
                page = await rates.ListProjectsAsync(work.Name, after, PassLimits.RowsPerPage, work.CancellationToken);
                foreach (var rate in page)
                    work.ProjectsBefore.Add(rate.Project, rate);
                function.AddRows(page.Count);
                function.AddProjects(page.Count);
                after = page.Count == 0 ? null : page[^1].Project;
            }
            while (page.Count == PassLimits.RowsPerPage);
        });

    private void AddProjects(OrganizationWork work)
    {
        foreach (var entry in work.Entries)
        {
            var before = work.ProjectsBefore.GetValueOrDefault(entry.Key.Project);
            var project = new ProjectWork(entry, SamplingPolicy.Of(work.Settings, entry.Settings, options.Value), before)
            {
                Volume = work.Volumes is { } volumes
                    ? volumes.GetValueOrDefault(entry.Key.Project)
                    : before is null ? null : new(entry.Key, before.Total, before.Kept, before.Names, []),
                Target = work.Mode == SamplingMode.Project ? TargetRate.OfProject(work.Settings, entry.Settings, work.Target) : null,
            };
            project.Rate = before?.Rate ?? project.Target?.Rate ?? work.Target.Rate;
            AddTransactions(project, work.Volumes is not null);
            if (project.Volume is { } volume && !(volume.Total >= 0 && double.IsFinite(volume.Total)))
            {
                project.Error ??= ProjectWork.VolumeError;
                project.Volume = null;
            }

            work.Projects.Add(project);
        }
    }

    // Without any the rates stay as they are, except that those of projects long gone go.
    private static bool HasTraffic(OrganizationWork work) =>
        work.Volumes is null ? work.Projects.Count > 0 : work.Projects.Exists(project => project.Volume?.Total > 0);

    // What was not read anew is what was published with the rates.
    private static void AddTransactions(ProjectWork project, bool wasRead)
    {
        if (wasRead && project.Volume is not { Names: 0, Total: > 0 })
        {
            project.Transactions = project.Volume?.Transactions ?? [];
            project.TransactionsTotal = project.Volume?.Total ?? 0;
            project.Names = project.Volume?.Names ?? 0;
        }
        else if (project.Before is { } before)
        {
            project.Transactions = [.. before.Transactions.Where(transaction => transaction.Total > 0).Select(transaction => new TransactionVolume(transaction.Transaction, transaction.Total, transaction.Kept))];
            project.TransactionsTotal = before.TransactionsTotal;
            project.Names = before.Names;
        }
    }

    private static bool IsItsOwn(TaskContext context, Exception exception) =>
        exception is not (TaskTimeoutException or StaleShardException) && !context.CancellationToken.IsCancellationRequested;
}
