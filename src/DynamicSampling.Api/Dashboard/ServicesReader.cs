using DynamicSampling.Api.Endpoints;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Charts;
using DynamicSampling.Dashboard.Services;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Dashboard;

/// <summary>What the dashboard shows of services: what the HTTP API tells of rates, volumes and rules, side by side.</summary>
internal sealed class ServicesReader(
    SqlRateStore rates, SqlVolumeStore volumes, SqlProjectStore projects, SqlOrganizationStore organizations, ProjectRatesReport report, ProjectRules rules,
    VolumeHistories histories, LargeTables large, IOptions<SamplingOptions> defaults, TimeProvider clock) : IServicesReader
{
    /// <summary>More transactions than this are not looked through.</summary>
    internal const int MaxTransactions = 100_000;

    private const int HourMinutes = 60;

    public Task<RateTable> ListProjectsAsync(string organization, VolumeWindow window, CancellationToken cancellationToken) =>
        large.FindOrReadAsync(
            new(organization, Project: null, ByTransaction: false, window), () => ReadProjectsAsync(organization, window, cancellationToken), cancellationToken);

    public Task<RateTable> ListTransactionsAsync(string organization, string? project, VolumeWindow window, CancellationToken cancellationToken) =>
        large.FindOrReadAsync(
            new(organization, project, ByTransaction: true, window), () => ReadTransactionsAsync(organization, project, window, cancellationToken), cancellationToken);

    public async Task<ServiceView> ReadProjectAsync(ProjectKey project, HistoryWindow window, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var found = await report.ReadAsync(project, cancellationToken);
        var document = found.ToDocument(now);
        var (_, before) = await ReadRatesAsync(project, now, cancellationToken);
        var published = found.Rates?.Project?.Rate;
        var volume = await histories.ReadAsync(project.Organization, project.Project, window, cancellationToken);
        return new(
            project, found.IsKnown, found.Rates?.Version, published, document.Target, document.Rate, document.ServedRate, document.Factor,
            document.Floor, document.Reason)
        {
            RateOfOthers = document.ImplicitServedRate,
            Before = before?.RateOf(project.Project),
            // At the factor of now, which may have expired since.
            ExpectedKept = published is null ? 0 : Spending.Of(published, document.Factor),
            BudgetShare = document.BudgetShare,
            Rules = await rules.GenerateAsync(project, cancellationToken),
            Volume = volume,
            RateHistory = [.. RateStep.Thin(await rates.ReadStepsAsync(project, volume.Start, cancellationToken), volume.Start).Select(step => new TimePoint(step.At, step.Rate))],
        };
    }

    private async Task<RateTable> ReadProjectsAsync(string organization, VolumeWindow window, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var settings = (await organizations.FindAsync(organization, cancellationToken))?.Settings;
        var (current, before) = await ReadRatesAsync(organization, now, cancellationToken);
        var target = TargetOf(settings, current);
        var minutes = WindowOf(window, current, now);
        var known = await projects.ListWithVolumesAsync(organization, minutes, after: null, int.MaxValue, cancellationToken);
        return new(current?.Version.Version ?? 0, target, minutes, [.. known.Select(project => RowOf(project, settings, target, current, before))]);
    }

    private async Task<RateTable> ReadTransactionsAsync(string organization, string? project, VolumeWindow window, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var settings = (await organizations.FindAsync(organization, cancellationToken))?.Settings;
        var (current, before) = project is null
            ? await ReadRatesAsync(organization, now, cancellationToken)
            : await ReadRatesAsync(new ProjectKey(organization, project), now, cancellationToken);
        var target = TargetOf(settings, current);
        var minutes = WindowOf(window, current, now);
        var counted = await volumes.ListLargestAsync(organization, minutes, byTransaction: true, project, after: null, MaxTransactions + 1, cancellationToken);
        var unpublished = counted.Select(row => row.Project).Where(name => current?.Find(name) is null);
        var rows = new TransactionRows(current, before, await UnpublishedAsync(organization, settings, target, minutes, unpublished, cancellationToken));
        foreach (var row in counted.Take(MaxTransactions))
            rows.Add(row.Project, row.Transaction, row.Total, row.Kept);
        var isCut = !rows.TryAddThoseWithoutTraffic(MaxTransactions) || counted.Count > MaxTransactions;
        return new(current?.Version.Version ?? 0, target, minutes, rows.ToList(), isCut);
    }

    private RateRow RowOf(ProjectWithVolume project, OrganizationSettings? settings, TargetRate target, PublishedRates? current, PublishedRates? before)
    {
        var name = project.Project.Key.Project;
        if (current?.Find(name) is { } published)
        {
            var item = ProjectRateItem.Of(current.Version, published, current.Spent, current.At);
            // Its transactions have rates around its own: what it keeps at all of them is told from the volumes they were computed from.
            var share = item.Total > 0 ? Spending.Of(published.Rate, item.Factor) / item.Total : item.ServedRate;
            return new(name, Transaction: null, project.Total, project.Kept, item.ServedRate, before?.RateOf(name), project.Total * share)
            {
                Base = item.Rate,
                Reason = item.Reason,
                Target = item.Target,
            };
        }

        var (rate, own, reason) = UnpublishedRate(settings, project.Project.Settings, target);
        return new(name, Transaction: null, project.Total, project.Kept, rate, before?.RateOf(name), project.Total * rate)
        {
            Origin = RateOrigin.Target,
            Base = own?.Rate ?? target.Rate,
            Reason = reason,
            Target = own,
        };
    }

    // What projects get that have traffic, but no rates yet: all of them before the first pass, then few.
    private async Task<Dictionary<string, double>> UnpublishedAsync(
        string organization, OrganizationSettings? settings, TargetRate target, MinuteWindow window, IEnumerable<string> names, CancellationToken cancellationToken)
    {
        var missing = names.ToHashSet(StringComparer.Ordinal);
        if (missing.Count == 0)
            return [];
        var known = await projects.ListWithVolumesAsync(organization, window, after: null, int.MaxValue, cancellationToken);
        return known.Select(project => project.Project).Where(project => missing.Contains(project.Key.Project))
            .ToDictionary(project => project.Key.Project, project => UnpublishedRate(settings, project.Settings, target).Rate, StringComparer.Ordinal);
    }

    private (double Rate, TargetRate? Own, RateReason? Reason) UnpublishedRate(OrganizationSettings? settings, ProjectSettings? project, TargetRate target)
    {
        var own = TargetRate.OfProject(settings, project, target);
        var rate = ServedRate.OfTarget(own.Rate, SamplingPolicy.Of(settings, project, defaults.Value).Floor);
        return (rate, own == target ? null : own, rate > own.Rate ? RateReason.Floor : null);
    }

    private TargetRate TargetOf(OrganizationSettings? settings, PublishedRates? current) =>
        current?.Version.Target ?? TargetRate.Of(settings, monthlyVolume: null, defaults.Value);

    private static MinuteWindow WindowOf(VolumeWindow window, PublishedRates? current, DateTimeOffset now) =>
        window == VolumeWindow.OfRates && current is not null ? current.Version.Window : MinuteWindow.Ending(now, HourMinutes);

    private async Task<(PublishedRates? Current, PublishedRates? Before)> ReadRatesAsync(string organization, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var current = await rates.ReadPageAsync(organization, version: null, after: null, int.MaxValue, cancellationToken);
        var before = current?.Version.Version > 1
            ? await rates.ReadPageAsync(organization, current.Version.Version - 1, after: null, int.MaxValue, cancellationToken)
            : null;
        return (
            current is null ? null : new(current.Version, current.Projects, current.Spent, now),
            // As it was then, with a factor that may have expired since.
            before is null ? null : new(before.Version, before.Projects, before.Spent, before.Version.ComputedAt));
    }

    private async Task<(PublishedRates? Current, PublishedRates? Before)> ReadRatesAsync(ProjectKey project, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var current = await rates.FindProjectAsync(project, cancellationToken);
        var before = current?.Version.Version > 1 ? await rates.FindProjectAsync(project, current.Version.Version - 1, cancellationToken) : null;
        return (
            current is null ? null : new(current.Version, ListOf(current), current.Spent, now),
            before is null ? null : new(before.Version, ListOf(before), before.Spent, before.Version.ComputedAt));

        static IReadOnlyList<ProjectPublication> ListOf(ProjectRates found) => found.Project is { } published ? [published] : [];
    }
}
