using DynamicSampling.Api.Ingest;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DynamicSampling.IntegrationTests.Storage;

/// <summary>The days of volumes on PostgreSQL. The clock starts at ten in the morning of a day.</summary>
public sealed class VolumePartitionsTests
{
    private const long Today = VolumeTable.Minute / (24 * 60);

    [PostgresFact]
    public async Task Start_TodayAndTomorrow_AreThere()
    {
        await using var host = Host();
        using var client = host.CreateClient();

        Assert.Equal([Today, Today + 1], Days(host));
    }

    [PostgresFact]
    public async Task Count_DaysThatNobodyHasMade_MakesThem()
    {
        await using var host = Host();
        using var client = host.CreateClient();
        await host.CountAsync(VolumeSource.Posted, VolumeTable.Minute - (2 * 24 * 60), ("a", 1, 0));
        await host.CountAsync(VolumeSource.Posted, (Today * 24 * 60) - 1, ("a", 2, 0));
        await host.CountAsync(VolumeSource.Posted, Today * 24 * 60, ("a", 4, 0));

        Assert.Equal([Today - 2, Today - 1, Today, Today + 1], Days(host));
        Assert.Equal([1, 2, 4], host.Rows().Select(row => row.Total));
    }

    [PostgresFact]
    public async Task Retention_DaysThatAreOver_GoAsAWhole()
    {
        await using var host = Host();
        using var client = host.CreateClient();
        await host.CountAsync(VolumeSource.Posted, VolumeTable.Minute, ("old", 1, 0));
        await host.CountAsync(VolumeSource.Posted, ((Today + 1) * 24 * 60) + 1, ("new", 1, 0));
        // Two days after the end of today, to the minute; and one before.
        var end = TimeSpan.FromMinutes(((Today + 3) * 24 * 60) - VolumeTable.Minute);
        await AdvanceAsync(host, end - TimeSpan.FromMinutes(1));
        var before = (host.Count("volumes"), host.Count("transactions"));
        await AdvanceAsync(host, TimeSpan.FromMinutes(1));

        Assert.Equal((2, 2), before);
        Assert.Equal((1, 1), (host.Count("volumes"), host.Count("transactions")));
        // What is to come is there already.
        Assert.Equal((Today + 1, Today + 4), (Days(host)[0], Days(host)[^1]));
    }

    [PostgresFact]
    public async Task Count_TwoProcessesNeedADayAtOnce_BothAreCounted()
    {
        await using var host = Host();
        using var client = host.CreateClient();
        var stores = Enumerable.Range(0, 4).Select(_ => ActivatorUtilities.CreateInstance<SqlVolumeStore>(host.Services, ActivatorUtilities.CreateInstance<VolumePartitions>(host.Services)));
        await Task.WhenAll(stores.Select(store => Task.Run(() => store.AddAsync(
            VolumeTable.Batch(VolumeSource.Posted, ("p", "a", VolumeTable.Minute - (24 * 60), 1, 0)), idempotencyKey: null, CancellationToken.None))));

        Assert.Equal([4], host.Rows().Select(row => row.Total));
    }

    private static ApiHost Host() => new() { Storage = TestStorage.Postgres };

    private static List<long> Days(ApiHost host) => host.Database.Query(
        "SELECT substring(c.relname FROM 9)::bigint FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'volumes'::regclass ORDER BY 1",
        reader => reader.GetInt64(0));

    private static async Task AdvanceAsync(ApiHost host, TimeSpan by)
    {
        host.Clock.Jump(by);
        await host.Services.GetServices<IHostedService>().OfType<Retention>().Single().DeleteExpiredAsync(CancellationToken.None);
    }
}
