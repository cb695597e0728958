using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Endpoints;
using DynamicSampling.Api.Storage;
using DynamicSampling.Dashboard.Settings;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Dashboard;

/// <summary>The versions of rates for the dashboard: the same as <c>…/rates/versions</c>, <c>…/rates:rollback</c> and <c>…/rates/pin</c>.</summary>
internal sealed class RateVersions(SqlRateVersions versions, SqlRateStore rates, TimeProvider clock) : IRateVersions
{
    public async Task<RateVersionsView> ListAsync(string organization, long? before, int limit, CancellationToken cancellationToken)
    {
        var rows = await versions.ListAsync(organization, before, limit + 1, cancellationToken);
        var current = await rates.FindAsync(organization, cancellationToken);
        return new(
            organization,
            [.. rows.Take(limit).Select(RateVersionItem.Of).Select(version => new RateVersionLine(
                version.Version, version.ComputedAt, version.ComputedBy, version.Target, version.ProjectsChanged, version.InForce, version.RestoredFrom))],
            rows.Count > limit ? rows[limit - 1].Rates.Version : null,
            current?.PinAt(clock.GetUtcNow()));
    }

    public async Task<MemberProblem?> RollBackAsync(
        HttpContext http, string organization, long? version, TimeSpan? duration, CancellationToken cancellationToken)
    {
        var body = new RollbackBody(version, duration);
        if (body.Check() is { } problem)
            return problem;
        return await versions.RollBackAsync(organization, version!.Value, body.DurationOrDefault(), Caller.NameOf(http), cancellationToken) is null
            ? new("version", await RateVersionsEndpoints.DescribeNotKeptAsync(organization, version.Value, versions, cancellationToken))
            : null;
    }

    public Task UnpinAsync(HttpContext http, string organization, CancellationToken cancellationToken) =>
        versions.UnpinAsync(organization, Caller.NameOf(http), cancellationToken);
}
