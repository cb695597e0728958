using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Ingest.Traffic;
using DynamicSampling.Api.Limits;
using Microsoft.Extensions.Options;

namespace DynamicSampling.IntegrationTests.Ingest.Traffic;

/// <summary>Services in memory.</summary>
public sealed class TrafficTableTests
{
    private readonly TrafficTable _table = new(Options.Create(new IngestOptions()), Options.Create(new LimitsOptions()));

    [Fact]
    public void Sweep_NamesThatComeNoLonger_AreForgottenThoughTheirServiceGoesOn()
    {
        const long Start = 1_795_000_000_000;
        var service = _table.FindOrAdd("acme", "checkout")!;
        for (var i = 0; i < 1000; i++)
            service.Count(default, $"GET /orders/{i}", Start, Start, maxNames: 5000);
        _table.Sweep(Start + (20 * 60_000));
        Assert.Equal(1000, service.Pending.KnownNames);

        service.Pending.Take("acme", "checkout", new() { Source = VolumeSource.Spans });
        service.Count(default, "GET /", Start + (20 * 60_000), Start + (20 * 60_000), maxNames: 5000);
        _table.Sweep(Start + (9 * 60_000));
        Assert.Equal(1001, service.Pending.KnownNames);
        _table.Sweep(Start + (20 * 60_000));

        Assert.Equal(1, service.Pending.KnownNames);
        Assert.Equal(1, service.Pending.Count);
    }

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
