using System.Data.Common;
using DynamicSampling.Api.Serving;
using DynamicSampling.Api.Storage;
using DynamicSampling.IntegrationTests.Api;
using DynamicSampling.IntegrationTests.Storage;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace DynamicSampling.IntegrationTests.Serving;

/// <summary>What is served from memory while the database is slow or broken.</summary>
public sealed class SamplingStrategiesTests
{
    [Fact]
    public async Task Find_ManyAtOnceAfterAChange_ReadOnce()
    {
        SlowDataSource source = null!;
        await using var host = Host(created => source = created);
        using var client = await host.WithRatesAsync("acme");
        var strategies = host.Services.GetRequiredService<SamplingStrategies>();
        await strategies.FindAsync("acme", "checkout", CancellationToken.None);
        host.Services.GetRequiredService<RatesChanged>().Notify("acme");
        var slow = new TaskCompletionSource();
        (source.Gate, source.Opened) = (slow.Task, 0);

        var found = Enumerable.Range(0, 50).Select(_ => strategies.FindAsync("acme", "checkout", CancellationToken.None).AsTask()).ToList();
        slow.SetResult();
        await Task.WhenAll(found);

        // The version, and its projects.
        Assert.Equal(2, source.Opened);
    }

    [Fact]
    public async Task Find_DatabaseHangs_ServesTheLastGoodRatesAndThenTheNewOnes()
    {
        SlowDataSource source = null!;
        await using var host = Host(created => source = created);
        using var client = await host.WithRatesAsync("acme");
        var strategies = host.Services.GetRequiredService<SamplingStrategies>();
        var good = await strategies.FindAsync("acme", "checkout", CancellationToken.None);
        host.Services.GetRequiredService<RatesChanged>().Notify("acme");
        var hanging = new TaskCompletionSource();
        source.Gate = hanging.Task;

        var found = strategies.FindAsync("acme", "checkout", CancellationToken.None).AsTask();
        var unknown = strategies.FindAsync("other", "checkout", CancellationToken.None).AsTask();
        Assert.False(found.IsCompleted);
        host.Clock.Advance(TimeSpan.FromSeconds(10));

        Assert.Same(good, await found.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(0.1, (await unknown.WaitAsync(TimeSpan.FromSeconds(30))).Rates.Others);
        hanging.SetResult();
        Assert.NotSame(good, await strategies.FindAsync("acme", "checkout", CancellationToken.None));
        // No reading is under way when the host goes.
        await strategies.FindAsync("other", "checkout", CancellationToken.None);
    }

    [Fact]
    public async Task Find_OrganizationDeletedAndDatabaseBroken_ServesNothingOfIt()
    {
        await using var host = new ApiHost();
        using var client = await host.WithRatesAsync("acme");
        var strategies = host.Services.GetRequiredService<SamplingStrategies>();
        await strategies.FindAsync("acme", "checkout", CancellationToken.None);
        using var deleted = await client.DeleteAsync("/api/organizations/acme?data=true");
        Assert.Equal(0.1, (await strategies.FindAsync("acme", "billing", CancellationToken.None)).Rates.Others);

        host.Sql("ALTER TABLE rate_versions RENAME TO gone");

        Assert.Equal(0.1, (await strategies.FindAsync("acme", "billing", CancellationToken.None)).Rates.Others);
    }

    [Fact]
    public async Task Find_DatabaseBroken_LeavesNothingOfUnknownOrganizationsBehind()
    {
        await using var host = new ApiHost();
        using var client = host.CreateClient();
        host.Sql("ALTER TABLE rate_versions RENAME TO gone");

        await host.Services.GetRequiredService<SamplingStrategies>().FindAsync("made-up", "checkout", CancellationToken.None);

        Assert.Equal(-1, host.Services.GetRequiredService<RatesChanged>().Latest("made-up"));
    }

    [Fact]
    public void Watch_AfterItWasForgotten_IsNoNumberOfBefore()
    {
        var changes = new RatesChanged();
        var first = changes.Watch("acme");
        Assert.Equal(first, changes.Watch("acme"));
        changes.Notify("acme");
        var second = changes.Latest("acme");
        changes.Forget("acme");
        changes.Notify("acme");
        Assert.Equal(-1, changes.Latest("acme"));

        Assert.Equal(3, new HashSet<long>([first, second, changes.Watch("acme")]).Count);
    }

    private static ApiHost Host(Action<SlowDataSource> created)
    {
        ApiHost host = null!;
        host = new(builder => builder.ConfigureTestServices(services => services.AddSingleton<DbDataSource>(_ =>
        {
            var source = new SlowDataSource(new SqliteDataSource(host.Database.ConnectionString, Directory.GetCurrentDirectory()));
            created(source);
            return source;
        })))
        {
            // The service tells by the source which database it has, and that of PostgreSQL cannot be wrapped.
            Storage = TestStorage.Sqlite,
        };
        return host;
    }

    /// <summary>Counts connections, and lets them wait.</summary>
    private sealed class SlowDataSource(SqliteDataSource source) : DbDataSource
    {
        private int _opened;

        public Task Gate { get; set; } = Task.CompletedTask;

        public int Opened
        {
            get => Volatile.Read(ref _opened);
            set => Volatile.Write(ref _opened, value);
        }

        public override string ConnectionString => source.ConnectionString;

        protected override DbConnection CreateDbConnection() => source.CreateConnection();

        protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _opened);
            await Gate;
            return await source.OpenConnectionAsync(cancellationToken);
        }
    }
}
