using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Ingest.Traffic;
using Microsoft.Extensions.Options;

namespace DynamicSampling.IntegrationTests.Ingest.Traffic;

/// <summary>Services in memory.</summary>
public sealed class TrafficTableTests
{
    private readonly TrafficTable _table = new(Options.Create(new IngestOptions()));

    [Fact]
    public async Task FindOrAdd_WhileTheTableIsSwept_IsInTheTableUnlessItIsGone()
    {
        const int Attempts = 100_000;
        using var stop = new CancellationTokenSource();
        // All are quiet, so each sweep drops what it finds, the organization included.
        var sweeping = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                _table.Sweep(now: (long)TimeSpan.FromDays(20_000).TotalMilliseconds);
        });

        var lost = 0;
        for (var i = 0; i < Attempts; i++)
        {
            var service = _table.FindOrAdd("acme", "checkout")!;
            lock (service.Gate)
            {
                // What is counted in a service that no flush finds is lost.
                if (!service.IsGone && !_table.Of("acme").Contains(service))
                    lost++;
            }
        }

        await stop.CancelAsync();
        await sweeping;
        _table.Sweep(now: (long)TimeSpan.FromDays(20_000).TotalMilliseconds);
        Assert.Equal(0, lost);
        Assert.Equal(0, _table.Count);
    }
}
