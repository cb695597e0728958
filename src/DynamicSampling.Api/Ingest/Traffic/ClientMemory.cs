using DynamicSampling.Api.Cluster;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Storage;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Ingest.Traffic;

/// <summary>
/// Takes over from the process before this one whose clients hold rates. Without that, what they send until they poll again would be taken for
/// all there was.
/// </summary>
internal sealed class ClientMemory(
    TrafficTable traffic, SqlClientStore store, SamplingStrategies strategies, IOptions<ClusterOptions> cluster, TimeProvider clock, ILogger<ClientMemory> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LastSave = TimeSpan.FromSeconds(5);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var client in await store.ReadAsync(clock.GetUtcNow() - TrafficTable.Idle, cancellationToken))
        {
            // As polls are: there may be less room than there was.
            if (traffic.FindOrAddPolled(client.Organization, client.Service) is not { } service)
                continue;
            // They were given this unless it changed while no process was there to publish.
            var strategy = await strategies.FindAsync(client.Organization, client.Service, cancellationToken);
            lock (service.Gate)
                service.Restore(PollHistory.Restore(client.LastPollAt, strategy.Rates, (int)client.Clients, client.PollInterval));
        }

        await base.StartAsync(cancellationToken);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // Also when a server that waited for slow clients has used up the host's time.
        using var last = new CancellationTokenSource(LastSave, clock);
        try
        {
            await SaveAsync(last.Token);
        }
        catch (OperationCanceledException exception)
        {
            Log.PollsNotStored(logger, exception);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await SaveAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The process is stopping; it saves for the last time.
        }
    }

    private async Task SaveAsync(CancellationToken cancellationToken)
    {
        var changed = new List<StoredClients>();
        foreach (var service in traffic.All)
        {
            lock (service.Gate)
            {
                if (!service.HasNewPolls || service.Polls is not { } polls)
                    continue;
                service.HasNewPolls = false;
                changed.Add(new(service.Organization, service.Service, cluster.Value.Node, polls.Latest, service.PollsHere, polls.Clients, polls.Interval));
            }
        }

        if (changed.Count == 0)
            return;
        try
        {
            await store.SaveAsync([.. changed], clock.GetUtcNow() - TrafficTable.Idle, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // The next poll of each comes soon, and with it the next time to store it.
            Log.PollsNotStored(logger, exception);
        }
    }
}
