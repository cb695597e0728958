using DynamicSampling.Api.Authentication;
using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Api.Dashboard;

/// <summary>Finds the latest run of the whole pass.</summary>
internal sealed class LatestPass(RunHistory runs)
{
    private const string Task = "rebalance_orgs";

    // Between those over all organizations there may be some over one.
    private const int Looked = 20;

    /// <summary>The latest that was about an organization, or about all of them; null when there is none that the sender of a request may see.</summary>
    public async Task<TaskRun?> FindAsync(HttpContext http, string organization, CancellationToken cancellationToken)
    {
        var own = await runs.ListAsync(new() { Task = Task, Organization = organization, Limit = 1 }, cancellationToken) is [var latest] ? latest : null;
        var overAll = await FindAsync(http, cancellationToken);
        return own is null || overAll?.Id.CompareTo(own.Id) > 0 ? overAll : own;
    }

    /// <summary>The latest over all organizations, or over a part of them.</summary>
    public async Task<TaskRun?> FindAsync(HttpContext http, CancellationToken cancellationToken)
    {
        if (!Caller.MaySee(http, organization: null))
            return null;
        var latest = await runs.ListAsync(new() { Task = Task, Limit = Looked }, cancellationToken);
        return latest.FirstOrDefault(run => run.Organization is null);
    }
}
