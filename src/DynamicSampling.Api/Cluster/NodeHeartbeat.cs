using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Runs;

namespace DynamicSampling.Api.Cluster;

/// <summary>
/// Every second: tells the other processes that this one is there, shows them its runs, finds the runs of those that are not, and cancels
/// runs of this one that somebody asked another process to cancel. Only where processes share a database.
/// </summary>
internal sealed class NodeHeartbeat(
    Database database, SqlNodeStore nodes, SqlRunStore runs, SqlNodeRuns nodeRuns, RunRegistry registry, ThisNode node, TimeProvider clock, ILogger<NodeHeartbeat> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastCheckIn = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _gate = new();
    private Task? _stopping;
    private long _startedAt;
    private bool _isFailing;
    private bool _isDisplaced;

    /// <summary>Looks now for runs to cancel, and not in the next second.</summary>
    public void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (Exception exception) when (exception is SemaphoreFullException or ObjectDisposedException)
        {
            // It is awake already, or gone.
        }
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!database.Dialect.IsShared)
            return;
        _startedAt = await nodes.StartAsync(cancellationToken);
        // What has this name and runs is of a process that was here before.
        var lost = await nodeRuns.MarkLostAsync(node.Name, cancellationToken) + await nodeRuns.MarkLostOfDeadNodesAsync(cancellationToken);
        if (lost > 0)
            Log.RunsLost(logger, lost);
        Log.NodeStarted(logger, node.Name);
        await base.StartAsync(cancellationToken);
    }

    /// <summary>A host that is stopped by two at once goes when one of them has been through: both wait for the same.</summary>
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return _stopping ??= StopOnceAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = clock.CreateTimer(static self => ((NodeHeartbeat)self!).Wake(), this, Interval, Interval);
        try
        {
            while (true)
            {
                await _wake.WaitAsync(stoppingToken);
                try
                {
                    await BeatAsync(stoppingToken);
                    if (_isFailing)
                        Log.NodeIsBack(logger);
                    _isFailing = false;
                }
                catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
                {
                    // Once, and not every second.
                    if (!_isFailing)
                        Log.NodeIsCutOff(logger, exception);
                    _isFailing = true;
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The last check-in follows.
        }
    }

    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_startedAt == 0)
            return;
        using var last = new CancellationTokenSource(LastCheckIn, clock);
        try
        {
            await runs.SaveUnsavedAsync(last.Token);
            await nodes.EndAsync(_startedAt, last.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or StorageUnavailableException)
        {
            // The others will find out by themselves.
        }
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        if (!await nodes.CheckInAsync(_startedAt, cancellationToken))
        {
            // It may only have been forgotten.
            var displaced = (await nodes.ListAsync(cancellationToken)).Any(other => string.Equals(other.Name, node.Name, StringComparison.Ordinal));
            if (displaced && !_isDisplaced)
                Log.NodeDisplaced(logger, node.Name);
            _isDisplaced = displaced;
            if (!displaced)
                _startedAt = await nodes.StartAsync(cancellationToken);
        }

        await runs.SaveUnsavedAsync(cancellationToken);
        await runs.SaveProgressAsync([.. registry.ToList().Select(run => run.Snapshot()).Where(run => run.Status == RunStatus.Running)], cancellationToken);
        foreach (var id in await nodeRuns.ListCancelRequestsAsync(node.Name, cancellationToken))
            registry.Cancel(id);
        var lost = await nodeRuns.MarkLostOfDeadNodesAsync(cancellationToken);
        if (lost > 0)
            Log.RunsOfDeadNodesLost(logger, lost);
        await nodes.ForgetAsync(ForgottenAfter, cancellationToken);
    }
}
