using System.Text.Json.Serialization;
using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Goals;
using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Routing;
using DynamicSampling.Tasks.Runtime;
using DynamicSampling.Tasks.Sampling;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DynamicSampling.Api.Endpoints;

/// <summary>The versions of rates that are kept, and the way back to one of them.</summary>
internal static class RateVersionsEndpoints
{
    public static void MapRateVersions(this IEndpointRouteBuilder app)
    {
        var rates = app.MapGroup("/api/organizations/{org}").WithTags("Rates").RequireScope(Scope.Read);
        rates.MapGet("/rates/versions", List)
            .WithName("ListRateVersions").WithSummary("The versions of an organization's rates that are kept, newest first")
            .WithDescription("A version is kept for `Storage:RatesLifetime` after the next one came. `GET …/rates?version=` shows one.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
        rates.MapPost("/rates:rollback", RollBack)
            .RequireScope(Scope.Operate)
            .WithName("RollBackRates").WithSummary("Publishes the rates of an earlier version anew, and pins them")
            .WithDescription("Until the pin ends, by itself or by DELETE, no pass publishes for the organization.")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status404NotFound)
            .ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        rates.MapDelete("/rates/pin", Unpin)
            .RequireScope(Scope.Operate)
            .WithName("UnpinRates").WithSummary("Ends the pin of a rollback, so that the next pass publishes again")
            .WithDescription("The rates stay in force until then. Without a pin it changes nothing.")
            .ProducesProblem(StatusCodes.Status400BadRequest);
    }

    /// <summary>The answer about a version that is not kept.</summary>
    public static async Task<ProblemHttpResult> NotKeptAsync(string organization, long version, SqlRateVersions versions, CancellationToken cancellationToken) =>
        Problems.NotFound(await DescribeNotKeptAsync(organization, version, versions, cancellationToken));

    /// <summary>The sentence about a version that is not kept.</summary>
    public static async Task<string> DescribeNotKeptAsync(string organization, long version, SqlRateVersions versions, CancellationToken cancellationToken) =>
        await versions.FindKeptAsync(organization, cancellationToken) is ({ } first, { } last)
            ? $"Version {version} of the rates of organization '{organization}' is not kept: versions {first} to {last} are."
            : $"No rates of organization '{organization}' have been published.";

    private static async Task<Ok<Page<RateVersionItem>>> List(
        PathName org, SqlRateVersions versions, int? limit, string? cursor, CancellationToken cancellationToken)
    {
        var count = Paging.Limit(limit);
        var rows = await versions.ListAsync(org.Value, Paging.Cursor<VersionCursor>(cursor)?.Version, count + 1, cancellationToken);
        return TypedResults.Ok(Paging.ToPage(rows, count, RateVersionItem.Of, version => new VersionCursor(version.Rates.Version)));
    }

    private static async Task<Results<Ok<RollbackAnswer>, ProblemHttpResult>> RollBack(
        PathName org, RollbackBody body, HttpContext http, SqlRateVersions versions, CancellationToken cancellationToken)
    {
        if (body.Check() is { } problem)
            return Problems.BadRequest(problem.ToString());
        var version = body.Version!.Value;
        return await versions.RollBackAsync(org.Value, version, body.DurationOrDefault(), Caller.NameOf(http), cancellationToken) is { } made
            ? TypedResults.Ok(new RollbackAnswer(org.Value, made.Version, version, made.ProjectsChanged, PinItem.Of(made.Pin)!))
            : await NotKeptAsync(org.Value, version, versions, cancellationToken);
    }

    private static async Task<NoContent> Unpin(PathName org, HttpContext http, SqlRateVersions versions, CancellationToken cancellationToken)
    {
        await versions.UnpinAsync(org.Value, Caller.NameOf(http), cancellationToken);
        return TypedResults.NoContent();
    }

    private sealed record VersionCursor(long Version);
}

/// <summary>A version of rates.</summary>
/// <param name="Version">Grows by one with each publication.</param>
/// <param name="ComputedAt">When it was computed, or brought back by a rollback: since then it was in force.</param>
/// <param name="ComputedBy">The run that computed its rates.</param>
/// <param name="Mode">Whether there was one target for the organization, or one per project.</param>
/// <param name="Target">The target it was computed for, and where it came from.</param>
/// <param name="Factor">The recalibration factor, as it was computed.</param>
/// <param name="ProjectsChanged">How many projects got other rates by it, or none any more; null of versions from before this was counted.</param>
/// <param name="InForce">Whether it is in force now.</param>
/// <param name="RestoredFrom">The earlier version whose rates it has, after a rollback; null when they were computed.</param>
internal sealed record RateVersionItem(
    long Version,
    [property: JsonConverter(typeof(UtcMillisecondsJsonConverter))] DateTimeOffset ComputedAt,
    Guid ComputedBy,
    SamplingMode Mode,
    TargetRate Target,
    double Factor,
    long? ProjectsChanged,
    bool InForce,
    long? RestoredFrom)
{
    public static RateVersionItem Of(RateVersion version) => new(
        version.Rates.Version, version.Rates.ComputedAt, version.Rates.ComputedBy, version.Rates.Mode, version.Rates.Target,
        version.Rates.Recalibration.Factor, version.ProjectsChanged, version.IsInForce, version.Rates.RestoredFrom);
}

/// <summary>What a rollback came to.</summary>
/// <param name="Organization">The organization's name.</param>
/// <param name="Version">The new version, which is in force now.</param>
/// <param name="RestoredFrom">The earlier version whose rates it has.</param>
/// <param name="ProjectsChanged">How many projects got other rates by it, or none any more.</param>
/// <param name="Pin">What keeps it in force.</param>
internal sealed record RollbackAnswer(string Organization, long Version, long RestoredFrom, int ProjectsChanged, PinItem Pin);
