using System.Runtime.CompilerServices;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;
using DynamicSampling.Tasks.Telemetry;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>Announces custom rules whose samples are collected, each once, and deactivates those that have expired.</summary>
internal sealed class CustomRuleNotifications(
    ICustomRuleStore rules, IVolumeStore volumes, ICustomRuleNotifier notifier, IPassProgress progress, TimeProvider clock, ILogger<CustomRuleNotifications> logger) : ISamplingTask
{
    public string Name => "custom_rule_notifications";

    public string Description => "Announces each custom rule once when its samples are collected, and deactivates those that have expired.";

    public TimeSpan MaxExecution => TaskBudget.Default;

    public async Task RunAsync(TaskContext context, SamplingTaskRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        var result = new CustomRulesResult(request.DryRun);
        context.Result = result;
        // Counting takes its time: a run that is cut short is gone on with, or the last rules would never get their turn.
        var remembers = request is { Organization: null, DryRun: false };
        var start = remembers && Guid.TryParse(await progress.FindAsync(Name, context.CancellationToken), out var stopped) ? stopped : (Guid?)null;
        var last = start;
        var isComplete = false;
        try
        {
            await foreach (var rule in context.Iterate(
                "list_custom_rules", (function, cancellationToken) => ListAsync(function, request.Organization, start, cancellationToken)))
            {
                try
                {
                    result = result.With(await HandleAsync(context, rule, request.DryRun));
                }
                catch (Exception exception) when (exception is not TaskTimeoutException && !context.CancellationToken.IsCancellationRequested)
                {
                    // One rule's trouble is its own, and it comes again in the next run.
                    Log.OrganizationFailed(logger, exception, context.Name, rule.Organization);
                    result = result.WithFailure(rule, exception.Message);
                }

                context.Result = result;
                last = rule.Id;
            }

            isComplete = true;
        }
        finally
        {
            if (remembers && (!isComplete || start is not null))
                await progress.SaveAsync(Name, isComplete ? null : last?.ToString(), CancellationToken.None);
        }
    }

    // Once around: from where the last run stopped to the end, and from the beginning to there.
    private async IAsyncEnumerable<CustomRule> ListAsync(
        FunctionState function, string? organization, Guid? start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var rule in ListAfterAsync(function, organization, start, cancellationToken))
            yield return rule;
        if (start is null)
            yield break;
        await foreach (var rule in ListAfterAsync(function, organization, after: null, cancellationToken))
        {
            // As text, which is how the store orders them.
            if (string.CompareOrdinal(rule.Id.ToString(), start.Value.ToString()) > 0)
                yield break;
            yield return rule;
        }
    }

    private async IAsyncEnumerable<CustomRule> ListAfterAsync(
        FunctionState function, string? organization, Guid? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<CustomRule> page;
        do
        {
            function.AddDbCalls();
            page = await rules.ListActiveAsync(organization, after, PassLimits.OrganizationsPerQuery, cancellationToken);
            function.AddRows(page.Count);
            foreach (var rule in page)
                yield return rule;
            after = page.Count == 0 ? null : page[^1].Id;
        }
        while (page.Count == PassLimits.OrganizationsPerQuery);
    }

    private async Task<RuleOutcome> HandleAsync(TaskContext context, CustomRule rule, bool dryRun)
    {
        var now = clock.GetUtcNow();
        var updated = rule;
        if (rule.AnnouncedAt is null && rule.Start <= now)
        {
            var collected = await context.RunAsync("count_samples", (function, cancellationToken) => CountAsync(function, rule, now, cancellationToken));
            // What was counted before may be past its time by now.
            updated = updated with { Collected = Math.Max(rule.Collected, collected) };
        }

        var isComplete = updated.AnnouncedAt is null && updated.Collected >= rule.Samples;
        var hasExpired = now >= rule.End;
        if (hasExpired)
            updated = updated with { DeactivatedAt = now };
        if (dryRun)
            return new(isComplete, hasExpired);
        if (isComplete)
            await context.RunAsync("announce_rule", (function, cancellationToken) => AnnounceAsync(function, updated, now, cancellationToken));
        else if (updated != rule)
            await context.RunAsync("store_rule", (function, _) => StoreAsync(function, updated));
        return new(isComplete, hasExpired);
    }

    // One function, because announced is announced: not even the end of the budget in between may make it forgotten.
    private async Task AnnounceAsync(FunctionState function, CustomRule rule, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await notifier.SamplesCollectedAsync(rule, cancellationToken);
        }
        catch (Exception) when (rule.DeactivatedAt is not null && !cancellationToken.IsCancellationRequested)
        {
            // It has expired, whether anybody hears of its samples or not.
            await StoreAsync(function, rule);
            throw;
        }

        await StoreAsync(function, rule with { AnnouncedAt = now });
    }

    private async Task StoreAsync(FunctionState function, CustomRule rule)
    {
        function.AddDbCalls();
        function.AddRows(1);
        await rules.UpdateAsync(rule, CancellationToken.None);
    }

    private async Task<double> CountAsync(FunctionState function, CustomRule rule, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var last = MinuteWindow.MinuteOf(now < rule.End ? now : rule.End);
        var window = new MinuteWindow(Math.Max(MinuteWindow.MinuteOf(rule.Start), last - (long)CustomRule.MaxDuration.TotalMinutes), last);
        function.AddDbCalls();
        function.AddIterations();
        double collected = 0;
        await foreach (var transaction in volumes.ReadKeptAsync(rule.Organization, rule.Project, window, cancellationToken))
        {
            function.AddRows(1);
            if (rule.Condition.Matches(new TraceFields { Transaction = transaction.Transaction }))
                collected += transaction.Kept;
        }

        return collected;
    }
}
