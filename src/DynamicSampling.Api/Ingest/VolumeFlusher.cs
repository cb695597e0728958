using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Storage;
using Microsoft.Extensions.Options;

namespace DynamicSampling.Api.Ingest;

/// <summary>
/// Stores what was counted in memory, every <see cref="IngestOptions.FlushInterval"/>. What was taken for a flush that fails is flushed again
/// under the same id, so that it is counted once whatever became of the first attempt.
/// </summary>
internal sealed class VolumeFlusher(
    TrafficTable traffic, TraceIngest ingest, SqlVolumeStore store, IngestMetrics metrics, IOptions<IngestOptions> options, TimeProvider clock,
    ILogger<VolumeFlusher> logger) : BackgroundService
{
    /// <summary>Transactions of the database should be short, since others wait for them.</summary>
    private const int CountsPerBatch = 20_000;

    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    /// <summary>For the last flush, when the host has no time left: a server that waits for slow clients may use up all of it.</summary>
    private static readonly TimeSpan LastFlush = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly Lock _stopGate = new();
    private TaskCompletionSource _next = NewFlush();
    private Task? _stop;
    private volatile bool _isStopping;
    private Flush? _inFlight;
    private bool _isFailing;

    /// <summary>Waits until all that has been counted before the call is durable.</summary>
    /// <exception cref="Exception">It could not be stored; it is tried again.</exception>
    public Task WaitAsync()
    {
        var flush = Volatile.Read(ref _next).Task;
        Wake();
        return flush;
    }

    /// <summary>Stores all that has been counted so far.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        // Who counted before this, and waits, is answered when this flush ends.
        var waiting = Interlocked.Exchange(ref _next, NewFlush());
        var started = clock.GetTimestamp();
        var flushed = false;
        try
        {
            using var services = traffic.All.GetEnumerator();
            while (_inFlight is not null || (_inFlight = Take(services)) is not null)
            {
                await store.FlushAsync(_inFlight.Volumes, _inFlight.Id, cancellationToken);
                _inFlight = null;
                flushed = true;
            }

            if (flushed)
                metrics.Flushed(clock.GetElapsedTime(started), failed: false);
            waiting.TrySetResult();
        }
        catch (Exception exception)
        {
            metrics.Flushed(clock.GetElapsedTime(started), failed: true);
            waiting.TrySetException(exception);
            // Whoever waits has been told; nobody may be waiting.
            _ = waiting.Task.Exception;
            throw;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Flushes for the last time: once in any case, and then as often as it takes and the host allows.</summary>
    public override Task StopAsync(CancellationToken cancellationToken)
    {
        // A host can be stopped twice at a time, and be gone when the first has ended: there is one last flush.
        lock (_stopGate)
            return _stop ??= StopOnceAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _gate.Dispose();
        _wake.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var swept = clock.GetTimestamp();
        // A timer wakes the loop as well as those who wait for durability do.
        using var timer = clock.CreateTimer(static state => ((VolumeFlusher)state!).Wake(), this, options.Value.FlushInterval, options.Value.FlushInterval);
        try
        {
            while (true)
            {
                await _wake.WaitAsync(stoppingToken);
                await TryFlushAsync(stoppingToken);
                if (clock.GetElapsedTime(swept) < SweepInterval)
                    continue;
                swept = clock.GetTimestamp();
                traffic.Sweep(clock.GetUtcNow().ToUnixTimeMilliseconds());
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The last flush follows.
        }
    }

    private async Task StopOnceAsync(CancellationToken cancellationToken)
    {
        _isStopping = true;
        await base.StopAsync(cancellationToken);
        using var last = new CancellationTokenSource(LastFlush, clock);
        var isStored = await TryFlushAsync(last.Token);
        while (!isStored && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(RetryInterval, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            isStored = await TryFlushAsync(cancellationToken);
        }

        if (!isStored)
            Log.CountsLost(logger, ingest.Pending + (_inFlight?.Volumes.Counts.Count ?? 0));
    }

    private void Wake()
    {
        try
        {
            _wake.Release();
        }
        catch (Exception exception) when (exception is SemaphoreFullException or ObjectDisposedException)
        {
            // It has been woken already, or is gone.
        }
    }

    private async Task<bool> TryFlushAsync(CancellationToken cancellationToken)
    {
        try
        {
            await FlushAsync(cancellationToken);
            if (_isFailing)
                Log.FlushRecovered(logger);
            _isFailing = false;
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception exception)
        {
            // Once, and not every second.
            if (!_isFailing)
                Log.FlushFailed(logger, exception, ingest.Pending);
            _isFailing = true;
            return false;
        }
    }

    private Flush? Take(IEnumerator<ServiceTraffic> services)
    {
        var batch = new VolumeBatch { Source = VolumeSource.Spans };
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        // Whoever waits for durability, and the end of the process, wait for nobody's reports.
        var all = options.Value.Durable || _isStopping;
        var taken = 0;
        while (taken < CountsPerBatch && services.MoveNext())
        {
            var service = services.Current;
            int mine;
            lock (service.Gate)
                mine = service.Pending.Take(service.Organization, service.Service, batch, all ? int.MaxValue : service.LastMinuteToStore(now));
            ingest.Taken(service.Home, mine);
            taken += mine;
        }

        return batch.Counts.Count == 0 && batch.Releases.Count == 0 ? null : new(Guid.CreateVersion7(clock.GetUtcNow()), batch);
    }

    private static TaskCompletionSource NewFlush() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed record Flush(Guid Id, VolumeBatch Volumes);
}
