using System.Data.Common;
using Dapper;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Storage;
using Npgsql;

namespace DynamicSampling.Api.Cluster;

/// <summary>
/// Tells the other processes of changes that this one has made to rates and settings, and hears of theirs. What has changed is in a table, which is asked
/// every second in any case; a notification only makes it sooner. So nothing is missed when a connection is lost, or a pooler between
/// keeps notifications away.
/// </summary>
internal sealed class ChangeFeed(
    DbDataSource source, Database database, RatesChanged changes, NodeHeartbeat heartbeat, TimeProvider clock, ILogger<ChangeFeed> logger) : BackgroundService
{
    private const string Channel = "dynamic_sampling";
    private const string RatesMessage = "rates";
    private const string CancelMessage = "cancel";

    /// <summary>Notifications make commits wait for each other: one in this time, and not one for each organization.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Changes are remembered for an hour (Retention). Who has not asked for half of that had better read everything again.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(30);

    private readonly SemaphoreSlim _toTell = new(0, 1);
    private string? _snapshot;
    private long _asked;
    private bool _isFailing;

    /// <summary>A run of another process is to be canceled.</summary>
    public Task TellCancelAsync(CancellationToken cancellationToken) => TellAsync(CancelMessage, cancellationToken);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!database.Dialect.IsShared)
            return;
        // Before anything is read into memory.
        await ReadAsync(cancellationToken);
        changes.Changed = Signal;
        await base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _toTell.Dispose();
        base.Dispose();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(TellAsync(stoppingToken), ListenAsync(stoppingToken));

    private void Signal()
    {
        try
        {
            _toTell.Release();
        }
        catch (Exception exception) when (exception is SemaphoreFullException or ObjectDisposedException)
        {
            // It is about to tell, or gone.
        }
    }

    private async Task TellAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await _toTell.WaitAsync(stoppingToken);
                await TellAsync(RatesMessage, stoppingToken);
                await Task.Delay(Pace, clock, stoppingToken);
            }
            catch (Exception exception) when (exception is OperationCanceledException or StorageUnavailableException)
            {
                // They ask every second in any case.
            }
        }
    }

    private Task<int> TellAsync(string message, CancellationToken cancellationToken) =>
        database.ReadAsync(connection => connection.ExecuteAsync("SELECT pg_notify(@Channel, @message)", new { Channel, message }), cancellationToken);

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var connection = (NpgsqlConnection)await source.OpenConnectionAsync(stoppingToken);
                connection.Notification += (_, notification) =>
                {
                    if (string.Equals(notification.Payload, CancelMessage, StringComparison.Ordinal))
                        heartbeat.Wake();
                };
                await connection.ExecuteAsync($"LISTEN {Channel}");
                try
                {
                    while (true)
                    {
                        await ReadAsync(stoppingToken);
                        if (_isFailing)
                            Log.ChangesHeardAgain(logger);
                        _isFailing = false;
                        await connection.WaitAsync((int)Interval.TotalMilliseconds, stoppingToken);
                    }
                }
                finally
                {
                    // It goes back to the pool as it is; closed if it is broken.
                    if (connection.State == System.Data.ConnectionState.Open)
                        await connection.ExecuteAsync("UNLISTEN *");
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                if (!_isFailing)
                    Log.ChangesNotHeard(logger, exception);
                _isFailing = true;
                await Task.Delay(Interval, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException)
            {
                // The process is stopping.
            }
        }
    }

    /// <summary>Reads what has changed since the last time.</summary>
    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var asked = clock.GetTimestamp();
        // Transactions end in another order than they begin, and one that was open the last time may have changed what a later one has changed since. So
        // what counts is neither the highest number nor the number of rows, but what could not be seen the last time.
        var rows = (await database.ReadAsync(
            connection => connection.QueryAsync<(string Snapshot, bool IsBehind, string? Organization)>(
                """
                SELECT s.now::text, COALESCE(pg_snapshot_xmax(s.now) < pg_snapshot_xmax(s.last), FALSE), c.organization
                FROM (SELECT pg_current_snapshot() AS now, @last::pg_snapshot AS last) s
                LEFT JOIN (
                    SELECT organization FROM organization_changes
                    WHERE transaction >= pg_snapshot_xmin(@last::pg_snapshot)::text::bigint
                      AND transaction < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                      AND NOT pg_visible_in_snapshot(transaction::text::xid8, @last::pg_snapshot)
                    GROUP BY organization) c ON TRUE
                """,
                new { last = _snapshot }),
            cancellationToken)).AsList();
        // A server that took over without the last transactions of the one before gives their numbers once more.
        if (rows[0].IsBehind || (_asked != 0 && clock.GetElapsedTime(_asked) > LongestSilence))
            changes.NotifyAll();
        (_asked, _snapshot) = (asked, rows[0].Snapshot);
        foreach (var (_, _, organization) in rows)
        {
            if (organization is not null)
                changes.NotifyOfOthers(organization);
        }
    }
}
