using System.Runtime.CompilerServices;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.Sampling.Rules;
using DynamicSampling.Tasks.Telemetry;
using Microsoft.Extensions.Logging;

namespace DynamicSampling.Tasks.SamplingTasks;

/// <summary>Announces custom rules whose samples are collected, each once, and deactivates those that have expired.</summary>
internal sealed class CustomRuleNotifications(
    ICustomRuleStore rules, IVolumeStore volumes, ICustomRuleNotifier notifier, TimeProvider clock, ILogger<CustomRuleNotifications> logger) : ISamplingTask
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
        await foreach (var rule in context.Iterate(
            "list_custom_rules", (function, cancellationToken) => ListAsync(function, request.Organization, cancellationToken)))
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
        }
    }

    private async IAsyncEnumerable<CustomRule> ListAsync(
        FunctionState function, string? organization, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IReadOnlyList<CustomRule> page;
        Guid? after = null;
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
        if (isComplete)
        {
            if (!dryRun)
                await context.RunAsync("announce_rule", (_, cancellationToken) => notifier.SamplesCollectedAsync(updated, cancellationToken));
            updated = updated with { AnnouncedAt = now };
        }

        var hasExpired = now >= rule.End;
        if (hasExpired)
            updated = updated with { DeactivatedAt = now };
        if (!dryRun && updated != rule)
        {
            // Announced is announced: not even the end of the budget may make it forgotten.
            await context.RunAsync("store_rule", async (function, _) =>
            {
                function.AddDbCalls();
                function.AddRows(1);
                await rules.UpdateAsync(updated, CancellationToken.None);
            });
        }

        return new(isComplete, hasExpired);
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
