using System.Text.Json.Serialization;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Goals;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Endpoints;

/// <summary>The rates that are in force, and why.</summary>
internal static class RatesEndpoints
{
    public static void MapRates(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/organizations/{org}/rates", Get)
            .WithTags("Rates").RequireScope(Scope.Read).WithName("GetRates").WithSummary("The rates that are in force for an organization, and what they were computed from")
            .WithDescription("Before the first run the version is 0, there are no projects, and every service gets the target. With `?version=` it is one that was in force, as it was then.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound);
        app.MapGet("/api/organizations/{org}/projects/{project}/rates", GetProject)
            .WithTags("Rates").RequireScope(Scope.Read).WithName("GetProjectRates").WithSummary("The rates that are in force for a project and its transactions, and what they were computed from")
            .WithDescription("A project that has no rate of its own gets its organization's target.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<Results<Ok<RatesDocument>, ProblemHttpResult>> Get(
        PathName org, SqlRateStore rates, SqlRateVersions versions, SqlOrganizationStore organizations, IOptions<SamplingOptions> defaults,
        TimeProvider clock, long? version, int? limit, string? cursor, CancellationToken cancellationToken)
    {
        var count = Paging.Limit(limit);
        var page = await rates.ReadPageAsync(org.Value, version, Paging.Cursor<ProjectCursor>(cursor)?.Project, count + 1, cancellationToken);
        if (page is null && version is { } wanted)
            return await RateVersionsEndpoints.NotKeptAsync(org.Value, wanted, versions, cancellationToken);
        if (page is null)
        {
            var settings = (await organizations.FindAsync(org.Value, cancellationToken))?.Settings;
            return TypedResults.Ok(new RatesDocument(
                org.Value, Version: 0, ComputedBy: null, ComputedAt: null, WindowStart: null, WindowEnd: null, settings?.Mode ?? SamplingMode.Organization,
                Factor: 1, FactorUntil: null, Obedience: null, TargetRate.Of(settings, monthlyVolume: null, defaults.Value),
                SamplingPolicy.Of(settings, project: null, defaults.Value).Floor, ExpectedKept: 0, RestoredFrom: null, Pin: null, Projects: [], Next: null));
        }

        var found = page.Version;
        // What was in force is shown as it was then: with its factor, which may have expired since.
        var instant = page.IsInForce ? clock.GetUtcNow() : found.ComputedAt;
        var projects = Paging.ToPage(
            page.Projects, count, project => ProjectRateItem.Of(found, project, page.Spent, instant), project => new ProjectCursor(project.Rate.Project));
        return TypedResults.Ok(new RatesDocument(
            org.Value, found.Version, found.ComputedBy, found.ComputedAt, found.Window.Start, found.Window.End, found.Mode,
            found.Recalibration.HoldsAt(instant) ? found.Recalibration.Factor : 1, found.Recalibration.Until, found.Recalibration.Obedience,
            found.Target, found.Floor, page.Spent, found.RestoredFrom, page.IsInForce ? PinItem.Of(found.PinAt(instant)) : null, projects.Items, projects.Next));
    }

    private static async Task<Ok<ProjectRatesDocument>> GetProject(
        PathName org, PathName project, ProjectRatesReport report, TimeProvider clock, CancellationToken cancellationToken) =>
        TypedResults.Ok((await report.ReadAsync(new(org.Value, project.Value), cancellationToken)).ToDocument(clock.GetUtcNow()));
}

/// <summary>The rates of an organization.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Version">Grows by one with each publication; 0 before the first.</param>
/// <param name="ComputedBy">The run that computed them.</param>
/// <param name="ComputedAt">When they were computed, or brought back by a rollback: since then they are in force.</param>
/// <param name="WindowStart">The start of the volumes they were computed from.</param>
/// <param name="WindowEnd">The end of those volumes.</param>
/// <param name="Mode">Whether there is one target for the organization, or one per project.</param>
/// <param name="Factor">The recalibration factor in force; 1 changes nothing. In mode project each project has its own.</param>
/// <param name="FactorUntil">When the factor expires if no run renews it; null for never.</param>
/// <param name="Obedience">What clients kept as a share of what the rates in force should have kept, by the last recalibration; null when that is not known.</param>
/// <param name="Target">The target they were computed for, and where it came from.</param>
/// <param name="Floor">No rate but 0 is served below this, 0 to 1.</param>
/// <param name="ExpectedKept">Traces of the window that are kept at these rates.</param>
/// <param name="RestoredFrom">The earlier version whose rates these are, after a rollback; null when they were computed.</param>
/// <param name="Pin">What keeps them in force after a rollback; null for nothing.</param>
/// <param name="Projects">The projects, by name.</param>
/// <param name="Next">The cursor of the next page of projects; null on the last one.</param>
internal sealed record RatesDocument(
    string Organization,
    long Version,
    Guid? ComputedBy,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset? ComputedAt,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset? WindowStart,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset? WindowEnd,
    SamplingMode Mode,
    double Factor,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset? FactorUntil,
    double? Obedience,
    TargetRate Target,
    double Floor,
    double ExpectedKept,
    long? RestoredFrom,
    PinItem? Pin,
    IReadOnlyList<ProjectRateItem> Projects,
    string? Next);

/// <summary>The rate of a project.</summary>
/// <param name="Project">The project's name.</param>
/// <param name="Rate">The model's rate, the base, 0 to 1.</param>
/// <param name="ServedRate">The rate with factor and floor, 0 to 1. Transactions have their own, around it.</param>
/// <param name="ImplicitRate">The base of transactions that have no rate of their own, 0 to 1.</param>
/// <param name="Factor">The recalibration factor in force for it.</param>
/// <param name="Floor">No rate but 0 is served below this, 0 to 1.</param>
/// <param name="Target">Its own target, in mode project; else null.</param>
/// <param name="Reason">Why the served rate is not base × factor; null when it is.</param>
/// <param name="Total">Root traces in the window, before sampling.</param>
/// <param name="Kept">Root traces stored in the window.</param>
/// <param name="ExpectedKept">Traces of the window that are kept at these rates.</param>
/// <param name="BudgetShare">Its share of all traces that are kept at these rates, 0 to 1.</param>
internal sealed record ProjectRateItem(
    string Project, double Rate, double ServedRate, double ImplicitRate, double Factor, double Floor, TargetRate? Target, RateReason? Reason,
    double Total, double Kept, double ExpectedKept, double BudgetShare)
{
    public static ProjectRateItem Of(OrganizationRates version, ProjectPublication project, double spent, DateTimeOffset now)
    {
        var rate = project.Rate;
        var factor = version.FactorOf(rate, now);
        return new(
            rate.Project, rate.Rate, Tasks.Sampling.ServedRate.OfProject(rate, factor), rate.ImplicitRate, factor, rate.Floor, rate.Target,
            Tasks.Sampling.ServedRate.ReasonOf(rate, transaction: "", own: null, factor), rate.Total, rate.Kept, project.Spent,
            spent > 0 ? project.Spent / spent : 0);
    }
}

/// <summary>The rates of a project and its transactions.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Project">The project's name.</param>
/// <param name="Version">The organization's version; 0 before the first.</param>
/// <param name="ComputedBy">The run that computed it.</param>
/// <param name="ComputedAt">When it was computed.</param>
/// <param name="WindowStart">The start of the volumes it was computed from.</param>
/// <param name="WindowEnd">The end of those volumes.</param>
/// <param name="Target">The target that counts for the project, and where it came from.</param>
/// <param name="Rate">The project's rate, the base, 0 to 1; the target when it has none of its own.</param>
/// <param name="ServedRate">The project's rate with factor and floor, 0 to 1.</param>
/// <param name="ImplicitRate">The base of transactions that have no rate of their own, 0 to 1.</param>
/// <param name="ImplicitServedRate">What transactions get that have no rate of their own, 0 to 1.</param>
/// <param name="Factor">The recalibration factor in force for it.</param>
/// <param name="Floor">No rate but 0 is served below this, 0 to 1.</param>
/// <param name="Reason">Why the served rate is not base × factor; null when it is.</param>
/// <param name="Total">Root traces in the window, before sampling.</param>
/// <param name="Kept">Root traces stored in the window.</param>
/// <param name="ExpectedKept">Traces of the window that are kept at these rates.</param>
/// <param name="BudgetShare">Its share of all of the organization's traces that are kept at these rates, 0 to 1.</param>
/// <param name="TransactionNames">How many transactions had traffic in the window.</param>
/// <param name="Transactions">Those with rates of their own, largest first.</param>
internal sealed record ProjectRatesDocument(
    string Organization,
    string Project,
    long Version,
    Guid? ComputedBy,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset? ComputedAt,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset? WindowStart,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset? WindowEnd,
    TargetRate Target,
    double Rate,
    double ServedRate,
    double ImplicitRate,
    double ImplicitServedRate,
    double Factor,
    double Floor,
    RateReason? Reason,
    double Total,
    double Kept,
    double ExpectedKept,
    double BudgetShare,
    long TransactionNames,
    IReadOnlyList<TransactionRateItem> Transactions)
{
    public static ProjectRatesDocument Of(OrganizationRates version, ProjectPublication published, double spent, DateTimeOffset now)
    {
        var item = ProjectRateItem.Of(version, published, spent, now);
        var rate = published.Rate;
        return new(
            version.Organization, rate.Project, version.Version, version.ComputedBy, version.ComputedAt, version.Window.Start, version.Window.End,
            rate.Target ?? version.Target, item.Rate, item.ServedRate, item.ImplicitRate, Tasks.Sampling.ServedRate.OfOthers(rate, item.Factor), item.Factor,
            item.Floor, item.Reason, item.Total, item.Kept, item.ExpectedKept, item.BudgetShare, rate.Names,
            [.. rate.Transactions.Select(transaction => TransactionRateItem.Of(rate, transaction, item.Factor, spent))]);
    }

    /// <summary>Of a project that has no rate of its own.</summary>
    public static ProjectRatesDocument OfTarget(string organization, string project, OrganizationRates? version, TargetRate target, double floor)
    {
        var served = Tasks.Sampling.ServedRate.OfTarget(target.Rate, floor);
        return new(
            organization, project, version?.Version ?? 0, version?.ComputedBy, version?.ComputedAt, version?.Window.Start, version?.Window.End, target,
            target.Rate, served, target.Rate, served, Factor: 1, floor, served > target.Rate ? RateReason.Floor : null, Total: 0, Kept: 0,
            ExpectedKept: 0, BudgetShare: 0, TransactionNames: 0, Transactions: []);
    }
}

/// <summary>The rate of a transaction.</summary>
/// <param name="Transaction">The transaction's name.</param>
/// <param name="Rate">The model's rate, the base, 0 to 1.</param>
/// <param name="ServedRate">What clients get: base × factor, at least the floor, 0 to 1.</param>
/// <param name="Reason">Why the served rate is not base × factor; null when it is.</param>
/// <param name="Total">Root traces in the window, before sampling.</param>
/// <param name="Kept">Root traces stored in the window.</param>
/// <param name="ExpectedKept">Traces of the window that are kept at this rate.</param>
/// <param name="BudgetShare">Its share of all of the organization's traces that are kept, 0 to 1.</param>
internal sealed record TransactionRateItem(
    string Transaction, double Rate, double ServedRate, RateReason? Reason, double Total, double Kept, double ExpectedKept, double BudgetShare)
{
    public static TransactionRateItem Of(ProjectRate project, TransactionRate transaction, double factor, double spent)
    {
        var served = Tasks.Sampling.ServedRate.Of(project, transaction.Transaction, transaction, factor);
        return new(
            transaction.Transaction, transaction.Rate ?? project.ImplicitRate, served,
            Tasks.Sampling.ServedRate.ReasonOf(project, transaction.Transaction, transaction, factor), transaction.Total, transaction.Kept,
            transaction.Total * served, spent > 0 ? transaction.Total * served / spent : 0);
    }
}
