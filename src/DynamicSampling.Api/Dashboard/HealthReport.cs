using DynamicSampling.Api.Authentication;
using DynamicSampling.Api.Cluster;
using DynamicSampling.Dashboard.Overview;
using DynamicSampling.Tasks.Sampling;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Dashboard;

/// <summary>How the service is: what <c>/health/ready</c> says, and whether passes are made.</summary>
internal sealed class HealthReport(HealthCheckService checks, ClusterReport cluster, LatestPass passes, IOptions<SchedulingOptions> scheduling)
{
    public async Task<ServiceHealth> ReadAsync(HttpContext http, CancellationToken cancellationToken)
    {
        var report = await checks.CheckHealthAsync(cancellationToken);
        var state = StateOf(report.Status);
        TimeSpan? cycle = scheduling.Value.Enabled ? scheduling.Value.Cycle : null;
        // What is wrong may name organizations, and the processes are for those who see all.
        if (!Caller.MaySee(http, organization: null))
            return new(state, [], [], cycle, LastPass: null, SeesPasses: false);
        var nodes = (await cluster.ReadAsync(cancellationToken)).Nodes;
        return new(
            state,
            [.. report.Entries.Values.Select(entry => entry.Description).OfType<string>()],
            [.. nodes.Where(node => node.Status == NodeStatus.Dead).Select(node => node.Node)],
            cycle,
            await passes.FindAsync(http, cancellationToken),
            SeesPasses: true);
    }

    private static HealthState StateOf(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => HealthState.Healthy,
        HealthStatus.Degraded => HealthState.Degraded,
        _ => HealthState.Unhealthy,
    };
}
