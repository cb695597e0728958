using DynamicSampling.Api.Cluster;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Storage;
using DynamicSampling.Tasks.Sampling;

namespace DynamicSampling.Api.Ingest.Traffic;

/// <summary>
/// Takes over from the process before this one whose clients hold rates, and tells other processes and hears from them: a client polls whichever
/// it reaches, and its spans may reach another. Without that, what it sends would be taken for all there was.
/// </summary>
internal sealed class ClientMemory(
    TrafficTable traffic, SqlClientStore store, SamplingStrategies strategies, Database database, ThisNode node, TimeProvider clock, ILogger<ClientMemory> logger)
    : BackgroundService
{
    private static readonly TimeSpan LastSave = TimeSpan.FromSeconds(5);

    /// <summary>By how much the clocks of processes may differ.</summary>
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(1);

    /// <summary>How many polls of a service another process may have had at a time, for all that is known of them here.</summary>
    private const int MaxPollsAtOnce = 16;

    /// <summary>How often all polls of the others are read, and what is past its time forgotten; otherwise only new ones are.</summary>
    private static readonly TimeSpan FullReading = TimeSpan.FromMinutes(10);

    // The polls of other processes that are known, each of one service at one process.
    private Dictionary<(ProjectKey Service, string Node), long> _known = [];
    private DateTimeOffset _heardAt;
    private DateTimeOffset _heardAllAt;
    private bool _isCutOff;

    /// <summary>Rates that change are in force when clients poll: others should not hear of that much later.</summary>
    private TimeSpan Interval => database.Dialect.IsShared ? TimeSpan.FromSeconds(5) : TimeSpan.FromMinutes(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var stored = await store.ReadAsync(clock.GetUtcNow() - TrafficTable.Idle, cancellationToken);
        foreach (var client in stored.GroupBy(client => new ProjectKey(client.Organization, client.Service)).Select(polled => polled.MaxBy(client => client.LastPollAt)!))
        {
            // As polls are: there may be less room than there was.
            if (traffic.FindOrAddPolled(client.Organization, client.Service) is not { } service)
                continue;
            // They were given this unless it changed while no process was there to publish.
            var strategy = await strategies.FindAsync(client.Organization, client.Service, cancellationToken);
            lock (service.Gate)
                service.Restore(PollHistory.Restore(client.LastPollAt, strategy.Rates, (int)client.Clients, client.PollInterval));
        }

        _known = stored.ToDictionary(Key, client => client.Polls);
        _heardAt = _heardAllAt = clock.GetUtcNow();
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
            {
                await SaveAsync(stoppingToken);
                if (database.Dialect.IsShared)
                    await HearAsync(stoppingToken);
            }
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
                changed.Add(new(service.Organization, service.Service, node.Name, polls.Latest, service.PollsHere, polls.Clients, polls.Interval));
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
            SayOnce(exception, Log.PollsNotStored);
        }
    }

    /// <summary>Notes the polls of other processes since the last time, as if their clients had polled here.</summary>
    private async Task HearAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var isAll = now - _heardAllAt >= FullReading;
        IReadOnlyList<StoredClients> stored;
        try
        {
            stored = await store.ReadAsync(isAll ? now - TrafficTable.Idle : _heardAt - ClockSkew, cancellationToken);
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            SayOnce(exception, Log.PollsNotHeard);
            return;
        }

        if (_isCutOff)
            Log.PollsHeardAgain(logger);
        _isCutOff = false;

        var known = isAll ? new Dictionary<(ProjectKey, string), long>(stored.Count) : _known;
        var latest = (now + ClockSkew).ToUnixTimeMilliseconds();
        foreach (var client in stored.Where(client => !string.Equals(client.Node, node.Name, StringComparison.Ordinal)))
        {
            var before = _known.GetValueOrDefault(Key(client));
            known[Key(client)] = client.Polls;
            // Fewer than are known: its process has been started again.
            var polls = client.Polls >= before ? client.Polls - before : client.Polls;
            if (polls == 0 || traffic.FindOrAddPolled(client.Organization, client.Service) is not { } service)
                continue;
            // New rates are everywhere within a second, so what they were given is what would be given here.
            var strategy = await strategies.FindAsync(client.Organization, client.Service, cancellationToken);
            lock (service.Gate)
                service.PolledElsewhere(Math.Min(client.LastPollAt, latest), strategy.Rates, (int)Math.Min(polls, MaxPollsAtOnce));
        }

        (_known, _heardAt) = (known, now);
        if (isAll)
            _heardAllAt = now;
    }

    // Where processes share a database this comes every five seconds.
    private void SayOnce(Exception exception, Action<ILogger, Exception> say)
    {
        if (!_isCutOff)
            say(logger, exception);
        _isCutOff = database.Dialect.IsShared;
    }

    private static (ProjectKey, string) Key(StoredClients client) => (new(client.Organization, client.Service), client.Node);
}
